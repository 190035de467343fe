// Events as fast as the browser takes them, from opening the connection to its end: the CPU time of the page's main
// thread and of its whole process, which tell the clients apart, and the time on the clock, which does not.

import { burst, check } from "../bursts.js";
import { contestants, fetched, forAwait, gloo, listener, loop, npm, parser, plain, stream } from "../contestants.js";
import { most, rounds, smoke, warmUps } from "../options.js";
import { entrants, race } from "../race.js";
import { cpuTime } from "../xtask.js";

/** The most for contestants that take several times as long for an event: all on the browser's `EventSource`, and some. */
const MOST_SLOW = 30_000;

/** Events of 10 KB and 30,000 of them would be more bytes than this, and measure nothing but bytes. */
const MOST_BYTES = 30e6;

const all = Object.keys(contestants);
const reply = all.filter((name) => name.startsWith("fetch") || [npm, loop, parser, forAwait, plain, stream].includes(name));
const typed = [fetched, parser, plain, listener, stream, gloo];
const format = [fetched, npm, parser, plain, stream];

/** [what the events are, how they are made, who takes part] */
const races = [
  ["100 B", {}, all],
  ["tokens", { shape: "Token", size: 200 }, reply],
  ["20 B", { size: 20 }, typed],
  ["1 KB", { size: 1000 }, typed],
  ["10 KB", { size: 10_000 }, typed],
  ["named", { format: "named" }, format],
  ["IDs", { format: "ids" }, format],
  ["3 lines", { format: "lines" }, format],
  ["CRLF", { format: "crlf" }, format],
];

export async function throughput() {
  const records = [];
  for (const [size, how, names] of races) {
    const clients = entrants(names);
    if (clients.length === 0) continue;
    const limit = Math.min(most, MOST_BYTES / (how.size ?? 100));
    const long = await burst({ ...how, events: limit });
    const short = await burst({ ...how, events: Math.min(limit, MOST_SLOW) });
    let before = smoke ? null : await cpuTime();
    const run = async (client) => {
      const { receive, expects, slow } = contestants[client];
      const { shape, name, events, sent, url } = slow ? short : long;
      const start = performance.now();
      const tally = await receive(shape, url(), name);
      const wall = ((performance.now() - start) * 1e6) / events;
      check(tally, sent[expects]);
      if (smoke) return { wall };
      const after = await cpuTime();
      const figures = { wall };
      for (const group of ["main", "process"]) if (after) figures[group] = (after[group] - before[group]) / events;
      before = after;
      return figures;
    };
    records.push(...await race({ measure: "throughput", size, unit: "ns" }, clients, run, { rounds, warmUps }));
  }
  return records;
}
