// Iterating over a stream, over either transport.

import { all, allData, DONE, numbered } from "./scenario.js";

/** What ends a stream: options, what is sent, what of it is delivered, and what the reason shows. */
const RULES = [
  // Without a word it is `close`, and that is the last event if it is among them.
  [{}, ["data: 1", "event: close\ndata: yes"], ["1"], "close", "yes"],
  [{ events: ["message", "close"] }, ["data: 1", "event: close\ndata: yes"], ["1", "yes"], "close", "yes"],
  // Then `close` is an event like any other.
  [
    { closeOn: "done", events: ["message", "close"] },
    ["event: close\ndata: no", "data: 1", "event: done\ndata: yes"],
    ["no", "1"],
    "done",
    "yes",
  ],
  // What has a mark in its data is not delivered.
  [{ closeOn: { data: "[DONE]" } }, ["data: 1", "data: [DONE]"], ["1"], "message", "[DONE]"],
  [{ closeOn: { data: "[DONE]" }, parse: "json" }, ["data: 1", "data: [DONE]"], [1], "message", "[DONE]"],
  // A rule of name and data needs both.
  [
    { closeOn: { event: "state", data: "over" }, events: ["state", "message"] },
    ["event: state\ndata: on", "data: over", "event: state\ndata: over"],
    ["on", "over"],
    "state",
    "over",
  ],
];

