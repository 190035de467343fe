// Contestants in turns, and what each needed as records: `{ measure, group, size, client, round, value, unit }`,
// or with an `error` in the place of the value.

import { contestants, gloo, parser, plain } from "./contestants.js";
import { only, smoke } from "./options.js";

/** The time limit of one run, in milliseconds. */
const LIMIT = smoke ? 8_000 : 60_000;

/** With `only`, these run as well: the others are compared with them. */
const rivals = [plain, parser, gloo];

/** Those of the contestants that exist here and that `only` asks for. */
export function entrants(names) {
  const there = names.filter((name) => contestants[name]);
  const wanted = there.filter((name) => name.includes(only));
  const others = wanted.length > 0 ? rivals : [];
  return there.filter((name) => wanted.includes(name) || others.includes(name));
}

/**
 * Runs every client once per round, each round in a random order, and returns the records. `run` resolves with a figure,
 * or with figures by group. Rounds up to 0 only warm up. A client that fails does not run again.
 */
export async function race(what, clients, run, { rounds, warmUps = 1 }) {
  const records = new Map(clients.map((client) => [client, []]));
  const failed = new Set();
  for (let round = smoke ? 1 : 1 - warmUps; round <= (smoke ? 1 : rounds); round += 1) {
    for (const client of shuffled(clients)) {
      if (failed.has(client)) continue;
      const note = (record) => records.get(client).push({ ...what, client, ...record });
      try {
        const figures = await limited(run(client));
        if (round < 1) continue;
        if (typeof figures === "number") note({ round, value: figures });
        else for (const [group, value] of Object.entries(figures)) note({ group, round, value });
      } catch (error) {
        failed.add(client);
        note({ error: describe(error) });
      }
    }
  }
  return [...records.values()].flat();
}

function shuffled(names) {
  const places = names.map((name) => [Math.random(), name]);
  return places.sort(([a], [b]) => a - b).map(([, name]) => name);
}

function limited(promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(reject, LIMIT, new Error(`it took more than ${LIMIT / 1000} s`));
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export function describe(error) {
  return String(error?.message ?? error);
}

export function pause(milliseconds) {
  return new Promise((resume) => setTimeout(resume, milliseconds));
}

/** Microseconds since `start`. */
export function since(start) {
  return (performance.now() - start) * 1000;
}
