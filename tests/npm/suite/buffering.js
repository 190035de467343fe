// What becomes of events that nobody iterates over yet, over either transport.

import { all, allData, numbered, until } from "./scenario.js";

/** A stream that has ended before anybody reads it, with all that `onmessageerror` was told. */
async function unread(t, path, buffer) {
  const stream = t.open(path, { buffer });
  const told = [];
  stream.onmessageerror = (error) => told.push(error);
  await until(stream, "closed");
  return { stream, told };
}

export const buffering = {
  "a buffer that drops the oldest keeps the newest, and tells how many it dropped": async (t) => {
    const { stream, told } = await unread(t, "/finish/50", { dropOldest: 5 });
    t.equal(await allData(stream), numbered(50).slice(45));
    t.ok(told.every((error) => error instanceof t.EventStreamError), "they are of another class");
    t.ok(told.every((error) => error.kind === "lagged"), "they are of another kind");
    t.equal(told.reduce((sum, error) => sum + error.dropped, 0), 45, "dropped");
    t.equal(stream.closeReason.kind, "rule");
  },

  "a buffer that is large enough drops nothing": async (t) => {
    const { stream, told } = await unread(t, "/finish/50", { dropOldest: 50 });
    t.equal(await allData(stream), numbered(50));
    t.equal(told, []);
  },

  "the buffer latest keeps one event": async (t) => {
    const { stream, told } = await unread(t, "/finish/50", "latest");
    t.equal(await allData(stream), ['{"n":50}']);
    t.equal(told.reduce((sum, error) => sum + error.dropped, 0), 49, "dropped");
  },

  "an unbounded buffer keeps all": async (t) => {
    const { stream, told } = await unread(t, "/finish/500", "unbounded");
    t.equal(await allData(stream), numbered(500));
    t.equal(told, []);
  },

  "what came before a failure is delivered before it, though it is read after it": async (t) => {
    const { stream } = await unread(t, "/status/500?after=1&retry=20", "unbounded");
    const events = stream[Symbol.asyncIterator]();
    t.equal((await events.next()).value.data, '{"n":1}');
    await t.rejects(events.next(), t.EventStreamError);
  },

  "events that wait are not changed by those that come at the end": async (t) => {
    const stream = await t.live({ buffer: "unbounded" });
    const closed = until(stream, "closed");
    const events = stream[Symbol.asyncIterator]();
    await t.send("data: first", "data: second", "data: third");
    t.equal([(await events.next()).value.data, (await events.next()).value.data], ["first", "second"]);
    await t.sendAll("data: 4", "data: 5", "data: 6");
    await closed;
    // A closed stream is pulled in the next microtask.
    await new Promise((resolve) => setTimeout(resolve));
    t.equal(await allData(stream), ["third", "4", "5", "6"]);
  },

  "without onmessageerror dropped events are reported": async (t) => {
    const stream = t.open("/finish/9", { buffer: "latest" });
    const reported = t.reported();
    await until(stream, "closed");
    t.equal((await all(stream)).length, 1);
    const error = await reported;
    t.equal([error.kind, error.dropped], ["lagged", 8]);
  },
};
