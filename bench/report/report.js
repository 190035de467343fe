// Makes tables and a chart of one run of the benchmark and judges the aims: `node report.js RUN [--save]`. They are put
// beside RUN; with `--save` they also go into `bench/results` and BENCHMARKS.md.

import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { judged } from "./aims.js";
import { chart } from "./chart.js";
import { Place, places } from "./run.js";
import { aimTable, engineTable } from "./tables.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const read = (path) => readFileSync(join(root, path), "utf8");

/** The libraries that take part, with the versions that are locked. */
function libraries() {
  const crates = ["gloo-net", "eventsource-stream", "sse-core", "sse-stream", "sseer"].map((name) => {
    // Where two versions are locked, the benchmark has the newer one.
    const locked = read("Cargo.lock").matchAll(new RegExp(`name = "${name}"\nversion = "(.*)"`, "g"));
    return [name, [...locked].at(-1)[1]];
  });
  const { dependencies } = JSON.parse(read("bench/peers/package.json"));
  return [...Object.entries(dependencies), ...crates].map((library) => library.join(" ")).join(", ");
}

/** JSON with one line for each aim and each figure, so that two versions can be compared. */
function lines({ run, aims, figures }) {
  const list = (items) => `[\n${items.map((item) => JSON.stringify(item)).join(",\n")}\n]`;
  return `{"run": ${JSON.stringify(run)},\n"aims": ${list(aims)},\n"figures": ${list(figures)}}\n`;
}

/** Puts the text between the two comments in BENCHMARKS.md. */
function replaceResults(text) {
  const parts = read("BENCHMARKS.md").split(/(<!-- (?:results|end of the results).* -->\n)/);
  if (parts.length !== 5) throw new Error("BENCHMARKS.md has lost the two comments around its results");
  parts[2] = `\n${text}\n`;
  writeFileSync(join(root, "BENCHMARKS.md"), parts.join(""));
}

const [path, ...options] = process.argv.slice(2);
const { engines, records } = JSON.parse(readFileSync(path, "utf8"));
const machine = `${cpus()[0].model.trim()}, ${cpus().length} cores`;
const versions = engines.map(({ engine, version }) => `${places[engine]} ${version}`);
const head = `${[new Date().toISOString().slice(0, 10), machine, ...versions].join(", ")}; ${libraries()}.`;
const aims = judged(records, JSON.parse(read("bench/sizes.json")));
const all = Place.all(records);
const browsers = all.filter(([engine]) => engine !== "host");

const reached = aims.filter(({ reached }) => reached).length;
const tables = browsers.map(([engine, place]) => [places[engine], engineTable(place)]).filter(([, table]) => table);
const text = [head, `### Aims: ${reached} of ${aims.length} reached`, aimTable(aims), ...tables.map(([engine, table]) => `### ${engine}\n\n${table}`)].join("\n\n");
console.log(text);

const results = join(dirname(resolve(path)), "results.json");
const measures = ["memory", "throughput", "latency", "first", "parsers"];
const figures = all.flatMap(([engine, place]) => measures.flatMap((measure) => place.races(measure).flatMap((race) => race.figures(engine))));
writeFileSync(results, lines({ run: head, aims, figures }));
const races = browsers.map(([engine, place]) => [engine, place.race("throughput", { group: "main", size: "100 B" })]).filter(([, race]) => race);
const svg = join(dirname(results), "events.svg");
if (races.length > 0) writeFileSync(svg, chart("JSON events of 100 bytes: ns of the main thread an event", races));
console.log(`\nEvery figure: ${results}`);

if (options.includes("--save")) {
  const folder = join(root, "bench/results");
  mkdirSync(folder, { recursive: true });
  for (const file of [results, svg]) copyFileSync(file, join(folder, file.slice(dirname(file).length + 1)));
  replaceResults(text);
}
