// Contestants in turns, and what each needed as records: `{ measure, group, size, client, round, value, unit }`,
// or with an `error` in the place of the value.

import { contestants, gloo, parser, plain } from "./contestants.js";
import { key, only, rounds, share as shareOfAll, smoke } from "./options.js";

/** The time limit of one run, in milliseconds. */
const LIMIT = smoke ? 8_000 : 60_000;

/** The pause between two runs, in milliseconds: what the first leaves to be done is not charged to the second. */
const REST = shareOfAll < 1 ? 5 : 20;

/** With `only`, these run as well: the others are compared with them. */
const rivals = [plain, parser, gloo];

let requests = 0;

/** A key that no other request has, so that no response comes from a cache. */
export function freshKey() {
  requests += 1;
  return `${key}-${requests}`;
}

/** The names of the contestants that fit and that `only` asks for. */
export function entrants(fits) {
  const names = Object.keys(contestants).filter((name) => fits(contestants[name], name));
  const wanted = names.filter((name) => name.includes(only));
  const others = wanted.length > 0 ? rivals : [];
  return names.filter((name) => wanted.includes(name) || others.includes(name));
}

/**
 * Runs every client once per round, each round in a random order, and returns the records. The first round only
 * warms up. `run` resolves with a figure, or with figures by size. A client that fails does not run again.
 */
export async function race(what, clients, run, { share = 1, rest = REST } = {}) {
  const records = new Map(clients.map((client) => [client, []]));
  const failed = new Set();
  const counted = smoke ? 1 : Math.max(2, Math.round(rounds * share));
  for (let round = smoke ? 1 : 0; round <= counted; round += 1) {
    for (const client of shuffled(clients)) {
      if (failed.has(client)) continue;
      const note = (record) => records.get(client).push({ ...what, client, ...record });
      try {
        const figure = await limited(run(client));
        const figures = typeof figure === "number" ? { [what.size]: figure } : figure;
        if (round === 0) continue;
        for (const [size, value] of Object.entries(figures)) note({ size, round, value });
      } catch (error) {
        failed.add(client);
        note({ error: describe(error) });
      } finally {
        await pause(rest);
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
