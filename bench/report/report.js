// Makes tables and charts of one run of the benchmark and judges the aims: `node report.js RUN [--save]`. They are put
// beside RUN; with `--save` the results also go into `bench/results`, and their short form into BENCHMARKS.md.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { bars, sizes } from "./charts.js";
import { summary } from "./results.js";
import { groupBy } from "./numbers.js";
import { aimTable, escape, grid, html, inShort, places } from "./tables.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

const headings = {
  throughput: "Throughput: one event of a burst, by the size of its data",
  latency: "Latency of a single event: median and 99th percentile of a round",
  first: "Time from opening a connection to its first event",
  streams: "One event, by the number of streams at once",
  names: "One event, by the number of event names",
  huge: "One byte, by the size of a single event",
  memory: "What is left after the work",
  parsers: "The parser alone, by the size of the pieces: more is better",
  decode: "Decoding alone, by the size of the text",
  sizes: "Code size of the smallest apps",
};

/** All of it as one page. */
function page(results) {
  const { date, machine, libraries, aims, figures } = results;
  const sections = groupBy(figures, ({ measure }) => measure).map(([measure, figures]) => {
    const races = measure === "memory" || measure === "sizes" ? [] : groupBy(figures, ({ group, size }) => [group, size].filter(Boolean).join(", "));
    const charts = races.map(([title, race]) => bars(title, race));
    if (measure === "sizes") charts.push(sizes(figures));
    const tables = groupBy(figures, ({ engine, group }) => [places[engine], group].filter(Boolean).join(": "));
    const shown = tables.map(([title, figures]) => `<h3>${escape(title)}</h3>${html(grid(figures))}`);
    return `<h2>${headings[measure]}</h2>${charts.join("")}<details><summary>tables</summary>${shown.join("")}</details>`;
  });
  return `<!doctype html><meta charset="utf-8"><title>Benchmark</title>
<style>body { font: 15px/1.4 sans-serif; margin: 2em auto; max-width: 1130px } td { padding: 0 1em 0 0 } svg { display: block }</style>
<h1>wasm-eventsource: benchmark</h1><p>${[date, machine, ...libraries].map(escape).join(", ")}</p>
<p>A bar is the median of the rounds, its line reaches from the least to the most.</p>
<h2>Aims</h2>${html(aimTable(aims))}${sections.join("\n")}\n`;
}

/** JSON with one line for each figure and each aim, so that two versions can be compared. */
function lines({ aims, figures, ...head }) {
  const list = (items) => `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  return `${JSON.stringify(head, null, 1).slice(0, -2)},\n"aims": ${list(aims)},\n"figures": ${list(figures)}\n}\n`;
}

/** Writes the results where everybody finds them: `bench/results` and BENCHMARKS.md. */
export function save(results) {
  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "results.json"), lines(results));
  const race = (wanted) => results.figures.filter(({ measure, size }) => measure === "throughput" && size === wanted);
  writeFileSync(join(folder, "events.svg"), bars("JSON events of 100 bytes", race("100 B")));
  writeFileSync(join(folder, "tokens.svg"), bars("Tokens of a language model", race("tokens")));
  writeFileSync(join(folder, "sizes.svg"), sizes(results.figures.filter(({ measure }) => measure === "sizes")));
  const path = join(root, "BENCHMARKS.md");
  const parts = readFileSync(path, "utf8").split(/(<!-- (?:results|end of the results).* -->\n)/);
  if (parts.length !== 5) throw new Error("BENCHMARKS.md has lost the two comments around its results");
  parts[2] = `\n${inShort(results)}\n`;
  writeFileSync(path, parts.join(""));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [path, ...options] = process.argv.slice(2);
  const results = summary(JSON.parse(readFileSync(path, "utf8")), root);
  const folder = dirname(resolve(path));
  writeFileSync(join(folder, "results.json"), lines(results));
  writeFileSync(join(folder, "report.html"), page(results));
  console.log(inShort(results));
  console.log(`Every figure: ${join(folder, "results.json")}\nCharts and tables: ${join(folder, "report.html")}`);
  if (options.includes("--save")) save(results);
}
