// Runs every measure and posts its records to the server, and at the end that all is done. A measure is a function
// that resolves with records (see `race.js`).

import initNpm from "wasm-eventsource";
import init from "/pkg/bench.js";
import { huge, names, streams, throughput } from "./measures/bursts.js";
import { decode } from "./measures/decode.js";
import { first } from "./measures/first.js";
import { latency } from "./measures/latency.js";
import { memory } from "./measures/memory.js";
import { parsers } from "./measures/parsers.js";
import { key } from "./options.js";
import { describe } from "./race.js";

// Memory comes first: the large events of other measures leave free memory in which a leak would not show.
const measures = { memory, throughput, latency, first, streams, names, huge, parsers, decode };

async function post(outcome) {
  document.querySelector("pre").append(JSON.stringify(outcome, null, 1), "\n");
  await fetch(`/status/204?key=${key}`, { method: "POST", body: JSON.stringify(outcome) });
}

async function run() {
  // Otherwise the browser keeps an entry for every request of the page, up to some hundreds: it looks like a leak.
  performance.setResourceTimingBufferSize(0);
  const wanted = new URLSearchParams(location.search).getAll("measure");
  const memories = { rust: (await init()).memory, npm: (await initNpm()).memory };
  for (const [measure, run] of Object.entries(measures)) {
    if (wanted.length > 0 && !wanted.includes(measure)) continue;
    const start = performance.now();
    const records = await run(memories);
    await post({ measure, seconds: (performance.now() - start) / 1000, records });
  }
  await post({ done: { isolated: crossOriginIsolated } });
}

await run().catch((error) => post({ failed: `${describe(error)}\n${error?.stack ?? ""}` }));
