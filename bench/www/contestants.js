// The one table of all that receive events.
//
// `receive(shape, url, name)` opens the URL and resolves with a tally of the events of that name when the stream has
// ended; `expects` says of what: of the `decoded` values, of the `raw` data, or of the `whole` body. `follow(url, seen)`
// gives the number in each event to `seen`, until that returns true; then it has closed the connection. A `slow`
// one gets fewer events. A new contestant is one more entry.

import { EventStream } from "wasm-eventsource";
import * as wasm from "/pkg/bench.js";
import { shapes, tallying, UNNAMED } from "./bursts.js";
import * as floors from "./floors.js";
import * as peers from "./peers.js";

export const plain = "plain JS: EventSource";
export const gloo = "gloo-net + serde_json";
export const loop = "JS: hand-written fetch loop";
export const parser = "JS: eventsource-parser";
export const forAwait = "JS: eventsource-parser, for await";
export const listener = "typed listener";
export const stream = "native typed stream";
export const fetched = "fetch typed stream";
export const npm = "npm, fetch";

export const contestants = {
  "floor: fetch and discard": floor(floors.discard),
  ...(await floors.hasByob() && { "floor: fetch, BYOB reader": floor(floors.byob) }),
  "floor: fetch, TextDecoder": floor(floors.decodeText),
  [fetched]: rust("FetchTypedStream"),
  "fetch, borrowed payloads": rust("FetchBorrowed"),
  "fetch raw stream (not decoded)": rust("FetchRawStream", { expects: "raw" }),
  [npm]: javascriptPackage("fetch"),
  [loop]: javascript(peers.loop),
  [parser]: javascript(peers.parser),
  [forAwait]: javascript(peers.parserStream, { slow: true }),
  "JS: eventsource-client": javascript(peers.client),
  "JS: fetch-event-source": javascript(peers.fetchEventSourceLibrary, { slow: true }),
  "JS: eventsource": javascript(peers.eventsource, { slow: true }),
  "JS: sse.js": javascript(peers.sse, { slow: true }),
  [plain]: javascript(peers.native, { slow: true }),
  [listener]: rust("TypedListener", { slow: true }),
  [stream]: rust("TypedStream", { slow: true }),
  "npm, native": javascriptPackage("native"),
  [gloo]: rust("GlooNet", { slow: true }),
};

function floor(drain) {
  return { expects: "whole", receive: (_, url) => drain(url) };
}

function rust(client, facts) {
  return {
    expects: "decoded",
    receive: (shape, url, name) => wasm.receive(wasm.Client[client], wasm.Shape[shape], url, name),
    follow: (url, seen) => wasm.follow(wasm.Client[client], url, seen),
    ...facts,
  };
}

function javascript(client, facts) {
  return {
    expects: "decoded",
    receive: async (shape, url, name) => {
      const { tally, data } = tallying(shape);
      await client(url, name, data);
      return tally;
    },
    follow: (url, seen) => client(url, UNNAMED, (data) => seen(JSON.parse(data).n)),
    ...facts,
  };
}

function javascriptPackage(transport) {
  return {
    expects: "decoded",
    slow: transport === "native",
    receive: async (shape, url, name) => {
      const { tally, value } = tallying(shape);
      const { done } = shapes[shape];
      const options = { transport, events: [name], parse: "json" };
      if (done) options.closeOn = { data: done };
      for await (const event of new EventStream(url, options)) value(event.data);
      return tally;
    },
    follow: async (url, seen) => {
      for await (const { data } of new EventStream(url, { transport, parse: "json" })) {
        if (seen(data.n)) break;
      }
    },
  };
}
