// One stream with events of many names, all of which are listened to.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, race, since } from "../race.js";
import { check, expected, namesOf, shapes } from "../shape.js";

export async function measure() {
  const races = [];
  for (const count of [1, 10, 100, 1000]) {
    const events = scaled(10_000, 50);
    const path = shapes.Tick.path(events, { names: count });
    const sent = await expected("Tick", path);
    const names = namesOf(count);
    const run = async (name) => {
      const start = performance.now();
      const tally = await contestants[name].receive("Tick", `${path}&key=${freshKey()}`, names);
      const micros = since(start);
      check(tally, sent, true);
      return micros / events;
    };
    races.push(await race(`${count}`, entrants(({ decodes }) => decodes), run, { share: 0.4 }));
  }
  return { races };
}
