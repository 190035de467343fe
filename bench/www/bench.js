// Runs all contestants in turns and posts what was measured to the server.
//
// A contestant of `streams` receives a burst of events at a URL and resolves with what it received;
// one of `decoders` decodes texts and returns the sum of all `n`. A new one is one more line here.

import init, * as wasm from "/pkg/bench.js";

const streams = {
  "plain JS: EventSource + JSON.parse": plain((data) => JSON.parse(data)),
  "typed listener": wasm.typed_listener,
  "typed stream": wasm.typed_stream,
  "plain JS: EventSource, data only": plain(),
  "raw listener": wasm.frame_listener,
  "raw stream": wasm.raw_stream,
};

const decoders = {
  "plain JS: JSON.parse": parse,
  "serde_json, from a JS string": inWasm("SerdeJsonFromJs"),
  "serde_json, from &str": inWasm("SerdeJson"),
  "JSON.parse + serde-wasm-bindgen": inWasm("JsonParse"),
};

const options = new URLSearchParams(location.search);
const key = options.get("key");
const rounds = Number(options.get("rounds"));
const share = Number(options.get("share"));

// [bytes of data, events a round]
const bursts = [[20, 50_000], [100, 50_000], [1000, 20_000]];
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

function plain(decode) {
  return (url) => new Promise((resolve, reject) => {
    const tally = { count: 0, sum: 0, length: 0 };
    const source = new EventSource(url);
    source.addEventListener("message", decode ? (event) => {
      const tick = decode(event.data);
      tally.count += 1;
      tally.sum += tick.n;
      tally.length += tick.text.length;
    } : (event) => {
      tally.count += 1;
      tally.length += event.data.length;
    });
    source.addEventListener("close", () => {
      source.close();
      resolve(tally);
    });
    source.addEventListener("error", () => {
      source.close();
      reject(new Error("the connection was lost"));
    });
  });
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

async function receive(who, size, events) {
  requests += 1;
  const url = `/burst/${events}?size=${size}&key=${key}-${requests}`;
  const start = performance.now();
  const tally = await streams[who](url);
  const micros = (performance.now() - start) * 1000;
  check(who, size, events, tally);
  return micros / events;
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
      await new Promise((resume) => setTimeout(resume, 20));
    }
  }
  return names.map((name) => ({ name, micros: micros[name] }));
}

async function measure() {
  await init();
  const races = [];
  for (const shape of Object.keys(shapes)) {
    const bytes = shapes[shape][0][0].length;
    const contestants = await race(decoders, (who) => decodeAll(who, shape));
    races.push({ kind: "decode", what: `${bytes} bytes`, contestants });
  }
  for (const [size, full] of bursts) {
    const events = Math.ceil(full * share);
    const contestants = await race(streams, (who) => receive(who, size, events));
    races.push({ kind: "stream", what: `${size} bytes, ${events} events a round`, contestants });
  }
  return { date: new Date().toISOString().slice(0, 10), races };
}

const outcome = await measure().catch((error) => ({ error: String(error) }));
await fetch(`/status/204?key=${key}`, { method: "POST", body: JSON.stringify(outcome) });
