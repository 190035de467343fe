// Many streams one after the other, and streams that the program forgets.

import { whatIsHeld } from "./held.js";
import { all, until } from "./scenario.js";

const CYCLES = 1000;
/** As many streams at once as leave a connection to the page. */
const AT_ONCE = 4;

/** The ways in which a stream ends, and where the streams are. */
const ENDS = {
  "the loop ends": ["/finish/3", (stream) => all(stream)],
  "the loop is left": [
    "/finish/3",
    async (stream) => {
      for await (const _ of stream) break;
    },
  ],
  "a listener closes it": [
    "/finish/3",
    (stream) =>
      new Promise((resolve) => {
        stream.on("message", () => {
          stream.close();
          resolve();
        });
      }),
  ],
  "listeners see its end": [
    "/finish/3",
    (stream) => {
      stream.on("message", () => {});
      return until(stream, "closed");
    },
  ],
  "it is closed at once": ["/finish/3", async (stream) => stream.close()],
  "it is closed while somebody waits": [
    "/silent",
    async (stream, scenario) => {
      const next = stream[Symbol.asyncIterator]().next();
      await scenario.until("open=1");
      stream.close();
      await next;
    },
  ],
  "it fails": [
    "/status/500",
    async (stream) => {
      await all(stream).catch(() => {});
      // The answer to a request that failed can be read until then.
      stream.close();
    },
  ],
};

/** Opens and closes streams, a few at once. */
async function cycles(t, many) {
  const { transports } = t.context;
  const ends = Object.values(ENDS).filter(([path]) => path !== "/silent");
  let left = many;
  const loop = async () => {
    while (left-- > 0) {
      const [path, end] = ends[left % ends.length];
      const transport = transports[Math.floor(left / ends.length) % transports.length];
      await end(new t.EventStream(t.url(`${path}?cycle=${left}`), { transport }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  await t.until("open=0");
}

export const lasting = {
  "a stream that has ended gives its memory back at once, however it ended": async (t) => {
    for (const transport of t.context.transports) {
      for (const [way, [path, end]] of Object.entries(ENDS)) {
        // The first of its kind makes what stays for those after it.
        const before = [];
        for (let time = 0; time < 3; time += 1) {
          const scenario = t.another();
          await end(t.keep(new t.EventStream(scenario.url(path), { transport })), scenario);
          await scenario.until("open=0");
          before.push(whatIsHeld());
        }
        t.equal(before[2], before[1], `over ${transport}, when ${way}`);
      }
    }
  },

  "a thousand streams, however they end, leave no memory and no connection": async (t) => {
    const { memory } = await t.context.library.default();
    await cycles(t, 100);
    const before = memory.buffer.byteLength;
    await cycles(t, CYCLES);
    t.equal(memory.buffer.byteLength, before, "bytes of wasm memory");
  },

  "a stream that the program forgets is closed": async (t) => {
    if (typeof globalThis.gc !== "function") t.ignore("this engine cannot be made to collect garbage");
    for (const transport of t.context.transports) {
      const scenario = t.another();
      // In a function of its own: nothing here holds the stream afterwards.
      const forgotten = await (async () => {
        const stream = new t.EventStream(scenario.url("/silent"), { transport });
        await scenario.until("open=1");
        return new WeakRef(stream);
      })();
      await collected(forgotten);
      await scenario.until("open=0");
    }
  },

  "a stream with a listener or a loop is not forgotten": async (t) => {
    if (typeof globalThis.gc !== "function") t.ignore("this engine cannot be made to collect garbage");
    for (const transport of t.context.transports) {
      const scenario = t.another();
      const got = new Promise((resolve) => {
        new t.EventStream(scenario.url("/live"), { transport }).on("message", (event) => resolve(event.data));
      });
      const looped = (async () => {
        for await (const event of new t.EventStream(scenario.url("/live"), { transport })) return event.data;
      })();
      await scenario.until("opened=2");
      // Long enough for another stream to be seen as garbage.
      await collected(new WeakRef({}));
      const sent = await fetch(`${t.context.server}/control/${scenario.key}/send`, {
        method: "POST",
        body: "data: 1\n\nevent: close\ndata:\n\n",
      });
      t.equal(await sent.json(), { streams: 2 });
      t.equal([await got, await looped], ["1", "1"]);
      await scenario.until("open=0");
    }
  },
};

/** Resolves when the object is gone. The harness's deadline ends a wait that has no end. */
async function collected(reference) {
  // Asynchronous, or what the machine's stack still has in some place would be held as well.
  while (reference.deref()) await globalThis.gc({ type: "major", execution: "async" });
}
