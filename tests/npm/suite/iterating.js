// Iterating over a stream, over either transport.

import { all, allData, longEnoughToComeBack, numbered } from "./scenario.js";

const DONE = { done: true, value: undefined };

export const iterating = {
  "events come in the server's order, as plain objects": async (t) => {
    const stream = t.open("/finish/20");
    const events = await all(stream);
    t.equal(events.map((event) => event.data), numbered(20));
    const { origin } = new URL(t.context.server);
    t.equal(events[19], { type: "message", data: '{"n":20}', lastEventId: "20", origin });
  },

  "several names make one stream in the server's order": async (t) => {
    const stream = t.open("/mixed/9?names=a,b,message", { events: ["message", "a", "b"] });
    const events = await all(stream);
    t.equal(events.map((event) => event.data), numbered(9));
    t.equal(events.map((event) => event.type), Array(3).fill(["a", "b", "message"]).flat());
  },

  "names that were not asked for are left out": async (t) => {
    t.equal((await all(t.open("/mixed/4?names=a,b", { events: ["b"] }))).map((event) => event.data), [
      '{"n":2}',
      '{"n":4}',
    ]);
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
    await longEnoughToComeBack(t, "/live?retry=20");
    t.equal((await t.counts()).requests, 1, "requests");
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

  "the close event ends the loop and the connection, and nothing follows": async (t) => {
    const stream = t.open("/finish/2?retry=20");
    t.equal(await allData(stream), numbered(2));
    t.equal([stream.state, stream.readyState, stream.closeReason.kind], ["closed", 2, "rule"]);
    const { type, data } = stream.closeReason.event;
    t.equal([type, JSON.parse(data)], ["close", { message: "Stream finished" }]);
    await longEnoughToComeBack(t, "/live?retry=20");
    const { open, requests } = await t.counts();
    t.equal([open, requests], [0, 1], "open and requests");
  },

  "the close event is the last of the events if it is among them": async (t) => {
    const events = await all(t.open("/finish/2", { events: ["message", "close"] }));
    t.equal(events.map((event) => event.type), ["message", "message", "close"]);
  },

  "the close event can have another name, and close is then like any other": async (t) => {
    const stream = t.open("/live", { closeOn: "done", events: ["message", "close"] });
    await t.until("open=1");
    await t.send("event: close\ndata: no", "data: 1", "event: done\ndata: yes", "data: late");
    t.equal(await allData(stream), ["no", "1"]);
    t.equal([stream.closeReason.event.type, stream.closeReason.event.data], ["done", "yes"]);
    await t.until("open=0");
  },

  "with closeOn false no event ends the stream": async (t) => {
    const stream = t.open("/live", { closeOn: false, events: ["message", "close"] });
    await t.until("open=1");
    await t.send("event: close\ndata: 1", "data: 2");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.data, "1");
    t.equal((await events.next()).value.data, "2");
    t.equal([stream.state, stream.closeReason], ["open", undefined]);
  },

  "a mark in the data ends the stream and is not delivered": async (t) => {
    const stream = t.open("/reply?pace_ms=0", { closeOn: { data: "[DONE]" } });
    const tokens = (await allData(stream)).map((data) => JSON.parse(data).token);
    t.ok(tokens.length > 10 && tokens.every((token) => typeof token === "string"), "no tokens came");
    t.equal([stream.closeReason.kind, stream.closeReason.event.data], ["rule", "[DONE]"]);
    await t.until("open=0");
    t.equal((await t.counts()).requests, 1, "requests");
  },

  "a rule of name and data needs both": async (t) => {
    const stream = t.open("/live", { closeOn: { event: "state", data: "over" }, events: ["state", "message"] });
    await t.until("open=1");
    await t.send("event: state\ndata: on", "data: over", "event: state\ndata: over", "data: late");
    t.equal((await allData(stream)).slice(0, 2), ["on", "over"]);
    t.equal([stream.closeReason.event.type, stream.closeReason.event.data], ["state", "over"]);
  },

  "data can be JSON values": async (t) => {
    const stream = t.open("/live", { parse: "json" });
    await t.until("open=1");
    const values = [{ n: 1, list: [null, true, "é🦀"] }, 7, "text", null];
    await t.send(...values.map((value) => `data: ${JSON.stringify(value)}`), "event: close\ndata: no JSON");
    t.equal(await allData(stream), values);
    t.equal(stream.closeReason.event.data, "no JSON", "the close event has its text");
  },

  "a mark is found though the data is JSON": async (t) => {
    const stream = t.open("/reply?pace_ms=0", { parse: "json", closeOn: { data: "[DONE]" } });
    for await (const { data } of stream) t.equal(Object.keys(data), ["token"]);
    t.equal(stream.closeReason.event.data, "[DONE]");
  },

  "data that is no JSON goes to onmessageerror, and the stream goes on": async (t) => {
    const stream = t.open("/live", { parse: "json" });
    const told = [];
    stream.onmessageerror = (error) => told.push(error);
    await t.until("open=1");
    await t.send("data: 1", "id: seven\ndata: {no", "data: 2", "event: close\ndata:");
    t.equal(await allData(stream), [1, 2]);
    t.equal(told.length, 1, "errors told");
    const [error] = told;
    t.ok(error instanceof t.EventStreamError && error instanceof Error, "it is of another class");
    t.equal([error.name, error.kind], ["EventStreamError", "decode"]);
    t.equal([error.event.type, error.event.data, error.event.lastEventId], ["message", "{no", "seven"]);
    t.ok(error.cause instanceof SyntaxError, `the cause is ${error.cause}`);
    t.equal(stream.closeReason.kind, "rule");
  },

  "without onmessageerror it is reported as an uncaught exception": async (t) => {
    const stream = t.open("/live", { parse: "json" });
    const reported = t.reported();
    await t.until("open=1");
    await t.send("data: {no", "data: 2", "event: close\ndata:");
    t.equal(await allData(stream), [2]);
    const error = await reported;
    t.ok(error instanceof t.EventStreamError, `${error} was reported`);
    t.equal([error.kind, error.event.data], ["decode", "{no"]);
  },

  "what throws in onmessageerror is reported, and the stream goes on": async (t) => {
    const stream = t.open("/live", { parse: "json" });
    stream.onmessageerror = () => {
      throw new RangeError("of the handler");
    };
    const reported = t.reported();
    await t.until("open=1");
    await t.send("data: {no", "data: 2", "event: close\ndata:");
    t.equal(await allData(stream), [2]);
    t.equal((await reported).message, "of the handler");
  },

  "onmessageerror has what was set, and null takes it back": async (t) => {
    const stream = t.open("/live", { parse: "json" });
    t.equal(stream.onmessageerror, null);
    const handler = () => t.ok(false, "it was called");
    stream.onmessageerror = handler;
    t.equal(stream.onmessageerror, handler);
    stream.onmessageerror = null;
    t.equal(stream.onmessageerror, null);
    const reported = t.reported();
    await t.until("open=1");
    await t.send("data: {no", "event: close\ndata:");
    t.equal(await allData(stream), []);
    t.equal((await reported).kind, "decode");
  },

  "calls of next() that overlap are answered in their order": async (t) => {
    const events = t.open("/live")[Symbol.asyncIterator]();
    const calls = [events.next(), events.next(), events.next(), events.next()];
    await t.until("open=1");
    await t.send("data: 1", "data: 2", "data: 3", "event: close\ndata:");
    const steps = await Promise.all(calls);
    t.equal(steps.map(({ done, value }) => [done, value?.data]), [
      [false, "1"],
      [false, "2"],
      [false, "3"],
      [true, undefined],
    ]);
  },

  "return() closes the connection and ends the iterator": async (t) => {
    const stream = t.open("/named/message");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.type, "message");
    t.equal(await events.return("left"), { done: true, value: "left" });
    t.equal(await events.next(), DONE);
    t.equal(await events.next(), DONE);
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
    t.equal(events[Symbol.asyncIterator]() === events, true, "an iterator gives itself");
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

  "a loop over a stream that is closed ends at once": async (t) => {
    const stream = t.open("/finish/2");
    await allData(stream);
    t.equal(await allData(stream), []);
  },

  "events wait until the iteration begins": async (t) => {
    const stream = t.open("/finish/30");
    await t.until("opened=1");
    t.equal(await allData(stream), numbered(30));
  },

  "what came before close() can still be iterated over": async (t) => {
    const stream = t.open("/live", { buffer: "unbounded" });
    const events = stream[Symbol.asyncIterator]();
    const second = new Promise((resolve) =>
      stream.on("message", (event) => event.data === "2" && resolve()),
    );
    await t.until("open=1");
    await t.send("data: 1", "data: 2");
    await second;
    stream.close();
    t.equal(await allData(events), ["1", "2"]);
    t.equal(stream.closeReason, { kind: "called" });
  },

  "characters that several bytes make arrive whole": async (t) => {
    t.equal(await allData(t.open("/split/utf8?pace_ms=5")), ["café 🦀 au lait"]);
  },

  "lines of data are joined by line feeds": async (t) => {
    const stream = t.open("/live");
    await t.until("open=1");
    await t.send("data: one\ndata: two\ndata:", "event: close\ndata:");
    t.equal(await allData(stream), ["one\ntwo\n"]);
  },
};
