// Runs every measure and posts its records to xtask, and at the end that all is done. A measure is a function that
// resolves with records (see `race.js`).

import initNpm from "wasm-eventsource";
import init from "/pkg/bench.js";
import { memory } from "./measures/memory.js";
import { parsers } from "./measures/parsers.js";
import { first, latency } from "./measures/single.js";
import { throughput } from "./measures/throughput.js";
import { measures as wanted, smoke } from "./options.js";
import { describe } from "./race.js";
import { post, showPage } from "./xtask.js";

// Memory comes first: what other measures leave free is memory in which a leak would not show.
const measures = { memory, throughput, latency, first, parsers };

async function run() {
  // Otherwise the browser keeps an entry for every request of the page, up to some hundreds: it looks like a leak.
  performance.setResourceTimingBufferSize(0);
  const memories = { rust: (await init()).memory, npm: (await initNpm()).memory };
  if (!smoke) await showPage();
  for (const [measure, run] of Object.entries(measures)) {
    if (wanted.length > 0 && !wanted.includes(measure)) continue;
    const start = performance.now();
    const records = await run(memories);
    await post({ measure, seconds: (performance.now() - start) / 1000, records });
  }
  await post({ done: { isolated: crossOriginIsolated } });
}

await run().catch((error) => post({ failed: `${describe(error)}\n${error?.stack ?? ""}` }));
