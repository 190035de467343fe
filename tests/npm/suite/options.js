// What the constructor refuses. A wrong option is an error that names it.

/** Options that are wrong whatever the transport, and the words that the error has. */
const WRONG = [
  [{ event: ["a"] }, "event"],
  [{ closeon: "a" }, "closeon"],
  [{ URL: "" }, "URL"],
  [7, "options"],
  ["message", "options"],
  [{ events: "message" }, "events"],
  [{ events: [] }, "events"],
  [{ events: [7] }, "events"],
  [{ events: {} }, "events"],
  [{ closeOn: true }, "closeOn"],
  [{ closeOn: 7 }, "closeOn"],
  [{ closeOn: {} }, "closeOn"],
  [{ closeOn: { name: "a" } }, "closeOn", "name"],
  [{ closeOn: { event: 7 } }, "event"],
  [{ closeOn: { data: 7 } }, "data"],
  [{ parse: "JSON" }, "parse"],
  [{ parse: JSON.parse }, "parse"],
  [{ withCredentials: "yes" }, "withCredentials"],
  [{ transport: "websocket" }, "transport"],
  [{ transport: true }, "transport"],
  [{ buffer: "all" }, "buffer"],
  [{ buffer: 7 }, "buffer"],
  [{ buffer: {} }, "buffer"],
  [{ buffer: { dropOldest: 0 } }, "dropOldest"],
  [{ buffer: { dropOldest: -1 } }, "dropOldest"],
  [{ buffer: { dropOldest: 1.5 } }, "dropOldest"],
  [{ buffer: { dropOldest: NaN } }, "dropOldest"],
  [{ buffer: { dropOldest: "5" } }, "dropOldest"],
  [{ buffer: { dropNewest: 5 } }, "dropNewest"],
  [{ signal: true }, "signal"],
  [{ signal: {} }, "signal"],
];

/** Options of a request, which the browser's EventSource cannot have. */
const REQUEST = [
  [{ method: "GET" }, "method"],
  [{ headers: { a: "b" } }, "headers"],
  [{ body: "a" }, "body"],
  [{ lastEventId: "1" }, "lastEventId"],
  [{ events: "*" }, "events"],
];

const WRONG_REQUEST = [
  [{ method: 7 }, "method"],
  [{ method: "NO GOOD" }, "ethod"],
  [{ headers: "a: b" }, "headers"],
  [{ headers: { a: 7 } }, "headers"],
  [{ headers: 7 }, "headers"],
  [{ body: 7, method: "POST" }, "body"],
  [{ body: {}, method: "POST" }, "body"],
  [{ body: "a" }, "body"],
  [{ body: "a", method: "GET" }, "body"],
  [{ lastEventId: 7 }, "lastEventId"],
];

function refuses(t, path, list, more = {}) {
  for (const [options, ...words] of list) {
    const given = typeof options === "object" ? { ...options, ...more } : options;
    t.throws(() => new t.EventStream(t.url(path), given), TypeError, ...words);
  }
}

/** By now a request that was made would have come: this one is later. */
async function nothingWasAsked(t) {
  const later = t.another();
  const answer = await fetch(later.url("/finish/1"));
  await answer.text();
  t.equal((await t.counts()).requests, 0, "requests");
}

export const options = {
  "a wrong option is a TypeError that names it, and nothing is opened": async (t) => {
    refuses(t, "/finish/1", WRONG);
    await nothingWasAsked(t);
  },

  "options of a request cannot go with the native transport": async (t) => {
    refuses(t, "/finish/1", REQUEST, { transport: "native" });
    for (const [option, name] of REQUEST) {
      const options = { ...option, transport: "native" };
      t.throws(() => new t.EventStream(t.url("/finish/1"), options), TypeError, name, "native");
    }
    await nothingWasAsked(t);
  },

  "options that are undefined are left away": async (t) => {
    const names = ["events", "closeOn", "parse", "withCredentials", "transport", "method", "headers", "body"];
    const nothing = [...names, "lastEventId", "buffer", "signal"].map((name) => [name, undefined]);
    const stream = t.keep(new t.EventStream(t.url("/finish/1"), Object.fromEntries(nothing)));
    for await (const event of stream) t.equal(event.data, '{"n":1}');
    t.keep(new t.EventStream(t.url("/finish/1"), undefined));
  },

  "options are read, not kept: changing them later changes nothing": async (t) => {
    const given = Object.freeze({ events: ["message"], closeOn: Object.freeze({ event: "close" }) });
    const stream = t.keep(new t.EventStream(t.url("/finish/1"), given));
    given.events.push("close");
    const types = [];
    for await (const event of stream) types.push(event.type);
    t.equal(types, ["message"]);
  },

  "a getter of the options that throws is not swallowed": async (t) => {
    const given = {
      get events() {
        throw new RangeError("of the getter");
      },
    };
    t.throws(() => new t.EventStream(t.url("/finish/1"), given), RangeError, "of the getter");
  },

  "the URL can be a URL object": async (t) => {
    const stream = t.keep(new t.EventStream(new URL(t.url("/finish/1"))));
    t.equal(stream.url, t.url("/finish/1"));
    for await (const event of stream) t.equal(event.data, '{"n":1}');
  },

  "a URL that cannot be resolved is a SyntaxError": async (t) => {
    for (const transport of t.context.transports) {
      const open = () => new t.EventStream("http://[", { transport });
      t.throws(open, SyntaxError, "http://[");
    }
  },

  "the URL is needed": async (t) => {
    for (const given of [undefined, null, 7, {}, []]) t.throws(() => new t.EventStream(given), TypeError);
    t.throws(() => new t.EventStream(), TypeError);
  },

  "the class is called with new": async (t) => {
    t.throws(() => (0, t.EventStream)(t.url("/finish/1")), TypeError);
  },

  "getters are only read": async (t) => {
    const stream = t.keep(new t.EventStream(t.url("/silent")));
    for (const name of ["url", "lastEventId", "state", "readyState", "closeReason", "response"]) {
      t.throws(() => (stream[name] = 1), TypeError);
    }
    await t.until("open=1");
    t.equal([stream.url, stream.lastEventId], [t.url("/silent"), ""]);
  },
};

export const requestOptions = {
  "a wrong option of a request is a TypeError that names it": async (t) => {
    refuses(t, "/finish/1", WRONG_REQUEST);
    refuses(t, "/finish/1", WRONG_REQUEST, { transport: "fetch" });
    await nothingWasAsked(t);
  },

  "a relative URL is taken from the page": async (t) => {
    const path = `/finish/1?key=${t.key}`;
    for (const transport of t.context.transports) {
      const stream = t.keep(new t.EventStream(path, { transport }));
      t.equal(stream.url, path);
      for await (const event of stream) t.equal(event.data, '{"n":1}');
    }
  },
};

/** The package without fetch. */
export const withoutFetch = {
  "what needs fetch is a TypeError that names it": async (t) => {
    refuses(t, "/finish/1", [...REQUEST, [{ transport: "fetch" }, "fetch"]]);
    await nothingWasAsked(t);
  },
};
