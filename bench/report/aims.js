// What is aimed at, and whether a run has reached it.

import { groupBy, median, ratios, rounded } from "./numbers.js";

const plain = "plain JS: EventSource";
const parser = "JS: eventsource-parser";
const loop = "JS: hand-written fetch loop";
const gloo = "gloo-net + serde_json";
const listener = "typed listener";
const stream = "native typed stream";
const fetched = "fetch typed stream";
const npm = "npm, fetch";
const ours = [listener, stream, fetched, "npm, native", npm];

/** The clients that the results compare all others with, by measure. */
export const rivals = {
  throughput: [plain, parser],
  latency: [plain, loop],
  first: [plain, loop],
  decode: ["plain JS: JSON.parse"],
};

/** `[what, relation, bound, value in one engine or on the host]`; the bound may depend on the engine. */
const aims = [
  ["typed listener ÷ plain JS, time", "≤", 1, burst(listener, plain)],
  ["native typed stream ÷ plain JS, time", "≤", 1.15, burst(stream, plain)],
  ["native typed stream ÷ gloo-net, time, at its worst size", "<", 1, (place) =>
    most(place.races("throughput").map((race) => race.ratio(stream, gloo)))],
  ["fetch typed stream, times as fast as plain JS", "≥", { webkit: 2.5, other: 8 }, burst(plain, fetched)],
  ["fetch typed stream, times as fast as eventsource-parser", "≥", { webkit: 1.4, other: 2.2 }, burst(parser, fetched)],
  ["npm over fetch ÷ eventsource-parser, time", "≤", 1.5, burst(npm, parser)],
  ["p50 of the latency, typed listener ÷ plain JS", "≤", 1.05, latency(listener, plain)],
  ["p50 of the latency, native typed stream ÷ plain JS", "≤", 1.05, latency(stream, plain)],
  ["p50 of the latency, fetch typed stream ÷ hand-written loop", "≤", 1.05, latency(fetched, loop)],
  ["growth of wasm's memory, bytes, the most of ours", "≤", 0, growth("wasm's memory")],
  ["growth of the JavaScript values held in wasm, the most of ours", "≤", 0, growth("values held in wasm")],
  ["listeners added and not removed, the most of ours", "≤", 0, growth("listeners")],
  ["connections left open, the most of ours", "≤", 0, growth("still open")],
  // The heap is never the same twice; a leak is more than a word for each event or connection. Only these two clients
  // do the whole work by which memory is measured.
  ["growth of JavaScript's heap, bytes per event or connection, the most of ours", "≤", 8,
    growth("JavaScript's heap", [stream, npm], (value, size) => value / parseInt(size))],
  ["parser, times as fast as the best other one, at its worst chunking", "≥", 1, (place) =>
    most(place.races("parsers").map(({ clients, ratio }) =>
      most(clients.map((client) => client === "wasm-eventsource" ? undefined : ratio("wasm-eventsource", client)), Math.min)), Math.min)],
  ["text app ÷ the one with gloo-net, gzip, JavaScript included", "<", 1, (place) =>
    place.gzip("Rust: text") / place.gzip("Rust: text, `gloo-net`")],
  ["typed app ÷ the one with gloo-net, gzip, JavaScript included", "<", 1, (place) =>
    place.gzip("Rust: typed by `serde_json`") / place.gzip("Rust: typed by `serde_json`, `gloo-net`")],
];

function burst(own, other) {
  return (place) => place.races("throughput", "100 B").map((race) => race.ratio(own, other))[0];
}

function latency(own, other) {
  return (place) => place.races("latency", "p50").map((race) => race.ratio(own, other))[0];
}

function growth(fact, clients = ours, each = (value) => value) {
  return ({ records }) => {
    const growths = records.filter(({ measure, group, client }) =>
      measure === "memory" && group === fact && clients.includes(client));
    return most(growths.map(({ value, size }) => each(value, size)));
  };
}

const holds = {
  "≤": (value, bound) => value <= bound,
  "≥": (value, bound) => value >= bound,
  "<": (value, bound) => value < bound,
};

/** Of each aim the value in every place where it was measured. */
export function judged(records) {
  const places = groupBy(records, ({ engine }) => engine).map(([engine, records]) => [engine, new Place(records)]);
  return aims.flatMap(([what, relation, bound, valueIn]) => places.flatMap(([engine, place]) => {
    const value = valueIn(place);
    if (value === undefined || Number.isNaN(value)) return [];
    const wanted = bound[engine] ?? bound.other ?? bound;
    const reached = holds[relation](value, wanted);
    return [{ what, engine, wanted: `${relation} ${wanted}`, value: rounded(value), reached }];
  }));
}

/** What was not measured does not count. */
function most(values, choose = Math.max) {
  const known = values.filter((value) => value !== undefined && !Number.isNaN(value));
  return known.length > 0 ? choose(...known) : undefined;
}

/** What was measured in one engine, or on the host. */
class Place {
  constructor(records) {
    this.records = records.filter(({ value }) => value !== undefined);
  }

  races(wanted, size) {
    const records = this.records.filter(({ measure }) => measure === wanted);
    const races = groupBy(records, ({ group, size }) => JSON.stringify([group, size]));
    const asked = races.filter(([, [first]]) => size === undefined || first.size === size);
    return asked.map(([, race]) => {
      const clients = new Map(groupBy(race, ({ client }) => client));
      const values = (client) => (clients.get(client) ?? []).map(({ value }) => value);
      return { clients: [...clients.keys()], ratio: (own, other) => median(ratios(values(own), values(other))) };
    });
  }

  gzip(app) {
    const parts = this.records.filter(({ measure, client, size }) => measure === "sizes" && client === app && size === "gzip");
    return parts.reduce((sum, { value }) => sum + value, 0);
  }
}
