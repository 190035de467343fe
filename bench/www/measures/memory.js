// What is left after many connections, and after many events. Each contestant does a tenth of the work before the first
// look, so that everything that is made once exists already: the events come in ten bursts, because a buffer keeps the
// size of its largest burst.
//
// The memory of a wasm module never shrinks, so a leak that fits into its free part does not show. All connections
// therefore come before the first burst, while little of it is free.

import * as wasm from "/pkg/bench.js";
import { burst } from "../bursts.js";
import { contestants, fetched, npm, stream } from "../contestants.js";
import { freshKey, only, scaled, smoke } from "../options.js";
import { describe, pause } from "../race.js";

/** How many connections are open at once. */
const AT_ONCE = 4;

/** [what, how many, how few at least, the work] */
const works = [
  ["connections", 2_000, 12, openAndClose],
  ["events", 200_000, 100, receive],
];

export async function memory(memories) {
  const listeners = countListeners();
  const records = [];
  for (const [what, full, least, work] of works) {
    const many = scaled(full, least);
    for (const client of [stream, fetched, npm].filter((name) => name.includes(only))) {
      const memory = client === npm ? memories.npm : memories.rust;
      const note = (fields) => records.push({ measure: "memory", size: `${many} ${what}`, client, unit: "", ...fields });
      try {
        const tenth = Math.ceil(many / 10);
        await work(client, tenth, tenth);
        const before = await facts(client, memory, listeners);
        const open = await work(client, many, tenth);
        const after = await facts(client, memory, listeners);
        for (const [group, value] of Object.entries(after)) note({ group, round: 1, value: value - before[group] });
        note({ group: "still open", round: 1, value: open });
      } catch (error) {
        note({ error: describe(error) });
      }
    }
  }
  listeners.stop();
  return records;
}

async function receive(client, events, tenth) {
  const { shape, name, url } = await burst({ events: tenth });
  const key = freshKey();
  const connections = Math.ceil(events / tenth);
  for (let i = 0; i < connections; i += 1) {
    await contestants[client].receive(shape, url(key), name);
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

/** What exists now. Only our own module tells how many values it holds. */
async function facts(client, memory, listeners) {
  await pause(smoke ? 1 : 100);
  return {
    "wasm's memory": memory.buffer.byteLength,
    ...(client !== npm && { "values held in wasm": wasm.live_values() }),
    listeners: listeners.live,
  };
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
