// How long it takes from opening a connection to its first event, decoded.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, pause, race, since } from "../race.js";

export async function first() {
  const connections = scaled(40, 2);
  const run = async (client) => {
    const micros = [];
    for (let i = 0; i < connections; i += 1) {
      // The server holds the connection open, so that each contestant has to open a new one.
      const url = `/content-type?type=text/event-stream&hold=true&key=${freshKey()}`;
      const start = performance.now();
      let taken, n;
      await contestants[client].follow(url, (number) => {
        taken = since(start);
        n = number;
        return true;
      });
      if (n !== 1) throw new Error(`its first event is ${n} and not 1`);
      micros.push(taken);
      await pause(0);
    }
    // The mean without the fastest and the slowest tenth. A median would be coarse where a clock ticks in milliseconds.
    micros.sort((a, b) => a - b);
    const end = Math.floor(connections / 10);
    const middle = micros.slice(end, connections - end);
    return middle.reduce((sum, taken) => sum + taken) / middle.length;
  };
  const size = `${connections} connections`;
  return race({ measure: "first", size, unit: "µs" }, entrants(({ decodes }) => decodes), run);
}
