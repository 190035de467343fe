// Failures: what the iteration rejects with, and what can be asked afterwards.

import { all, allData, live, until } from "./scenario.js";

const DONE = { done: true, value: undefined };

export const failing = {
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
  },

  "what came before a failure is delivered before it": async (t) => {
    const stream = t.open("/status/500?after=1&retry=20");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.data, '{"n":1}');
    await t.rejects(events.next(), t.EventStreamError);
    t.equal(await events.next(), DONE);
  },

  "a failure is no uncaught exception where somebody iterates": async (t) => {
    await t.rejects(all(t.open("/content-type?type=text/html")), t.EventStreamError);
  },

  "a failed stream asks no more": async (t) => {
    const stream = t.open("/status/404");
    await t.rejects(all(stream), t.EventStreamError);
    const { open, requests } = await t.counts();
    t.equal([open, requests], [0, 1], "open and requests");
  },

  "a server that is gone is asked again until it is back": async (t) => {
    const stream = await live(t, "/live?retry=20");
    const loop = allData(stream);
    await t.refuse();
    await t.drop();
    await until(stream, "reconnecting");
    t.equal(stream.closeReason, undefined);
    await t.accept();
    await t.until("opened=2&open=1");
    await t.send("data: 1", "event: close\ndata:");
    t.equal(await loop, ["1"]);
  },

  "a stream can be forgotten after its failure was met": async (t) => {
    const stream = t.open("/status/500");
    await t.rejects(all(stream), t.EventStreamError);
    stream.close();
    t.equal(stream.closeReason.kind, "failed");
  },
};

export const failingNatively = {
  "the browser's EventSource does not tell why": async (t) => {
    const stream = t.open("/status/404");
    const error = await t.rejects(all(stream), t.EventStreamError);
    t.equal([error.kind, error.status, stream.response], ["connection", undefined, undefined]);
  },
};

export const failingOverFetch = {
  "another status is told, with the answer to read": async (t) => {
    const stream = t.open("/status/429?body=too+many&type=text/plain");
    const error = await t.rejects(all(stream), t.EventStreamError, "429");
    t.equal([error.kind, error.status], ["status", 429]);
    t.ok(error.cause instanceof Response, `the cause is ${error.cause}`);
    t.equal([error.cause.status, stream.response.status], [429, 429]);
    t.equal(await error.cause.text(), "too many");
    t.equal(stream.closeReason.error.status, 429);
  },

  "an answer without content is the server's end, and no failure": async (t) => {
    const stream = t.open("/status/204");
    t.equal(await all(stream), []);
    t.equal([stream.closeReason, stream.response.status], [{ kind: "ended" }, 204]);
  },

  "an answer that is no event stream is told, with the answer": async (t) => {
    const stream = t.open("/content-type?type=text/html");
    const error = await t.rejects(all(stream), t.EventStreamError, "text/html");
    t.equal(error.kind, "content-type");
    t.ok(error.cause instanceof Response, `the cause is ${error.cause}`);
    t.equal(error.cause.headers.get("content-type"), "text/html");
  },

  "a server that does not allow this origin is told apart": async (t) => {
    const { server } = t.context;
    const elsewhere = t.url("/closed/finish/1").replace("127.0.0.1", "localhost");
    t.ok(elsewhere !== t.url("/closed/finish/1"), `${server} is not at 127.0.0.1`);
    const stream = t.keep(new t.EventStream(elsewhere, { transport: "fetch" }));
    const error = await t.rejects(all(stream), t.EventStreamError);
    t.equal(error.kind, "cors");
  },

  "a POST that nobody answers fails, with the browser's error behind it": async (t) => {
    await t.refuse();
    const stream = t.open("/finish/1", { method: "POST" });
    const error = await t.rejects(all(stream), t.EventStreamError);
    t.equal([error.kind, error.status], ["network", undefined]);
    t.ok(error.cause instanceof Error, `the cause is ${error.cause}`);
  },
};
