// How long one event takes that comes alone. The page asks the server to write the event, and the time runs from
// that request to the decoded event, so one clock measures both ends. What the request takes is in every figure.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, pause, race, since } from "../race.js";

const WARM_UP = 3;

export async function latency() {
  const events = scaled(100, 5);
  const run = async (client) => {
    const stream = freshKey();
    let receive;
    const ended = contestants[client].follow(`/live?key=${stream}`, (n) => {
      receive(n);
      return n === events + WARM_UP;
    });
    const broken = ended.then(() => {
      throw new Error("it ended before its last event");
    });
    broken.catch(() => {});
    await fetch(`/counts/${stream}/wait?opened=1`);
    const micros = [];
    for (let n = 1; n <= events + WARM_UP; n += 1) {
      const event = new Promise((resolve) => (receive = resolve));
      const start = performance.now();
      const sent = fetch(`/control/${stream}/send`, { method: "POST", body: `data: {"n":${n}}\n\n` });
      const got = await Promise.race([event, broken]);
      if (n > WARM_UP) micros.push(since(start));
      if (got !== n) throw new Error(`event ${n} was sent, but it got ${got}`);
      await (await sent).arrayBuffer();
      // A random pause, because a clock may tick in milliseconds.
      await pause(Math.random() * 2);
    }
    await ended;
    micros.sort((a, b) => a - b);
    const at = (share) => micros[Math.ceil(micros.length * share) - 1];
    return { p50: at(0.5), p99: at(0.99) };
  };
  return race({ measure: "latency", unit: "µs" }, entrants(({ decodes }) => decodes), run, { share: 0.4 });
}
