// Tables: a list of rows, the first of which is the head.

import { groupBy, short } from "./numbers.js";

export const places = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK", host: "host" };

/** A row a client, a column a size. */
export function grid(figures) {
  const cell = ({ error, skipped, median, low, high }) =>
    error ? `failed: ${error}` : skipped ? `not run: ${skipped}` : low === undefined ? short(median) : `${short(median)} (${short(low)} to ${short(high)})`;
  const [{ unit }] = figures;
  return pivot(unit, figures, ({ client }) => client, ({ size }) => size, cell);
}

/** A row an aim, a column a place; what is missed is in bold. */
export function aimTable(aims) {
  const wanted = (what) => {
    const [first, ...others] = aims.filter((aim) => aim.what === what);
    const different = others.filter((aim) => aim.wanted !== first.wanted);
    return [first.wanted, ...different.map((aim) => `(${places[aim.engine]} ${aim.wanted})`)].join(" ");
  };
  const cell = ({ value, reached }) => (reached ? short(value) : `**${short(value)}**`);
  return pivot("aim (missed: bold)", aims, ({ what }) => `${what} ${wanted(what)}`, ({ engine }) => places[engine], cell);
}

/** The aims, the throughput in each engine, and the sizes. */
export function inShort({ date, machine, libraries, engines, aims, figures }) {
  const browsers = Object.entries(engines).map(([engine, version]) => `${places[engine]} ${version}`);
  const events = figures.filter(({ measure, size }) => measure === "throughput" && (size === "100 B" || size === "tokens"));
  const column = ({ engine, size }) => `${places[engine]}, ${size}`;
  const cell = ({ median, error, skipped }) => (median === undefined ? error ?? skipped : short(median));
  const missed = aims.filter(({ reached }) => !reached).length;
  return [
    `${[date, machine, ...browsers].join(", ")}; ${libraries.join(", ")}.`,
    `### Aims: ${aims.length - missed} of ${aims.length} reached, ${missed} missed`,
    markdown(aimTable(aims)),
    ...(events.length === 0 ? [] : ["### One event of a burst", markdown(pivot("µs, median", events, ({ client }) => client, column, cell))]),
    ...sizeTable(figures.filter(({ measure }) => measure === "sizes")),
  ].join("\n\n");
}

function sizeTable(figures) {
  if (figures.length === 0) return [];
  const sums = groupBy(figures, ({ client, size }) => JSON.stringify([client, size])).map(([key, parts]) => {
    const [client, size] = JSON.parse(key);
    return { client, size, bytes: parts.reduce((sum, { median }) => sum + median, 0) };
  });
  const kib = ({ bytes }) => (bytes / 1024).toFixed(1);
  return ["### The smallest apps", markdown(pivot("KiB, wasm and JavaScript", sums, ({ client }) => client, ({ size }) => size, kib))];
}

function pivot(corner, items, row, column, cell) {
  const columns = [...new Set(items.map(column))];
  const rows = groupBy(items, row).map(([name, items]) => {
    const cells = columns.map((wanted) => items.find((item) => column(item) === wanted));
    return [name, ...cells.map((item) => (item ? cell(item) : "–"))];
  });
  return [[corner, ...columns], ...rows];
}

export function markdown([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|---|${"---:|".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}

export function html(rows) {
  const cell = (text) => `<td>${escape(text).replace(/\*\*(.*)\*\*/, "<b>$1</b>")}`;
  const line = (cells) => `<tr>${cells.map(cell).join("")}`;
  return `<table>${rows.map(line).join("\n")}</table>`;
}

export function escape(text) {
  return `${text}`.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
