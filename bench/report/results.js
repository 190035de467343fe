// From the records of all rounds to one figure for each client.

import { readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { judged, rivals } from "./aims.js";
import { groupBy, median, ratios, rounded } from "./numbers.js";

export function summary({ engines, records }, root) {
  const placed = records.map((record) => ({ engine: "host", ...record }));
  return {
    date: new Date().toISOString().slice(0, 10),
    machine: `${cpus()[0].model.trim()}, ${cpus().length} cores`,
    libraries: libraries(root),
    engines: Object.fromEntries(engines.map(({ engine, version }) => [engine, version])),
    aims: judged(placed),
    figures: figures(placed),
  };
}

function figures(records) {
  const keyOf = ({ round, value, ...what }) => JSON.stringify(what);
  const rounds = new Map(groupBy(records, keyOf).map(([key, records]) => [key, records.flatMap(({ value }) => value ?? [])]));
  return [...rounds].map(([key, values]) => {
    const what = JSON.parse(key);
    if (values.length === 0) return what;
    const figure = { ...what, median: rounded(median(values)) };
    if (values.length > 1) {
      const [low, high] = [Math.min(...values), Math.max(...values)].map(rounded);
      Object.assign(figure, { rounds: values.length, low, high });
    }
    const others = (rivals[what.measure] ?? []).map((client) => [client, rounds.get(JSON.stringify({ ...what, client }))]);
    const faster = others.filter(([, others]) => others?.length > 0).map(([rival, others]) =>
      [rival, rounded(median(ratios(others, values)))]);
    if (faster.length > 0) figure["times as fast as"] = Object.fromEntries(faster);
    return figure;
  });
}

/** The libraries that take part, with the versions that are locked. */
function libraries(root) {
  const read = (path) => readFileSync(join(root, path), "utf8");
  const { dependencies } = JSON.parse(read("bench/peers/package.json"));
  const crates = ["gloo-net", "eventsource-stream", "sse-core", "sse-stream", "sseer"].map((name) => {
    // Where two versions are locked, the benchmark has the newer one.
    const locked = read("Cargo.lock").matchAll(new RegExp(`name = "${name}"\nversion = "(.*)"`, "g"));
    return [name, [...locked].at(-1)[1]];
  });
  return [...Object.entries(dependencies), ...crates].map((library) => library.join(" "));
}
