// The one table of all that receive events.
//
// `receive(shape, url, names)` opens the URL and resolves with a tally when the stream has ended.
// `follow(url, seen)` gives the number in each event to `seen`, until that returns true; then it has
// closed the connection. A contestant that does not decode says so; `raw` is how the same client hands
// out text, for events that are no JSON. A new contestant is one more entry.

import { EventStream } from "wasm-eventsource";
import * as wasm from "/pkg/bench.js";
import * as peers from "./peers.js";
import { shapes, tallying, unnamed } from "./shape.js";

export const plain = "plain JS: EventSource";
export const gloo = "gloo-net + serde_json";
export const parser = "JS: eventsource-parser";

export const contestants = {
  [plain]: javascript(peers.native, { native: true }),
  "typed listener": rust("TypedListener", { native: true }),
  "native typed stream": rust("TypedStream", { native: true, raw: "RawStream" }),
  "native raw stream (not decoded)": { ...rust("RawStream", { native: true }), decodes: false },
  "npm, native": npm("native", { native: true }),
  [gloo]: rust("GlooNet", { native: true }),
  "fetch typed stream": rust("FetchTypedStream", { raw: "FetchRawStream" }),
  "fetch raw stream (not decoded)": { ...rust("FetchRawStream"), decodes: false },
  "npm, fetch": npm("fetch"),
  "JS: hand-written fetch loop": javascript(peers.loop),
  [parser]: javascript(peers.parser),
  "JS: eventsource-client": javascript(peers.client),
  "JS: eventsource": javascript(peers.eventsource),
  "JS: fetch-event-source": javascript(peers.fetchEventSourceLibrary),
  "JS: sse.js": javascript(peers.sse),
};

function rust(client, { native = false, raw } = {}) {
  const run = (client, shape, url, names) =>
    wasm.receive(wasm.Client[client], wasm.Shape[shape], url, names);
  return {
    native,
    decodes: true,
    receive: (shape, url, names) => run(client, shape, url, names),
    raw: raw && ((url) => run(raw, "Raw", url, unnamed)),
    follow: (url, seen) => wasm.follow(wasm.Client[client], url, seen),
  };
}

function javascript(client, { native = false } = {}) {
  const receive = async (shape, url, names) => {
    const { tally, data } = tallying(shape);
    await client(url, names, data);
    return tally;
  };
  return {
    native,
    decodes: true,
    receive,
    raw: (url) => receive("Raw", url, unnamed),
    follow: (url, seen) => client(url, unnamed, (data) => seen(JSON.parse(data).n)),
  };
}

function npm(transport, { native = false } = {}) {
  const receive = async (shape, url, names) => {
    const { tally, value, data } = tallying(shape);
    const { done, fields } = shapes[shape];
    const options = { transport, events: names, parse: fields ? "json" : "text" };
    if (done) options.closeOn = { data: done };
    const take = fields ? value : data;
    for await (const event of new EventStream(url, options)) take(event.data);
    return tally;
  };
  return {
    native,
    decodes: true,
    receive,
    raw: (url) => receive("Raw", url, unnamed),
    follow: async (url, seen) => {
      for await (const { data } of new EventStream(url, { transport, parse: "json" })) {
        if (seen(data.n)) break;
      }
    },
  };
}
