// Many streams one after the other, and streams that the program forgets.

const CYCLES = 1000;
/** As many streams at once as leave a connection to the page. */
const AT_ONCE = 4;

/** Opens and closes streams, in each of the ways in which a stream ends. */
async function cycles(t, many) {
  const { transports } = t.context;
  const ends = [
    async (stream) => {
      for await (const _ of stream);
    },
    async (stream) => {
      for await (const _ of stream) break;
    },
    (stream) => new Promise((resolve) => {
      stream.on("message", () => {
        stream.close();
        resolve();
      });
    }),
    async (stream) => stream.close(),
  ];
  let left = many;
  const loop = async () => {
    while (left-- > 0) {
      const end = ends[left % ends.length];
      const transport = transports[Math.floor(left / ends.length) % transports.length];
      await end(new t.EventStream(t.url(`/finish/3?cycle=${left}`), { transport }));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, loop));
  await t.until("open=0");
}

export const lasting = {
  "a thousand streams, however they end, leave no memory and no connection": async (t) => {
    const { memory } = t.context.loaded();
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
