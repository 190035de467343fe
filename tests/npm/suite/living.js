// State, closing, aborting, reconnecting: the life of a stream, over either transport.

import { all, allData, DONE, numbered, until } from "./scenario.js";

/** All that can be asked of a stream at one moment. */
function asked(stream) {
  return ["url", "state", "readyState", "closeReason", "lastEventId"].map((name) => stream[name]);
}

export const living = {
  "the getters tell each phase of a stream": async (t) => {
    // Firefox says that a stream is open when something comes, and here the reconnection time does.
    const [path, told] = ["/live?retry=20", []];
    const stream = t.open(path);
    const opened = until(stream, "open");
    t.equal(asked(stream), [t.url(path), "connecting", 0, undefined, ""]);
    await opened;
    t.equal(asked(stream), [t.url(path), "open", 1, undefined, ""]);
    stream.onstate = (state) => told.push([state, stream.state, stream.readyState]);
    await t.until("open=1");
    await t.send("id: seven\ndata: 1");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.lastEventId, "seven");
    t.equal(stream.lastEventId, "seven");
    stream.close();
    t.equal(asked(stream), [t.url(path), "closed", 2, { kind: "called" }, "seven"]);
    t.equal(told, [["closed", "closed", 2]]);
    t.equal(await events.next(), DONE);
  },

  "a connection that is lost comes back, and onstate is told": async (t) => {
    const stream = t.open("/live?retry=20");
    const states = [];
    stream.onstate = (state) => states.push(`${state} ${stream.readyState}`);
    const events = stream[Symbol.asyncIterator]();
    let next = events.next();
    await t.until("open=1");
    await t.send("id: seven\ndata: 1");
    t.equal((await next).value.data, "1");
    next = events.next();
    await t.drop();
    const { last_event_ids: ids } = await t.until("requests=2&open=1");
    t.equal(ids, ["", "seven"]);
    await t.send("data: 2");
    t.equal((await next).value.data, "2");
    t.equal(states, ["open 1", "reconnecting 0", "open 1"]);
    t.equal(stream.lastEventId, "seven");
  },

  "a stream goes on over several connections, without a gap": async (t) => {
    t.equal(await allData(t.open("/resume/7?cut_every=3&retry=20")), numbered(7));
    t.equal((await t.counts()).last_event_ids, ["", "3", "6"]);
  },

  "onstate has what was set, what throws in it is reported, and null takes it back": async (t) => {
    const stream = t.open("/finish/2");
    t.equal(stream.onstate, null);
    const handler = () => {
      stream.onstate = null;
      throw new RangeError("of the handler");
    };
    stream.onstate = handler;
    t.equal(stream.onstate, handler);
    const reported = t.reported();
    // The handler threw at `open` and was not called for `closed`.
    t.equal(await allData(stream), numbered(2));
    t.equal((await reported).message, "of the handler");
    t.equal(stream.onstate, null);
  },

  "onstate may close the stream": async (t) => {
    const stream = t.open("/named/message");
    stream.onstate = (state) => state === "open" && stream.close();
    t.equal(await all(stream), []);
    t.equal(stream.closeReason, { kind: "called" });
    await t.until("open=0");
  },

  "a stream is closed once and for all, in each of the ways there are": async (t) => {
    t.equal("undefined" in t.EventStream.prototype, false, "a method is called undefined");
    const ways = [(stream) => stream.close(), (_, program) => program.abort()];
    // Where the engine knows it.
    if (typeof Symbol.dispose === "symbol") ways.push((stream) => stream[Symbol.dispose]());
    for (const close of ways) {
      const [scenario, program] = [t.another(), new AbortController()];
      const options = { signal: program.signal };
      const ended = scenario.open("/finish/1?retry=20", options);
      t.equal(await allData(ended), numbered(1));
      const stream = scenario.open("/live?retry=20", options);
      const [loop, next] = [all(stream), stream[Symbol.asyncIterator]().next()];
      await scenario.until("requests=2&open=1");
      for (const each of [stream, stream, ended]) close(each, program);
      t.equal([stream.state, stream.closeReason], ["closed", { kind: "called" }]);
      t.equal([await loop, await next], [[], DONE]);
      t.equal(ended.closeReason.kind, "rule");
      await scenario.until("open=0");
      await scenario.settled(2);
    }
  },

  "a signal closes many streams, and opens none afterwards": async (t) => {
    const program = new AbortController();
    const { signal } = program;
    const streams = [t, t.another()].map((scenario) => scenario.open("/silent", { signal }));
    await t.until("open=1");
    program.abort();
    t.equal(streams.map((stream) => stream.state), ["closed", "closed"]);
    await t.until("open=0");
    const late = t.another();
    const stream = late.open("/finish/1", { signal });
    t.equal([stream.state, stream.readyState, stream.closeReason], ["closed", 2, { kind: "called" }]);
    t.equal([stream.url, stream.lastEventId], [late.url("/finish/1"), ""]);
    t.equal(await all(stream), []);
    t.equal(typeof stream.on("message", () => {}), "function");
    stream.close();
    t.throws(() => late.open("/finish/1", { signal, event: "a" }), TypeError, "event");
    t.throws(() => new t.EventStream(7, { signal }), TypeError);
    await late.askedNothing();
  },

  "a stream can be closed while it connects": async (t) => {
    const stream = t.open("/never");
    await t.until("open=1");
    t.equal(stream.state, "connecting");
    stream.close();
    await t.until("open=0");
    t.equal([stream.state, await all(stream)], ["closed", []]);
  },

  "a stream can be closed while it reconnects, and stays closed": async (t) => {
    const stream = t.open("/live?retry=20");
    const loop = all(stream);
    await t.until("open=1");
    await t.refuse();
    const reconnecting = until(stream, "reconnecting");
    await t.drop();
    await reconnecting;
    t.equal([stream.readyState, stream.closeReason], [0, undefined]);
    stream.close();
    t.equal(await loop, []);
    t.equal([stream.readyState, stream.closeReason], [2, { kind: "called" }]);
  },
};
