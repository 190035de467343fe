// What is aimed at, and whether a run has reached it. Speed is judged by CPU time alone.

import { Place } from "./run.js";

const plain = "plain JS: EventSource";
const parser = "JS: eventsource-parser";
const loop = "JS: hand-written fetch loop";
const gloo = "gloo-net + serde_json";
const listener = "typed listener";
const stream = "native typed stream";
const fetched = "fetch typed stream";

/** `[what, relation, bound, value in one place]`; a bound may be for some engines, or differ between them. */
const aims = [
  ["fetch typed stream ÷ eventsource-parser, main thread", "≤", { chromium: 0.5, firefox: 0.38, webkit: 0.58 },
    burst("main", "100 B", fetched, parser)],
  ["tokens: fetch typed stream ÷ eventsource-parser, main thread", "≤", { chromium: 0.45, firefox: 0.5, webkit: 0.55 }, burst("main", "tokens", fetched, parser)],
  ["fetch typed stream ÷ eventsource-parser, whole process", "≤", { chromium: 0.4, firefox: 0.42, webkit: 0.62 }, burst("process", "100 B", fetched, parser)],
  ["typed listener ÷ plain JS, main thread", "≤", { chromium: 1.05, firefox: 1.05, webkit: 1.08 },
    burst("main", "100 B", listener, plain)],
  ["native typed stream ÷ plain JS, main thread", "≤", 1.1, burst("main", "100 B", stream, plain)],
  ["native typed stream ÷ gloo-net, main thread, at its worst size", "<", 1, (place) =>
    worst(place.races("throughput", { group: "main" }).map((race) => race.ratio(stream, gloo)), (a, b) => b.median - a.median)],
  ["latency, typed listener ÷ plain JS", "≤", 1.05, single("latency", listener, plain)],
  ["latency, native typed stream ÷ plain JS", "≤", 1.05, single("latency", stream, plain)],
  ["latency, fetch typed stream ÷ hand-written loop", "≤", 1.05, single("latency", fetched, loop)],
  ["first event, fetch typed stream ÷ hand-written loop", "≤", { webkit: 1 }, single("first", fetched, loop)],
  ["parser's speed ÷ that of the best other one, at its worst corpus and chunking", "≥", 1, (place) =>
    worst(place.races("parsers").flatMap((race) => race.clients.map((client) =>
      client === "wasm-eventsource" ? undefined : race.ratio("wasm-eventsource", client))), (a, b) => a.median - b.median)],
  ...["wasm's memory", "values held in wasm", "listeners", "still open"].map((group) =>
    [`left after the work: ${group}, the most of ours`, "≤", 0, (place) =>
      worst(place.races("memory", { group }).flatMap((race) => race.clients.map((client) => race.of(client))),
        (a, b) => b.median - a.median)]),
];

/** In KB of gzip, JavaScript included. */
const sizeAims = { "bare stream": 20, "typed": 39, "fetch typed": 55, "npm": 48, "npm, native": 29 };

function burst(group, size, own, other) {
  return (place) => place.race("throughput", { group, size })?.ratio(own, other);
}

function single(measure, own, other) {
  return (place) => place.race(measure)?.ratio(own, other);
}

/** The first in this order of what was measured. */
function worst(spreads, order) {
  return spreads.filter(Boolean).sort(order)[0];
}

const holds = {
  "≤": (value, bound) => value <= bound,
  "≥": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
};

/** A value is judged as it is shown, with two decimals. */
function judge(what, relation, bound, engine, { low, median, high }) {
  const [value, ...quartiles] = [median, low, high].map((value) => Number(value.toFixed(2)));
  return { what, engine, wanted: `${relation} ${bound}`, value, quartiles, reached: holds[relation](value, bound) };
}

/** Of each aim the value in every place where it was measured. `sizes` is `bench/sizes.json`. */
export function judged(records, sizes) {
  const all = Place.all(records);
  const speeds = aims.flatMap(([what, relation, bound, valueIn]) => all.flatMap(([engine, place]) => {
    const wanted = typeof bound === "number" ? bound : bound[engine];
    const value = wanted !== undefined && valueIn(place);
    return value ? [judge(what, relation, wanted, engine, value)] : [];
  }));
  const weights = Object.entries(sizeAims).map(([app, bound]) => {
    const kilobytes = sizes.gzip[app] / 1000;
    return judge(`size of ${app}, KB`, "≤", bound, "host", { low: kilobytes, median: kilobytes, high: kilobytes });
  });
  return [...speeds, ...weights];
}
