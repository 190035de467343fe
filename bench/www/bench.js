// Runs every measure and posts what each gave to the server, and at last that all is done.
//
// A measure is a file: its `measure` resolves with races (see `race.js`), or in `memory.js` with what
// grew. A new one is one more line here and in xtask's `figures.rs`.

import initNpm from "wasm-eventsource";
import init from "/pkg/bench.js";
import * as decode from "./measures/decode.js";
import * as first from "./measures/first.js";
import * as huge from "./measures/huge.js";
import * as latency from "./measures/latency.js";
import * as memory from "./measures/memory.js";
import * as names from "./measures/names.js";
import * as parsers from "./measures/parsers.js";
import * as streams from "./measures/streams.js";
import * as throughput from "./measures/throughput.js";
import { key } from "./options.js";
import { describe } from "./race.js";

// Memory first: what large events leave free of wasm's memory would hide what is lost of it.
const measures = { memory, throughput, latency, first, streams, names, huge, parsers, decode };

async function post(outcome) {
  document.querySelector("pre").append(JSON.stringify(outcome, null, 1), "\n");
  await fetch(`/status/204?key=${key}`, { method: "POST", body: JSON.stringify(outcome) });
}

async function run() {
  // Else the browser notes every request of the page, up to some hundreds, which looks like a leak.
  performance.setResourceTimingBufferSize(0);
  const wanted = new URLSearchParams(location.search).getAll("measure");
  const wasm = { rust: (await init()).memory, npm: (await initNpm()).memory };
  for (const [measure, { measure: run }] of Object.entries(measures)) {
    if (wanted.length > 0 && !wanted.includes(measure)) continue;
    const start = performance.now();
    const outcome = await run(wasm);
    await post({ measure, seconds: (performance.now() - start) / 1000, ...outcome });
  }
  await post({ done: { date: new Date().toISOString().slice(0, 10), isolated: crossOriginIsolated } });
}

await run().catch((error) => post({ failed: `${describe(error)}\n${error?.stack ?? ""}` }));
