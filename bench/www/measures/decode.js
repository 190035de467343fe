// Decoding without any network: each way that leads from an event's text to a value.

import * as wasm from "/pkg/bench.js";
import { only, scaled } from "../options.js";
import { race, since } from "../race.js";

const plain = "plain JS: JSON.parse";

const decoders = {
  [plain]: parse,
  "serde_json, from a JS string": inWasm("SerdeJsonFromJs"),
  "serde_json, from &str": inWasm("SerdeJson"),
  "JSON.parse + serde-wasm-bindgen": inWasm("JsonParse"),
};

/** [shape, texts, decoded values a round] */
const shapes = [
  ["Numbers", texts((n) => ({ n, x: 1.5, y: -2.25 })), 200_000],
  ["Record", texts(record), 100_000],
  ["Records", texts((n) => Array.from({ length: 100 }, (_, i) => record(n + i))), 1_000],
];

export async function decode() {
  const names = Object.keys(decoders).filter((name) => name.includes(only) || name === plain);
  if (only && names.length === 1) return [];
  const records = [];
  for (const [shape, texts, full] of shapes) {
    const repetitions = Math.ceil(scaled(full) / texts.length);
    const expected = parse(shape, texts, repetitions);
    const run = async (name) => {
      const start = performance.now();
      const sum = decoders[name](shape, texts, repetitions);
      const micros = since(start);
      if (sum !== expected) throw new Error(`its sum is ${sum} and not ${expected}`);
      return micros / (repetitions * texts.length);
    };
    const what = { measure: "decode", size: `${texts[0].length} B`, unit: "µs per event" };
    records.push(...await race(what, names, run, { share: 0.6 }));
  }
  return records;
}

function record(n) {
  const note = "the quick brown fox jumps over the dog";
  return { n, symbol: "ABCD", price: 1234.5, open: true, note };
}

function texts(value) {
  return Array.from({ length: 10 }, (_, i) => JSON.stringify(value(10_000 + i)));
}

function parse(shape, texts, repetitions) {
  let sum = 0;
  for (let i = 0; i < repetitions; i += 1) {
    for (const text of texts) {
      const value = JSON.parse(text);
      if (shape === "Records") for (const record of value) sum += record.n;
      else sum += value.n;
    }
  }
  return sum;
}

function inWasm(way) {
  return (shape, texts, repetitions) =>
    wasm.decode(wasm.Texts[shape], wasm.Way[way], texts, repetitions);
}
