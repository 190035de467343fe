// One event of any size, as text. The figure is nanoseconds per byte.

import { contestants } from "../contestants.js";
import { share, smoke } from "../options.js";
import { entrants, freshKey, race, since } from "../race.js";
import { check, expected, shapes, unnamed } from "../shape.js";

/** [what, bytes] */
const sizes = [
  ["1 KB", 1e3],
  ["64 KB", 64e3],
  ["1 MB", 1e6],
  ["8 MB", 8e6],
  ["64 MB", 64e6],
];

/** Who would take longer, in seconds, does not run: more than any takes whose cost is linear. */
const patience = (bytes) => 1 + bytes * 80e-9;

export async function measure() {
  const largest = smoke ? 64e3 : share < 1 ? 1e6 : Infinity;
  const races = [];
  const last = new Map();
  const skipped = new Map();
  for (const [what, bytes] of sizes) {
    if (bytes > largest) break;
    const sent = await expected("Raw", "", bytes);
    const run = async (name) => {
      const url = `${shapes.Raw.path(1, { size: bytes })}key=${freshKey()}`;
      const start = performance.now();
      const tally = await contestants[name].raw(url);
      const micros = since(start);
      check(tally, sent, false);
      last.get(name).push({ bytes, micros });
      return (micros * 1000) / bytes;
    };
    const names = entrants(({ raw }) => raw).filter((name) => {
      if (!last.has(name)) last.set(name, []);
      const seconds = predicted(last.get(name), bytes);
      if (seconds > patience(bytes)) skipped.set(name, `some ${Math.round(seconds)} s were to be expected`);
      return !skipped.has(name);
    });
    const done = await race(what, names, run, { share: 0.3 });
    const left = [...skipped].map(([name, why]) => ({ name, figures: [], skipped: why }));
    races.push({ ...done, contestants: [...done.contestants, ...left] });
  }
  return { races };
}

/** From how the time has grown with the size so far; nothing is known of small ones. */
function predicted(runs, bytes) {
  const best = (size) => Math.min(...runs.filter((run) => run.bytes === size).map((run) => run.micros));
  const [before, last] = [...new Set(runs.map((run) => run.bytes))].slice(-2);
  if (last === undefined || last < 1e6) return 0;
  const power = Math.max(1, Math.log(best(last) / best(before)) / Math.log(last / before));
  return (best(last) / 1e6) * (bytes / last) ** power;
}
