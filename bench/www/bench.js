// Runs all contestants in turns and posts what was measured to the server.
//
// A contestant of `streams` receives a burst of events at a URL and resolves with what it received;
// one of `decoders` decodes texts and returns the sum of all `n`; one of `firsts` resolves with the
// `n` of the first event at a URL, and has closed the connection. A new one is one more line here.

import init, * as wasm from "/pkg/bench.js";
import initSimd, * as simd from "/pkg/simd/bench.js";
import { fetchEventSourceLibrary, loop, native, parser } from "./peers.js";

const plain = "plain JS: EventSource + JSON.parse";
const byParser = "JS: fetch + eventsource-parser + JSON.parse";
const byHand = "JS: hand-written fetch loop + JSON.parse";

const streams = {
  [plain]: decoded(native),
  "typed listener": wasm.typed_listener,
  "typed stream": wasm.typed_stream,
  "fetch typed listener": wasm.fetch_typed_listener,
  "fetch typed stream": wasm.fetch_typed_stream,
  "fetch typed stream, simd128": simd.fetch_typed_stream,
  [byParser]: decoded(parser),
  [byHand]: decoded(loop),
  "JS: fetch-event-source + JSON.parse": decoded(fetchEventSourceLibrary),
  "plain JS: EventSource, data only": undecoded(native),
  "raw listener": wasm.frame_listener,
  "raw stream": wasm.raw_stream,
  "fetch raw stream": wasm.fetch_raw_stream,
};

const decoders = {
  "plain JS: JSON.parse": parse,
  "serde_json, from a JS string": inWasm("SerdeJsonFromJs"),
  "serde_json, from &str": inWasm("SerdeJson"),
  "JSON.parse + serde-wasm-bindgen": inWasm("JsonParse"),
};

const firsts = {
  [byHand]: first(loop),
  [byParser]: first(parser),
  [plain]: first(native),
  "typed stream": wasm.first,
  "fetch typed stream": wasm.fetch_first,
};

// To whom all contestants of a race are compared: [what the tables call it, its name].
const rivals = {
  stream: [["plain JS", plain], ["eventsource-parser", byParser]],
  decode: [["plain JS", "plain JS: JSON.parse"]],
  first: [["hand-written loop", byHand]],
};

const options = new URLSearchParams(location.search);
const key = options.get("key");
const rounds = Number(options.get("rounds"));
const share = Number(options.get("share"));
const only = options.get("only") ?? "";

// [bytes of data, events a round]
const bursts = [[20, 50_000], [100, 50_000], [1000, 20_000], [10_000, 2_000]];
// connections a round
const openings = 40;
// [name, texts, decoded values a round]
const shapes = {
  Numbers: [texts((n) => ({ n, x: 1.5, y: -2.25 })), 400_000],
  Record: [texts(record), 200_000],
  Records: [texts((n) => Array.from({ length: 100 }, (_, i) => record(n + i))), 2_000],
};

function record(n) {
  const note = "the quick brown fox jumps over the dog";
  return { n, symbol: "ABCD", price: 1234.5, open: true, note };
}

function texts(value) {
  return Array.from({ length: 10 }, (_, i) => JSON.stringify(value(10_000 + i)));
}

// --- contestants in JavaScript ---

function decoded(receive) {
  return async (url) => {
    const tally = { count: 0, sum: 0, length: 0 };
    await receive(url, (data) => {
      const tick = JSON.parse(data);
      tally.count += 1;
      tally.sum += tick.n;
      tally.length += tick.text.length;
    });
    return tally;
  };
}

function undecoded(receive) {
  return async (url) => {
    const tally = { count: 0, sum: 0, length: 0 };
    await receive(url, (data) => {
      tally.count += 1;
      tally.length += data.length;
    });
    return tally;
  };
}

function first(receive) {
  return async (url) => {
    let n;
    await receive(url, (data) => {
      n = JSON.parse(data).n;
      return true;
    });
    return n;
  };
}

function parse(shape, texts, repetitions) {
  let sum = 0;
  for (let i = 0; i < repetitions; i += 1) {
    for (const text of texts) {
      const value = JSON.parse(text);
      if (shape === "Records") {
        for (const record of value) sum += record.n;
      } else {
        sum += value.n;
      }
    }
  }
  return sum;
}

function inWasm(way) {
  return (shape, texts, repetitions) =>
    wasm.decode(wasm.Shape[shape], wasm.Way[way], texts, repetitions);
}

// --- what is expected of them ---

