// How long one event takes in a burst, from opening the connection to its end.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, race, since } from "../race.js";
import { check, expected, shapes, unnamed } from "../shape.js";

/** [what, shape, bytes of data, events a round] */
const bursts = [
  ["20 B", "Tick", 20, 30_000],
  ["100 B", "Tick", 100, 30_000],
  ["1 KB", "Tick", 1000, 6_000],
  ["10 KB", "Tick", 10_000, 1_000],
  ["tokens", "Token", undefined, 18_000],
];

export async function measure() {
  const races = [];
  for (const [what, shape, size, full] of bursts) {
    const events = scaled(full, 20);
    const path = shapes[shape].path(events, { size });
    const sent = await expected(shape, path, size);
    const run = async (name) => {
      const { receive, decodes } = contestants[name];
      const url = `${path}&key=${freshKey()}`;
      const start = performance.now();
      const tally = await receive(shape, url, unnamed);
      const micros = since(start);
      check(tally, sent, decodes);
      return micros / events;
    };
    races.push(await race(what, entrants(() => true), run));
  }
  return { races };
}
