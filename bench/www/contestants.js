// The one table of all that receive events.
//
// `receive(shape, url, names)` opens the URL and resolves with a tally when the stream has ended.
// `follow(url, seen)` gives the number in each event to `seen`, until that returns true; then it has
// closed the connection. A contestant that does not decode says so; `raw` says that it hands out text as well,
// for events that are no JSON. A new contestant is one more entry.

import { EventStream } from "wasm-eventsource";
import * as wasm from "/pkg/bench.js";
import * as peers from "./peers.js";
import { shapes, tallying, unnamed } from "./shape.js";

export const plain = "plain JS: EventSource";
export const gloo = "gloo-net + serde_json";
export const parser = "JS: eventsource-parser";

export const contestants = {
  [plain]: javascript(peers.native),
  "typed listener": rust("TypedListener"),
  "native typed stream": rust("TypedStream", { raw: true }),
  "native raw stream (not decoded)": rust("RawStream", { decodes: false }),
  "npm, native": npm("native"),
  [gloo]: rust("GlooNet"),
  "fetch typed stream": rust("FetchTypedStream", { raw: true }),
  "fetch raw stream (not decoded)": rust("FetchRawStream", { decodes: false }),
  "npm, fetch": npm("fetch"),
  "JS: hand-written fetch loop": javascript(peers.loop),
  [parser]: javascript(peers.parser),
  "JS: eventsource-client": javascript(peers.client),
  "JS: eventsource": javascript(peers.eventsource),
  "JS: fetch-event-source": javascript(peers.fetchEventSourceLibrary),
  "JS: sse.js": javascript(peers.sse),
};

function rust(name, { decodes = true, raw = false } = {}) {
  const client = () => wasm.Client[name];
  return {
    decodes,
    raw,
    receive: (shape, url, names) => wasm.receive(client(), wasm.Shape[shape], url, names),
    follow: (url, seen) => wasm.follow(client(), url, seen),
  };
}

function javascript(client) {
  return {
    decodes: true,
    raw: true,
    receive: async (shape, url, names) => {
      const { tally, data } = tallying(shape);
      await client(url, names, data);
      return tally;
    },
    follow: (url, seen) => client(url, unnamed, (data) => seen(JSON.parse(data).n)),
  };
}

function npm(transport) {
  return {
    decodes: true,
    raw: true,
    receive: async (shape, url, names) => {
      const { tally, value, data } = tallying(shape);
      const { done, fields } = shapes[shape];
      const options = { transport, events: names, parse: fields ? "json" : "text" };
      if (done) options.closeOn = { data: done };
      const take = fields ? value : data;
      for await (const event of new EventStream(url, options)) take(event.data);
      return tally;
    },
    follow: async (url, seen) => {
      for await (const { data } of new EventStream(url, { transport, parse: "json" })) {
        if (seen(data.n)) break;
      }
    },
  };
}
