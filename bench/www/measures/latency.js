// How long one event takes that comes alone: the page has the server write it, and the time runs from
// that request to the decoded event. One clock measures both ends; what the request takes is the same
// for everybody, and in every figure.

import { contestants } from "../contestants.js";
import { scaled } from "../options.js";
import { entrants, freshKey, pause, race, since } from "../race.js";

export async function measure() {
  const events = scaled(100, 5);
  const warmUp = 3;
  const run = async (name) => {
    const stream = freshKey();
    let told;
    const ended = contestants[name].follow(`/live?key=${stream}`, (n) => {
      told(n);
      return n === events + warmUp;
    });
    const broken = ended.then(() => {
      throw new Error("it ended before its last event");
    });
    broken.catch(() => {});
    await fetch(`/counts/${stream}/wait?opened=1`);
    const micros = [];
    for (let n = 1; n <= events + warmUp; n += 1) {
      const event = new Promise((resolve) => (told = resolve));
      const start = performance.now();
      const sent = fetch(`/control/${stream}/send`, { method: "POST", body: `data: {"n":${n}}\n\n` });
      const got = await Promise.race([event, broken]);
      if (n > warmUp) micros.push(since(start));
      if (got !== n) throw new Error(`event ${n} was sent, but it got ${got}`);
      // Another moment each time, for the sake of clocks that tick in milliseconds.
      await (await sent).arrayBuffer();
      await pause(Math.random() * 2);
    }
    await ended;
    micros.sort((a, b) => a - b);
    const at = (share) => micros[Math.ceil(micros.length * share) - 1];
    return [at(0.5), at(0.99)];
  };
  const { contestants: both } = await race("", entrants(({ decodes }) => decodes), run, { share: 0.4 });
  const races = ["p50", "p99"].map((what, i) => ({
    what,
    contestants: both.map(({ figures, ...rest }) => ({ ...rest, figures: figures.map((pair) => pair[i]) })),
  }));
  return { races };
}
