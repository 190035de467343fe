// Failures: what the iteration rejects with, and what can be asked afterwards.

import { all, allData, DONE, until } from "./scenario.js";

export const failing = {
  "what came before a failure is delivered before it": async (t) => {
    const stream = t.open("/status/500?after=1&retry=20");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.data, '{"n":1}');
    await t.rejects(events.next(), t.EventStreamError);
    t.equal(await events.next(), DONE);
  },

  "a failure is reported where only listeners are, and nothing watches the state": async (t) => {
    const stream = t.open("/status/500");
    stream.on("message", () => {});
    const error = await t.reported();
    t.equal(error instanceof t.EventStreamError, true);
    t.equal(stream.closeReason.error, error);
    const watched = t.open("/status/500");
    watched.on("message", () => {});
    await until(watched, "closed");
  },

  "a failed stream asks no more, and keeps its reason": async (t) => {
    for (const path of ["/status/404", "/content-type?type=text/html"]) {
      const scenario = t.another();
      const stream = scenario.open(path);
      await t.rejects(all(stream), t.EventStreamError);
      stream.close();
      t.equal(stream.closeReason.kind, "failed");
      t.equal((await scenario.counts()).open, 0, "open");
      await scenario.settled(1);
    }
  },

  "a server that is gone is asked again until it is back": async (t) => {
    const stream = await t.live({}, "/live?retry=20");
    const loop = allData(stream);
    // It has its reconnection time when it says that it is open.
    await until(stream, "open");
    await t.refuse();
    await t.drop();
    await until(stream, "reconnecting");
    t.equal(stream.closeReason, undefined);
    await t.accept();
    await t.until("opened=2&open=1");
    await t.sendAll("data: 1");
    t.equal(await loop, ["1"]);
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