/// What a burst holds: data is never shorter than its number needs.
function sent(size, events) {
  const sent = { count: events, sum: (events * (events + 1)) / 2, text: 0, data: 0 };
  for (let n = 1; n <= events; n += 1) {
    const rest = `{"n":${n},"text":""}`.length;
    sent.text += Math.max(size - rest, 0);
    sent.data += Math.max(size, rest);
  }
  return sent;
}

function check(who, size, events, tally) {
  const { count, sum, text, data } = sent(size, events);
  const decoded = tally.count === count && tally.sum === sum && tally.length === text;
  const raw = tally.count === count && tally.sum === 0 && tally.length === data;
  if (!decoded && !raw) {
    const got = `${tally.count} events, sum ${tally.sum}, length ${tally.length}`;
    throw new Error(`${who}: ${events} events of ${size} bytes were sent, but it got ${got}`);
  }
}

// --- running them ---

let requests = 0;

/// A key that no other request has: nobody is served from a cache.
function freshKey() {
  requests += 1;
  return `${key}-${requests}`;
}

async function receive(who, size, events) {
  const url = `/burst/${events}?size=${size}&key=${freshKey()}`;
  const start = performance.now();
  const tally = await streams[who](url);
  const micros = (performance.now() - start) * 1000;
  check(who, size, events, tally);
  return micros / events;
}

/// Of connections that the server leaves open, so that each contestant has to make its own.
async function open(who, times) {
  const micros = [];
  for (let i = 0; i < times; i += 1) {
    const url = `/content-type?type=text/event-stream&hold=true&key=${freshKey()}`;
    const start = performance.now();
    const n = await firsts[who](url);
    micros.push((performance.now() - start) * 1000);
    if (n !== 1) throw new Error(`${who}: the first event is ${n} and not 1`);
    await pause(0);
  }
  // Without the ends, as one hiccup takes longer than all the rest; but not the median, as
  // WebKit's clock ticks in milliseconds.
  micros.sort((a, b) => a - b);
  const end = Math.floor(times / 10);
  const middle = micros.slice(end, times - end);
  return middle.reduce((sum, taken) => sum + taken) / middle.length;
}

function decodeAll(who, shape) {
  const [texts, values] = shapes[shape];
  const repetitions = Math.ceil((values * share) / texts.length);
  const start = performance.now();
  const sum = decoders[who](shape, texts, repetitions);
  const micros = (performance.now() - start) * 1000;
  const expected = parse(shape, texts, repetitions);
  if (sum !== expected) throw new Error(`${who}: the sum is ${sum} and not ${expected}`);
  return micros / (repetitions * texts.length);
}

/// Those who are asked for, and those to whom they are compared; nobody if there are only these.
function entrants(kind, contestants) {
  const others = rivals[kind].map(([, name]) => name);
  const wanted = (name) => name.includes(only);
  const names = Object.keys(contestants).filter((name) => wanted(name) || others.includes(name));
  if (names.every((name) => only && others.includes(name))) return null;
  return Object.fromEntries(names.map((name) => [name, contestants[name]]));
}

/// All contestants in each round, each round begun by another; the first round only warms up.
async function race(contestants, run) {
  const names = Object.keys(contestants);
  const micros = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (let i = 0; i < names.length; i += 1) {
      const name = names[(i + round) % names.length];
      const taken = await run(name);
      if (round > 0) micros[name].push(taken);
      // What the one has left to do is not to be done in the other's time.
      await pause(20);
    }
  }
  return names.map((name) => ({ name, micros: micros[name] }));
}

function pause(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

async function measure() {
  await init();
  await initSimd();
  const races = [];
  const add = async (kind, what, all, run) => {
    const contestants = entrants(kind, all);
    if (!contestants) return;
    races.push({ kind, what, rivals: rivals[kind], contestants: await race(contestants, run) });
  };
  for (const shape of Object.keys(shapes)) {
    const bytes = shapes[shape][0][0].length;
    await add("decode", `${bytes} bytes`, decoders, (who) => decodeAll(who, shape));
  }
  for (const [size, full] of bursts) {
    const events = Math.ceil(full * share);
    const what = `${size} bytes, ${events} events a round`;
    await add("stream", what, streams, (who) => receive(who, size, events));
  }
  const times = Math.ceil(openings * share);
  await add("first", `${times} connections a round`, firsts, (who) => open(who, times));
  return { date: new Date().toISOString().slice(0, 10), races };
}

const outcome = await measure().catch((error) => ({ error: String(error) }));
await fetch(`/status/204?key=${key}`, { method: "POST", body: JSON.stringify(outcome) });
