// What is left after many connections, and after many events. Each contestant does a tenth of the work before the
// first look, so that everything that is made once exists already: the events come in ten bursts, because a buffer
// keeps the size of its largest burst.
//
// The memory of a wasm module never shrinks, so a leak that fits into its free part does not show. All connections
// therefore come before the first burst, while little of it is free.

import * as wasm from "/pkg/bench.js";
import { contestants, parser } from "../contestants.js";
import { scaled, share, smoke } from "../options.js";
import { describe, entrants, freshKey, pause } from "../race.js";
import { shapes, unnamed } from "../shape.js";

/** How many connections are open at once. */
const AT_ONCE = 4;

/** [what, how many, how few at least, the work] */
const works = [
  ["connections", 10_000, 12, openAndClose],
  ["events", 1_000_000, 100, receive],
];

/** These do all of the work: one of ours for each transport, in Rust and in the package. */
const thorough = ["native typed stream", "npm, fetch"];

/** Which part of it the others do, and a quick run: enough to compare, or to see that it works. */
const OTHERS = 0.1;
const QUICK = share < 1 ? 0.3 : 1;

export async function memory(memories) {
  const listeners = countListeners();
  const records = [];
  // Of the peers in JavaScript one over `fetch` is enough; all would take several minutes.
  const fits = ({ decodes }, name) => decodes && (name === parser || !name.startsWith("JS:"));
  for (const [what, full, least, work] of works) {
    for (const client of entrants(fits)) {
      const memory = memoryOf(client, memories);
      const many = scaled(full * QUICK * (thorough.includes(client) ? 1 : OTHERS), least);
      const note = (fields) => records.push({ measure: "memory", size: `${many} ${what}`, client, ...fields });
      try {
        const tenth = Math.ceil(many / 10);
        await work(client, tenth, tenth);
        const before = await facts(client, memory, listeners);
        const open = await work(client, many, tenth);
        const after = await facts(client, memory, listeners);
        for (const [group, value] of Object.entries(after)) {
          const unit = group.endsWith("memory") || group.endsWith("heap") ? "bytes" : "";
          if (value !== undefined) note({ group, round: 1, value: value - before[group], unit });
        }
        note({ group: "still open", round: 1, value: open, unit: "" });
      } catch (error) {
        note({ error: describe(error) });
      }
    }
  }
  listeners.stop();
  return records;
}

async function receive(client, events, burst) {
  const path = shapes.Tick.path(burst, {});
  const key = freshKey();
  const connections = Math.ceil(events / burst);
  for (let i = 0; i < connections; i += 1) {
    const { count } = await contestants[client].receive("Tick", `${path}&key=${key}`, unnamed);
    if (count !== burst) throw new Error(`${burst} events were sent, but it got ${count}`);
  }
  return open(key, connections);
}

async function openAndClose(client, times) {
  const key = freshKey();
  const url = `/content-type?type=text/event-stream&hold=true&key=${key}`;
  const each = Math.ceil(times / AT_ONCE);
  const run = async () => {
    for (let i = 0; i < each; i += 1) await contestants[client].follow(url, () => true);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return open(key, each * AT_ONCE);
}

/** How many connections the server still has, once it had some time to notice that they went. */
async function open(key, times) {
  const answer = await fetch(`/counts/${key}/wait?open=0&timeout_ms=5000`);
  const { opened, open } = await answer.json();
  if (opened !== times) throw new Error(`it was to open ${times} connections, but opened ${opened}`);
  return open;
}

/** What exists now; `undefined` is what the engine or the package does not tell. */
async function facts(client, memory, listeners) {
  for (let i = 0; i < (globalThis.gc ? 3 : 1); i += 1) {
    globalThis.gc?.();
    await pause(smoke ? 1 : share < 1 ? 20 : 100);
  }
  return {
    "wasm's memory": memory?.buffer.byteLength,
    "JavaScript's heap": performance.memory?.usedJSHeapSize,
    "values held in wasm": memory && !client.startsWith("npm") ? wasm.live_values() : undefined,
    listeners: listeners.live,
  };
}

/** The memory of the wasm that a contestant is made of, if it is. */
function memoryOf(client, { npm, rust }) {
  if (client.startsWith("npm")) return npm;
  return client.includes("JS:") ? undefined : rust;
}

/** Counts the listeners that anything adds and does not remove. */
function countListeners() {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const count = {
    live: 0,
    stop: () => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener }),
  };
  EventTarget.prototype.addEventListener = function (...words) {
    // A listener with `once` removes itself.
    if (!words[2]?.once) count.live += 1;
    return addEventListener.apply(this, words);
  };
  EventTarget.prototype.removeEventListener = function (...words) {
    count.live -= 1;
    return removeEventListener.apply(this, words);
  };
  return count;
}
