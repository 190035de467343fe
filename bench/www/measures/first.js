// How long it takes from opening a connection to its first event, decoded.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, pause, race, since } from "../race.js";

export async function measure() {
  const connections = scaled(40, 2);
  const run = async (name) => {
    const micros = [];
    for (let i = 0; i < connections; i += 1) {
      // The server leaves it open, so that each contestant has to make its own.
      const url = `/content-type?type=text/event-stream&hold=true&key=${freshKey()}`;
      const start = performance.now();
      let taken, n;
      await contestants[name].follow(url, (number) => {
        taken = since(start);
        n = number;
        return true;
      });
      if (n !== 1) throw new Error(`its first event is ${n} and not 1`);
      micros.push(taken);
      await pause(0);
    }
    // Without the ends, as one hiccup takes longer than all the rest; but not the median, as a clock
    // may tick in milliseconds.
    micros.sort((a, b) => a - b);
    const end = Math.floor(connections / 10);
    const middle = micros.slice(end, connections - end);
    return middle.reduce((sum, taken) => sum + taken) / middle.length;
  };
  const names = entrants(({ decodes }) => decodes);
  return { races: [await race(`${connections} connections a round`, names, run)] };
}
