// Events as fast as the browser takes them, from opening the connection to its end: the CPU time of the page's main
// thread and of its whole process, which tell the clients apart, and the time on the clock, which does not.

import { burst, check } from "../bursts.js";
import { contestants, fetched, forAwait, gloo, loop, npm, parser, plain, stream } from "../contestants.js";
import { most, rounds, smoke, warmUps } from "../options.js";
import { entrants, race } from "../race.js";
import { cpuTime } from "../xtask.js";

/** How many events a fast contestant gets where figures are judged; elsewhere, and for slow ones, a burst is shorter. */
const LONG = 100_000;
const SHORT = 30_000;

/** 30,000 events of 10 KB would be more bytes than this, and measure nothing but bytes. */
const MOST_BYTES = 30e6;

const all = Object.keys(contestants);
const reply = all.filter((name) => name.startsWith("fetch") || [npm, loop, parser, forAwait, plain, stream].includes(name));
const typed = [fetched, parser, plain, stream, gloo];

/** [what the events are, how they are made, who takes part] */
const races = [
  ["100 B", { events: LONG }, all],
  ["tokens", { shape: "Token", size: 200, events: LONG }, reply],
  ["20 B", { size: 20 }, typed],
  ["1 KB", { size: 1000 }, typed],
  ["10 KB", { size: 10_000 }, typed],
  ["named", { format: "named" }, [fetched, npm, parser, plain, stream]],
  ["IDs", { format: "ids" }, [fetched, npm, parser, plain, stream]],
  ["3 lines", { format: "lines" }, [fetched, npm, parser]],
  ["CRLF", { format: "crlf" }, [fetched, npm, parser]],
];

export async function throughput() {
  const records = [];
  for (const [size, how, names] of races) {
    const clients = entrants(names);
    if (clients.length === 0) continue;
    const { size: bytes = 100, events = SHORT } = how;
    const limit = Math.min(most, MOST_BYTES / bytes);
    const long = await burst({ ...how, events: Math.min(limit, events) });
    const short = await burst({ ...how, events: Math.min(limit, SHORT) });
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