export const iterating = {
  "several names make one stream in the server's order": async (t) => {
    const events = await all(t.open("/mixed/9?names=a,b,message", { events: ["message", "a", "b"] }));
    t.equal(events.map((event) => event.data), numbered(9));
    t.equal(events.map((event) => event.type), Array(3).fill(["a", "b", "message"]).flat());
  },

  "names that were not asked for are left out": async (t) => {
    t.equal(await allData(t.open("/mixed/4?names=a,b", { events: ["b"] })), ['{"n":2}', '{"n":4}']);
    t.equal(await all(t.open("/mixed/4?names=a,b")), []);
  },

  "an event may be called error or open": async (t) => {
    for (const name of ["error", "open"]) {
      const scenario = t.another();
      for await (const event of scenario.open(`/named/${name}`, { events: [name] })) {
        t.equal([event.type, event.data], [name, `{"name":"${name}"}`]);
        break;
      }
      await scenario.until("open=0");
    }
  },

  "an exception in the loop closes the connection as well": async (t) => {
    const stream = t.open("/named/message");
    const loop = async () => {
      for await (const _ of stream) throw new RangeError("of the program");
    };
    await t.rejects(loop(), RangeError, "of the program");
    await t.until("open=0");
    t.equal(stream.closeReason, { kind: "called" });
  },

  "what fits the close rule ends the loop and the connection, and nothing follows": async (t) => {
    for (const [options, sent, delivered, type, data] of RULES) {
      const scenario = t.another();
      const stream = await scenario.live(options, "/live?retry=20");
      await scenario.send(...sent, "data: late");
      t.equal(await allData(stream), delivered);
      t.equal([stream.state, stream.readyState, stream.closeReason.kind], ["closed", 2, "rule"]);
      t.equal([stream.closeReason.event.type, stream.closeReason.event.data], [type, data]);
      await scenario.until("open=0");
      await scenario.settled(1);
    }
  },

  "the reason has the close event, and a loop over a closed stream ends at once": async (t) => {
    const stream = t.open("/finish/2?retry=20");
    t.equal(await allData(stream), numbered(2));
    t.equal(JSON.parse(stream.closeReason.event.data), { message: "Stream finished" });
    t.equal(await allData(stream), []);
    await t.settled(1);
  },

  "with closeOn false no event ends the stream": async (t) => {
    const stream = await t.live({ closeOn: false, events: ["message", "close"] });
    await t.send("event: close\ndata: 1", "data: 2");
    const events = stream[Symbol.asyncIterator]();
    t.equal([(await events.next()).value.data, (await events.next()).value.data], ["1", "2"]);
    t.equal([stream.state, stream.closeReason], ["open", undefined]);
  },

  "data can be JSON values": async (t) => {
    const stream = await t.live({ parse: "json" });
    const values = [{ n: 1, list: [null, true, "é🦀"] }, 7, "text", null];
    await t.send(...values.map((value) => `data: ${JSON.stringify(value)}`), "event: close\ndata: no JSON");
    t.equal(await allData(stream), values);
    t.equal(stream.closeReason.event.data, "no JSON", "the close event has its text");
  },

  "data that is no JSON goes to onmessageerror, and the stream goes on": async (t) => {
    const stream = await t.live({ parse: "json" });
    const told = [];
    stream.onmessageerror = (error) => told.push(error);
    await t.sendAll("data: 1", "id: seven\ndata: {no", "data: 2");
    t.equal(await allData(stream), [1, 2]);
    t.equal(told.length, 1, "errors told");
    const [error] = told;
    t.ok(error instanceof t.EventStreamError && error instanceof Error, "it is of another class");
    t.equal([error.name, error.kind], ["EventStreamError", "decode"]);
    t.equal([error.event.type, error.event.data, error.event.lastEventId], ["message", "{no", "seven"]);
    t.ok(error.cause instanceof SyntaxError, `the cause is ${error.cause}`);
    t.equal(stream.closeReason.kind, "rule");
  },

  "without onmessageerror, or if that throws, it is reported as an uncaught exception": async (t) => {
    const throwing = () => {
      throw new RangeError("of the handler");
    };
    for (const handler of [undefined, null, throwing]) {
      const scenario = t.another();
      const stream = await scenario.live({ parse: "json" });
      t.equal(stream.onmessageerror, null);
      if (handler !== undefined) {
        const other = () => t.ok(false, "it was called");
        stream.onmessageerror = other;
        t.equal(stream.onmessageerror, other);
        stream.onmessageerror = handler;
        t.equal(stream.onmessageerror, handler);
      }
      const reported = t.reported();
      await scenario.sendAll("data: {no", "data: 2");
      t.equal(await allData(stream), [2]);
      const error = await reported;
      if (handler) t.equal(error.message, "of the handler");
      else t.equal([error instanceof t.EventStreamError, error.kind, error.event.data], [true, "decode", "{no"]);
    }
  },

  "calls of next() that overlap are answered in their order": async (t) => {
    const events = t.open("/live")[Symbol.asyncIterator]();
    const calls = [events.next(), events.next(), events.next(), events.next()];
    await t.until("open=1");
    await t.sendAll("data: 1", "data: 2", "data: 3");
    const steps = await Promise.all(calls);
    t.equal(steps.map(({ value }) => value?.data), ["1", "2", "3", undefined]);
    t.equal(steps.map(({ done }) => done), [false, false, false, true]);
  },

  "return() closes the connection and ends the iterator": async (t) => {
    const stream = t.open("/named/message");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.type, "message");
    t.equal(await events.return("left"), { done: true, value: "left" });
    t.equal([await events.next(), await events.next()], [DONE, DONE]);
    t.equal(stream.closeReason, { kind: "called" });
    await t.until("open=0");
  },

  "return() ends the calls of next() that wait": async (t) => {
    const events = t.open("/silent")[Symbol.asyncIterator]();
    const waiting = [events.next(), events.next()];
    await t.until("open=1");
    await events.return();
    t.equal(await Promise.all(waiting), [DONE, DONE]);
    await t.until("open=0");
  },

  "an iterator is iterable itself, and has no end but once": async (t) => {
    const events = t.open("/finish/2")[Symbol.asyncIterator]();
    t.ok(events[Symbol.asyncIterator]() === events, "an iterator gives another");
    t.equal(await allData(events), numbered(2));
    t.equal([await events.next(), await events.next()], [DONE, DONE]);
  },

  "two iterators share a stream: each event goes to one of them": async (t) => {
    const stream = t.open("/finish/40");
    const parts = await Promise.all([allData(stream), allData(stream)]);
    const both = parts.flat().sort((a, b) => JSON.parse(a).n - JSON.parse(b).n);
    t.equal(both, numbered(40));
    t.ok(parts.every((part) => part.length > 0), "one of them got nothing");
  },

  "events wait until the iteration begins": async (t) => {
    const stream = t.open("/finish/30");
    await t.until("opened=1");
    t.equal(await allData(stream), numbered(30));
  },

  "what came before close() can still be iterated over": async (t) => {
    const stream = await t.live({ buffer: "unbounded" });
    const events = stream[Symbol.asyncIterator]();
    const second = new Promise((resolve) => {
      stream.on("message", (event) => event.data === "2" && resolve());
    });
    await t.send("data: 1", "data: 2");
    await second;
    stream.close();
    t.equal(await allData(events), ["1", "2"]);
    t.equal(stream.closeReason, { kind: "called" });
  },

  "characters and lines arrive whole": async (t) => {
    t.equal(await allData(t.open("/split/utf8?pause_ms=5")), ["café 🦀 au lait"]);
    const scenario = t.another();
    const stream = await scenario.live();
    await scenario.sendAll("data: one\ndata: two\ndata:");
    t.equal(await allData(stream), ["one\ntwo\n"]);
  },
};
