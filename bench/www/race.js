// Contestants in turns.

import { contestants, gloo, parser, plain } from "./contestants.js";
import { key, only, rounds, share as shareOfAll, smoke } from "./options.js";

/** No run takes so long, in milliseconds, unless something hangs. */
const LIMIT = smoke ? 8_000 : 60_000;

/** What the one has left to do is not to be done in the other's time; milliseconds. */
const REST = shareOfAll < 1 ? 5 : 20;

/** Those to whom others are compared run along whoever is asked for. */
const rivals = [plain, parser, gloo];

let requests = 0;

/** A key that no other request has: nobody is served from a cache. */
export function freshKey() {
  requests += 1;
  return `${key}-${requests}`;
}

/** The names of those that are asked for and fit. */
export function entrants(fits) {
  const names = Object.keys(contestants).filter((name) => fits(contestants[name], name));
  const wanted = names.filter((name) => name.includes(only));
  const others = wanted.length > 0 ? rivals : [];
  return names.filter((name) => wanted.includes(name) || others.includes(name));
}

/**
 * Each name in each round, in an order of its own: what one leaves to be cleared away does not fall on the same
 * other one each time. The first round only warms up. `run` resolves
 * with a figure, or with several, by name. Who fails runs no further.
 */
export async function race(what, names, run, { share = 1, rest = REST } = {}) {
  const figures = new Map(names.map((name) => [name, []]));
  const errors = new Map();
  const counted = smoke ? 1 : Math.max(2, Math.round(rounds * share));
  for (let round = smoke ? 1 : 0; round <= counted; round += 1) {
    for (const name of shuffled(names)) {
      if (errors.has(name)) continue;
      try {
        const figure = await limited(run(name));
        if (round > 0) figures.get(name).push(figure);
      } catch (error) {
        errors.set(name, describe(error));
      }
      await pause(rest);
    }
  }
  const entries = names.map((name) => ({ name, figures: figures.get(name), error: errors.get(name) }));
  return { what, contestants: entries };
}

function shuffled(names) {
  const places = names.map((name) => [Math.random(), name]);
  return places.sort(([a], [b]) => a - b).map(([, name]) => name);
}

export function limited(promise) {
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
