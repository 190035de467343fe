// What is left after many connections, and after many events. Each contestant has done a tenth of it
// before, so that what is made once has been made: the events come in ten bursts, as a buffer keeps the
// size that it had in its largest burst.
//
// wasm's memory never shrinks, and what is lost of what is free in it does not show. So all connections
// come before the first burst: until then there is little that is free.

import * as wasm from "/pkg/bench.js";
import { contestants, parser } from "../contestants.js";
import { scaled, share, smoke } from "../options.js";
import { describe, entrants, freshKey, pause } from "../race.js";
import { shapes, unnamed } from "../shape.js";

/** How many connections are open at once. */
const AT_ONCE = 4;

/** [what, how many, how few at least, what does it] */
const works = [
  ["connections", 10_000, 12, openAndClose],
  ["events", 1_000_000, 100, receive],
];

/** Who does all of it: one of ours for each transport, in Rust and in the package. */
const thorough = ["native typed stream", "npm, fetch"];

/** Which part of it the others do, and a quick run: that is enough to compare with, or to see it work. */
const OTHERS = 0.1;
const QUICK = share < 1 ? 0.3 : 1;

export async function measure(memories) {
  const listeners = countListeners();
  const growths = [];
  // Of the peers in JavaScript one over `fetch` is enough; all would take several minutes.
  const fits = ({ decodes }, name) => decodes && (name === parser || !name.startsWith("JS:"));
  for (const [what, full, least, work] of works) {
    for (const name of entrants(fits)) {
      const memory = memoryOf(name, memories);
      const whole = thorough.includes(name);
      const many = scaled(full * QUICK * (whole ? 1 : OTHERS), least);
      const growth = { name, what, many, whole };
      try {
        const tenth = Math.ceil(many / 10);
        await work(name, tenth, tenth);
        growth.before = await facts(name, memory, listeners);
        growth.open = await work(name, many, tenth);
        growth.after = await facts(name, memory, listeners);
      } catch (error) {
        growth.error = describe(error);
      }
      growths.push(growth);
    }
  }
  listeners.stop();
  return { growths };
}

async function receive(name, events, burst) {
  const path = shapes.Tick.path(burst, {});
  const key = freshKey();
  const connections = Math.ceil(events / burst);
  for (let i = 0; i < connections; i += 1) {
    const { count } = await contestants[name].receive("Tick", `${path}&key=${key}`, unnamed);
    if (count !== burst) throw new Error(`${burst} events were sent, but it got ${count}`);
  }
  return open(key, connections);
}

async function openAndClose(name, times) {
  const key = freshKey();
  const url = `/content-type?type=text/event-stream&hold=true&key=${key}`;
  const each = Math.ceil(times / AT_ONCE);
  const run = async () => {
    for (let i = 0; i < each; i += 1) await contestants[name].follow(url, () => true);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, run));
  return open(key, each * AT_ONCE);
}

/** How many connections the server still has, after some time for them to go. */
async function open(key, times) {
  const answer = await fetch(`/counts/${key}/wait?open=0&timeout_ms=5000`);
  const { opened, open } = await answer.json();
  if (opened !== times) throw new Error(`it was to open ${times} connections, but opened ${opened}`);
  return open;
}

/** What is there now; what cannot be known is left away. */
async function facts(name, memory, listeners) {
  for (let i = 0; i < (globalThis.gc ? 3 : 1); i += 1) {
    globalThis.gc?.();
    await pause(smoke ? 1 : share < 1 ? 20 : 100);
  }
  return {
    wasm: memory?.buffer.byteLength,
    heap: performance.memory?.usedJSHeapSize,
    // The npm package does not tell.
    values: memory && !name.startsWith("npm") ? wasm.live_values() : undefined,
    listeners: listeners.live,
  };
}

/** The memory of the wasm that a contestant is made of, if it is. */
function memoryOf(name, { npm, rust }) {
  if (name.startsWith("npm")) return npm;
  return name.includes("JS:") || name.startsWith("plain JS") ? undefined : rust;
}

/** Counts listeners that were added and not removed, by whomever. */
function countListeners() {
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const count = {
    live: 0,
    stop: () => Object.assign(EventTarget.prototype, { addEventListener, removeEventListener }),
  };
  EventTarget.prototype.addEventListener = function (...words) {
    // One that goes by itself is none to wait for.
    if (!words[2]?.once) count.live += 1;
    return addEventListener.apply(this, words);
  };
  EventTarget.prototype.removeEventListener = function (...words) {
    count.live -= 1;
    return removeEventListener.apply(this, words);
  };
  return count;
}
