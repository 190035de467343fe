// What every site proves: the package loads, its streams open, give what was sent and end, and what
// goes wrong is a clear error.

import { all, DONE, numbered, until } from "./scenario.js";

export const loading = {
  "opening before init is an error that says what to do": async (t) => {
    t.equal(t.throws(() => t.open("/finish/1"), Error, "init").name, "Error");
  },

  "init loads the wasm, and again gives the same": async (t) => {
    const output = await t.context.library.default();
    t.ok(output.memory instanceof WebAssembly.Memory, "it gives no memory");
    t.ok(output === (await t.context.library.default()), "it gives something else");
  },
};

/** Over each transport. */
export const opening = {
  "events come in the server's order, as plain objects": async (t) => {
    const events = await all(t.open("/finish/20"));
    t.equal(events.map((event) => event.data), numbered(20));
    const { origin } = new URL(t.context.server);
    t.equal(events[19], { type: "message", data: '{"n":20}', lastEventId: "20", origin });
  },

  "leaving the loop closes the connection, and nothing follows": async (t) => {
    const stream = t.open("/live?retry=20");
    await t.until("open=1");
    await t.send("data: 1");
    for await (const event of stream) {
      t.equal(event.data, "1");
      break;
    }
    await t.until("open=0");
    t.equal([stream.state, stream.readyState, stream.closeReason], ["closed", 2, { kind: "called" }]);
    await t.settled(1);
  },

  "a failure rejects once, and the iteration is done then": async (t) => {
    const stream = t.open("/status/500");
    const events = stream[Symbol.asyncIterator]();
    const calls = [events.next(), events.next()];
    const error = await t.rejects(calls[0], t.EventStreamError);
    t.ok(error.message.length > 0, "the error says nothing");
    t.equal([await calls[1], await events.next()], [DONE, DONE]);
    const { kind, message, error: reason } = stream.closeReason;
    t.equal([kind, message], ["failed", error.message]);
    t.ok(reason instanceof t.EventStreamError, `the reason has ${reason}`);
    t.equal([reason.kind, reason.message], [error.kind, error.message]);
    t.equal([stream.state, stream.readyState], ["closed", 2]);
    await t.settled(1);
  },

  "a listener that throws is reported and harms nobody": async (t) => {
    const stream = t.open("/finish/2");
    const got = [];
    stream.on("message", (event) => {
      if (event.lastEventId === "1") throw new RangeError("of the listener");
    });
    stream.on("message", (event) => got.push(event.data));
    const reported = t.reported();
    t.equal((await all(stream)).length, 2);
    t.equal(got, numbered(2));
    t.equal((await reported).message, "of the listener");
  },
};

export const ending = {
  "nothing followed where nothing was to follow": async (t) => {
    // All of them had the same reconnection time as these, which come back later.
    for (const transport of t.context.transports) {
      const witness = t.another();
      const stream = witness.open("/live?retry=20", { transport });
      await witness.until("open=1");
      await witness.send("data: 0");
      await stream[Symbol.asyncIterator]().next();
      await witness.drop();
      await witness.until("requests=2");
    }
    t.ok(t.context.settled.length > 0, "no test said so");
    for (const { scenario, requests } of t.context.settled) {
      t.equal((await scenario.counts()).requests, requests, "requests");
    }
  },
};
