// State, closing, aborting, reconnecting: the life of a stream, over either transport.

import { all, allData, numbered, until } from "./scenario.js";

const DONE = { done: true, value: undefined };

/** All that can be asked of a stream at one moment. */
const asked = ({ state, readyState, closeReason, lastEventId }) => ({
  state,
  readyState,
  closeReason,
  lastEventId,
});

export const living = {
  "the getters tell each phase of a stream": async (t) => {
    // Firefox says that a stream is open when something comes, and here the reconnection time does.
    const stream = t.open("/live?retry=20");
    const told = [];
    const opened = until(stream, "open");
    t.equal(stream.url, t.url("/live?retry=20"));
    t.equal(asked(stream), { state: "connecting", readyState: 0, closeReason: undefined, lastEventId: "" });
    await opened;
    t.equal(asked(stream), { state: "open", readyState: 1, closeReason: undefined, lastEventId: "" });
    stream.onstate = (state) => told.push([state, stream.state, stream.readyState]);
    await t.until("open=1");
    await t.send("id: seven\ndata: 1");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.lastEventId, "seven");
    t.equal(stream.lastEventId, "seven");
    stream.close();
    const closed = { state: "closed", readyState: 2, closeReason: { kind: "called" }, lastEventId: "seven" };
    t.equal(asked(stream), closed);
    t.equal(stream.url, t.url("/live?retry=20"));
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

  "onstate has what was set, and null takes it back": async (t) => {
    const stream = t.open("/live");
    t.equal(stream.onstate, null);
    const handler = () => t.ok(false, "it was called");
    stream.onstate = handler;
    t.equal(stream.onstate, handler);
    stream.onstate = null;
    t.equal(stream.onstate, null);
    await t.until("open=1");
    stream.close();
    t.equal(stream.state, "closed");
  },

  "what throws in onstate is reported, and the stream goes on": async (t) => {
    const stream = t.open("/finish/2");
    stream.onstate = (state) => {
      if (state === "open") throw new RangeError("of the handler");
    };
    const reported = t.reported();
    t.equal(await allData(stream), numbered(2));
    t.equal((await reported).message, "of the handler");
  },

  "onstate may close the stream": async (t) => {
    const stream = t.open("/named/message");
    stream.onstate = (state) => state === "open" && stream.close();
    t.equal(await all(stream), []);
    t.equal(stream.closeReason, { kind: "called" });
    await t.until("open=0");
  },

  "close() is seen by the server, and a second one changes nothing": async (t) => {
    const stream = t.open("/silent");
    await t.until("open=1");
    stream.close();
    await t.until("open=0");
    stream.close();
    t.equal([stream.state, stream.closeReason], ["closed", { kind: "called" }]);
  },

  "close() ends a loop that waits": async (t) => {
    const stream = t.open("/silent");
    const loop = all(stream);
    await t.until("open=1");
    stream.close();
    t.equal(await loop, []);
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

  "the close reason does not change after the end": async (t) => {
    const stream = t.open("/finish/1");
    await all(stream);
    stream.close();
    t.equal(stream.closeReason.kind, "rule");
  },

  "aborting the signal closes the stream": async (t) => {
    const program = new AbortController();
    const stream = t.open("/silent", { signal: program.signal });
    const waiting = stream[Symbol.asyncIterator]().next();
    await t.until("open=1");
    program.abort();
    t.equal([stream.state, stream.closeReason], ["closed", { kind: "called" }]);
    t.equal(await waiting, DONE);
    await t.until("open=0");
  },

  "aborting a signal after the end changes nothing": async (t) => {
    const program = new AbortController();
    const stream = t.open("/finish/1", { signal: program.signal });
    t.equal(await allData(stream), numbered(1));
    program.abort();
    t.equal(stream.closeReason.kind, "rule");
  },

  "one signal closes many streams": async (t) => {
    const program = new AbortController();
    const streams = [t, t.another()].map((scenario) => scenario.open("/silent", { signal: program.signal }));
    await t.until("open=1");
    program.abort();
    t.equal(streams.map((stream) => stream.state), ["closed", "closed"]);
    await t.until("open=0");
  },

  "a signal that is aborted already opens nothing": async (t) => {
    const stream = t.open("/finish/1", { signal: AbortSignal.abort() });
    t.equal([stream.state, stream.readyState, stream.closeReason], ["closed", 2, { kind: "called" }]);
    t.equal([stream.url, stream.lastEventId], [t.url("/finish/1"), ""]);
    t.equal(await all(stream), []);
    t.equal(typeof stream.on("message", () => {}), "function");
    stream.close();
    // By now a request that was made would have come: this one is later.
    const later = t.another();
    t.equal(await allData(later.open("/finish/1")), numbered(1));
    t.equal((await t.counts()).requests, 0, "requests");
  },

  "with an aborted signal wrong arguments are errors all the same": async (t) => {
    const signal = AbortSignal.abort();
    t.throws(() => t.open("/finish/1", { signal, event: "a" }), TypeError, "event");
    t.throws(() => new t.EventStream(7, { signal }), TypeError);
  },

  "disposing of a stream closes it, where the engine knows that": async (t) => {
    t.equal("undefined" in t.EventStream.prototype, false, "a method is called undefined");
    if (typeof Symbol.dispose !== "symbol") return;
    const stream = t.open("/silent");
    await t.until("open=1");
    stream[Symbol.dispose]();
    t.equal(stream.closeReason, { kind: "called" });
    await t.until("open=0");
  },

  "what is opened is one connection": async (t) => {
    t.open("/silent");
    await t.until("open=1");
    t.equal((await t.counts()).requests, 1, "requests");
  },
};
