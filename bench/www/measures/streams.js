// Several streams at once, as many as browsers allow over HTTP/1.1: the same events, shared out.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, race, since } from "../race.js";
import { check, expected, shapes, unnamed } from "../shape.js";

export async function measure() {
  const races = [];
  for (const streams of [1, 2, 4, 6]) {
    const each = Math.ceil(scaled(12_000, 60) / streams);
    const path = shapes.Tick.path(each, {});
    const sent = await expected("Tick", path);
    const run = async (name) => {
      const { receive } = contestants[name];
      const urls = Array.from({ length: streams }, () => `${path}&key=${freshKey()}`);
      const start = performance.now();
      const tallies = await Promise.all(urls.map((url) => receive("Tick", url, unnamed)));
      const micros = since(start);
      for (const tally of tallies) check(tally, sent, true);
      return micros / (each * streams);
    };
    races.push(await race(`${streams}`, entrants(({ decodes }) => decodes), run, { share: 0.4 }));
  }
  return { races };
}
