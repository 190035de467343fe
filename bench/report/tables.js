// What is shown of a run, as Markdown: the aims, and a table an engine.

import { groupBy, short } from "./numbers.js";
import { places } from "./run.js";

/** A row an aim, a column a place; what is missed is in bold. */
export function aimTable(aims) {
  const engines = [...new Set(aims.map(({ engine }) => engine))];
  const rows = groupBy(aims, ({ what }) => what).map(([what, aims]) => {
    const wanted = [...new Set(aims.map(({ wanted }) => wanted))];
    // Where the bounds differ, each stands beside its value.
    const cell = (aim) => {
      if (!aim) return "–";
      const { value, quartiles: [low, high], reached } = aim;
      const text = low === high ? `${value}` : `${value} (${low} to ${high})`;
      const shown = reached ? text : `**${text}**`;
      return wanted.length === 1 ? shown : `${shown} ${aim.wanted}`;
    };
    const head = wanted.length === 1 ? `${what} ${wanted[0]}` : what;
    return [head, ...engines.map((engine) => cell(aims.find((aim) => aim.engine === engine)))];
  });
  return markdown([["aim (missed: bold)", ...engines.map((engine) => places[engine])], ...rows]);
}

/** All that was measured of each contestant in an engine, the one with the least CPU time first. */
export function engineTable(place) {
  const main = place.race("throughput", { group: "main", size: "100 B" });
  const clock = place.race("throughput", { group: "wall", size: "100 B" });
  const order = main ?? clock;
  if (!order) return undefined;
  const others = [...new Set(place.races("throughput").map(({ what }) => what.size))].filter((size) => size !== "100 B");
  const columns = [
    ["100 B", (client) => text(main?.of(client), ({ low, median, high }) => `${short(median)} (${short(low)} to ${short(high)})`)],
    ["÷ eventsource-parser", (client) => text(main?.ratio(client, "JS: eventsource-parser"))],
    ["whole process", median(place.race("throughput", { group: "process", size: "100 B" }))],
    ["on the clock", median(clock)],
    ...others.map((size) => [size, median(place.race("throughput", { group: "main", size }))]),
    ["latency, µs", median(place.race("latency"))],
    ["first, µs", median(place.race("first"))],
  ];
  const clients = order.clients.toSorted((a, b) => order.of(a).median - order.of(b).median);
  const rows = clients.map((client) => [client, ...columns.map(([, cell]) => cell(client))]);
  return markdown([["ns an event, main thread", ...columns.map(([name]) => name)], ...rows]);
}

function median(race) {
  return (client) => text(race?.of(client));
}

function text(spread, show = ({ median }) => short(median)) {
  return spread ? show(spread) : "–";
}

function markdown([head, ...rows]) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|---|${"---:|".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}
