// Requests of one's own, over fetch().

import { all, allData, numbered } from "./scenario.js";

/** The one request that was made under the test's key. */
async function asked(scenario) {
  const requests = await scenario.requests();
  if (requests.length !== 1) throw new Error(`${requests.length} requests`);
  return requests[0];
}

export const requesting = {
  "method, headers and body are sent": async (t) => {
    const stream = t.open("/finish/2", {
      method: "POST",
      headers: { Authorization: "Bearer abc", "Content-Type": "application/json" },
      body: JSON.stringify({ prompt: "é🦀" }),
    });
    t.equal(await allData(stream), numbered(2));
    const { method, headers, body } = await asked(t);
    t.equal([method, headers.authorization, headers["content-type"]], ["POST", "Bearer abc", "application/json"]);
    t.equal(JSON.parse(body), { prompt: "é🦀" });
    t.equal(headers.accept, "text/event-stream");
  },

  "headers can be a Headers object, and a body bytes": async (t) => {
    const stream = t.open("/finish/1", {
      method: "PUT",
      headers: new Headers([["X-One", "1"], ["X-Two", "2"]]),
      body: new TextEncoder().encode("bytes"),
    });
    await all(stream);
    const { method, headers, body } = await asked(t);
    t.equal([method, headers["x-one"], headers["x-two"], body], ["PUT", "1", "2", "bytes"]);
  },

  "each of these options chooses fetch by itself": async (t) => {
    const choices = {
      method: ["GET", ["method", "GET"]],
      headers: [{ "x-test": "yes" }, ["x-test", "yes"]],
      lastEventId: ["7", ["last-event-id", "7"]],
    };
    for (const [option, [value, [name, seen]]] of Object.entries(choices)) {
      const scenario = t.another();
      const stream = t.keep(new t.EventStream(scenario.url("/finish/1"), { [option]: value }));
      await all(stream);
      const { method, headers } = await asked(scenario);
      t.equal(name === "method" ? method : headers[name], seen, option);
      t.ok(stream.response instanceof Response, `with ${option} there is no response`);
    }
    const body = t.another();
    await all(t.keep(new t.EventStream(body.url("/finish/1"), { method: "POST", body: "b" })));
    t.equal((await asked(body)).body, "b");
  },

  "the end of the answer to a POST is the end of the stream": async (t) => {
    const stream = t.open("/end/2?retry=1", { method: "POST" });
    t.equal(await allData(stream), numbered(2));
    t.equal(stream.closeReason, { kind: "ended" });
    await t.until("open=0");
    await asked(t);
  },

  "lastEventId is where the first request goes on from": async (t) => {
    const stream = t.open("/resume/5?cut_every=10", { lastEventId: "3" });
    t.equal(stream.lastEventId, "3");
    t.equal(await allData(stream), numbered(5).slice(3));
    t.equal((await t.counts()).last_event_ids, ["3"]);
  },

  "events can be all, whatever they are called": async (t) => {
    const stream = t.open("/mixed/6?names=a,b,message", { events: "*" });
    const events = await all(stream);
    t.equal(events.slice(0, 6).map(({ type, data }) => [type, data]), [
      ["a", '{"n":1}'],
      ["b", '{"n":2}'],
      ["message", '{"n":3}'],
      ["a", '{"n":4}'],
      ["b", '{"n":5}'],
      ["message", '{"n":6}'],
    ]);
  },

  "the answer can be looked at": async (t) => {
    const stream = t.open("/live");
    t.equal(stream.response, undefined);
    const events = stream[Symbol.asyncIterator]();
    const next = events.next();
    await t.until("open=1");
    await t.send("data: 1");
    await next;
    t.equal([stream.response.status, stream.response.headers.get("content-type")], [200, "text/event-stream"]);
  },

  "headers that cannot be sent are an error": async (t) => {
    t.throws(() => t.open("/finish/1", { headers: { "no good": "1" } }), TypeError, "no good");
  },
};
