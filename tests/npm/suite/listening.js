// Listeners, over either transport.

import { all, allData, numbered, until } from "./scenario.js";

/** The data that a listener is called with, and a promise of the moment when there are `n` of them. */
function collect(stream, type, n = Infinity) {
  const got = [];
  const complete = new Promise((resolve) => {
    stream.on(type, (event) => {
      got.push(event.data);
      if (got.length === n) resolve(got);
    });
  });
  return { got, complete };
}

export const listening = {
  "a listener gets the events of its name, named or not": async (t) => {
    const stream = t.open("/mixed/6?names=a,message");
    const unnamed = collect(stream, "message");
    const named = [];
    stream.on("a", (event) => named.push(event));
    await until(stream, "closed");
    t.equal(unnamed.got, ['{"n":2}', '{"n":4}', '{"n":6}']);
    const { origin } = new URL(t.context.server);
    t.equal(named[0], { type: "a", data: '{"n":1}', lastEventId: "1", origin });
    t.equal(named.length, 3);
  },

  "listeners alone keep a stream going, to its end": async (t) => {
    const stream = t.open("/finish/200");
    const [messages, close] = [collect(stream, "message"), collect(stream, "close")];
    await until(stream, "closed");
    t.equal(messages.got, numbered(200));
    t.equal(close.got.map(JSON.parse), [{ message: "Stream finished" }]);
    t.equal(stream.closeReason.kind, "rule");
    t.equal(await all(stream), [], "events were kept for an iteration besides");
  },

  "listeners and an iteration both get an event": async (t) => {
    const stream = t.open("/mixed/6?names=a,message", { events: ["message"] });
    const events = stream[Symbol.asyncIterator]();
    const [a, unnamed] = [collect(stream, "a"), collect(stream, "message")];
    t.equal(await allData(events), ['{"n":2}', '{"n":4}', '{"n":6}']);
    t.equal(a.got, ['{"n":1}', '{"n":3}', '{"n":5}']);
    t.equal(unnamed.got, ['{"n":2}', '{"n":4}', '{"n":6}']);
  },

  "several listeners of a name are called in their order": async (t) => {
    const stream = t.open("/finish/2");
    const called = [];
    stream.on("message", (event) => called.push(`first ${event.lastEventId}`));
    stream.on("message", (event) => called.push(`second ${event.lastEventId}`));
    await until(stream, "closed");
    t.equal(called, ["first 1", "second 1", "first 2", "second 2"]);
  },

  "one function can listen twice, and each time is removed by itself": async (t) => {
    const stream = await t.live();
    let calls = 0;
    const listener = () => (calls += 1);
    const [first, second] = [stream.on("message", listener), stream.on("message", listener)];
    // To remove a listener again is nothing.
    for (const [remove, expected] of [[() => {}, 2], [first, 1], [first, 1], [second, 0]]) {
      remove();
      const last = collect(stream, "last", 1);
      await t.send("data: 1", "event: last\ndata:");
      await last.complete;
      t.equal(calls, expected);
      calls = 0;
    }
  },

  "a listener may remove itself and add another": async (t) => {
    const stream = t.open("/finish/3");
    const got = [];
    const remove = stream.on("message", (event) => {
      remove();
      got.push(`once ${event.lastEventId}`);
      stream.on("message", (next) => got.push(`then ${next.lastEventId}`));
    });
    await until(stream, "closed");
    t.equal(got.filter((text) => text !== "then 1"), ["once 1", "then 2", "then 3"]);
  },

  "a listener may close the stream, and nothing more is delivered": async (t) => {
    const stream = await t.live();
    const got = [];
    stream.on("message", (event) => {
      got.push(event.data);
      stream.close();
    });
    await t.send("data: 1", "data: 2", "data: 3");
    await t.until("open=0");
    t.equal([got, stream.closeReason], [["1"], { kind: "called" }]);
  },

  "a listener is told JSON values, and what is none goes to onmessageerror once": async (t) => {
    const stream = await t.live({ parse: "json" });
    const told = [];
    stream.onmessageerror = (error) => told.push([error.kind, error.event.type, error.event.data]);
    const [one, two] = [collect(stream, "tick"), collect(stream, "tick")];
    const closed = until(stream, "closed");
    await t.sendAll('event: tick\ndata: {"n":1}', "event: tick\ndata: {no", "event: tick\ndata: 2");
    await closed;
    t.equal([one.got, two.got], [[{ n: 1 }, 2], [{ n: 1 }, 2]]);
    t.equal(told, [["decode", "tick", "{no"]]);
  },

  "listeners go on after the connection was lost": async (t) => {
    const stream = await t.live({}, "/live?retry=20");
    const [ticks, last] = [collect(stream, "tick"), collect(stream, "last", 1)];
    await t.send("event: tick\ndata: 1");
    await t.drop();
    await t.until("requests=2&open=1");
    await t.send("event: tick\ndata: 2", "event: last\ndata:");
    await last.complete;
    t.equal(ticks.got, ["1", "2"]);
  },

  "a failure without an iteration is seen in the state, and rejects nothing": async (t) => {
    const stream = t.open("/status/500");
    stream.on("message", () => {});
    await until(stream, "closed");
    const { kind, error } = stream.closeReason;
    t.equal(kind, "failed");
    t.ok(error instanceof t.EventStreamError, `the error is ${error}`);
  },

  "a listener that comes after the end is never called": async (t) => {
    const stream = t.open("/finish/1");
    await all(stream);
    const remove = stream.on("message", () => t.ok(false, "it was called"));
    remove();
  },

  "a listener is wanted for a name": async (t) => {
    const stream = t.open("/silent");
    t.throws(() => stream.on(7, () => {}), TypeError);
    t.throws(() => stream.on("a"), TypeError);
    t.throws(() => stream.on("a", {}), TypeError);
  },
};
