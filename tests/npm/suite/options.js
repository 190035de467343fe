// What the constructor refuses. A wrong option is an error that names it.

import { all, allData, numbered } from "./scenario.js";

/** Options that are wrong whatever the transport, by the word that the error has. */
const WRONG = {
  options: [7, "message"],
  URL: [{ URL: "" }],
  closeon: [{ closeon: "a" }],
  event: [{ event: ["a"] }, { closeOn: { event: 7 } }],
  events: [{ events: "message" }, { events: [] }, { events: [7] }, { events: {} }],
  closeOn: [{ closeOn: true }, { closeOn: 7 }, { closeOn: {} }, { closeOn: { name: "a" } }],
  name: [{ closeOn: { name: "a" } }],
  data: [{ closeOn: { data: 7 } }],
  parse: [{ parse: "JSON" }, { parse: JSON.parse }],
  withCredentials: [{ withCredentials: "yes" }],
  transport: [{ transport: "websocket" }, { transport: true }],
  buffer: [{ buffer: "all" }, { buffer: 7 }, { buffer: {} }],
  dropOldest: [0, -1, 1.5, NaN, "5"].map((dropOldest) => ({ buffer: { dropOldest } })),
  dropNewest: [{ buffer: { dropNewest: 5 } }],
  signal: [{ signal: true }, { signal: {} }],
};

/** Options of a request, which the browser's EventSource cannot have. */
const REQUEST = {
  method: [{ method: "GET" }],
  headers: [{ headers: { a: "b" } }],
  body: [{ body: "a" }],
  lastEventId: [{ lastEventId: "1" }],
  events: [{ events: "*" }],
};

const WRONG_REQUEST = {
  method: [{ method: 7 }],
  ethod: [{ method: "NO GOOD" }],
  headers: [{ headers: "a: b" }, { headers: { a: 7 } }, { headers: 7 }],
  body: [{ body: 7, method: "POST" }, { body: {}, method: "POST" }, { body: "a" }, { body: "a", method: "GET" }],
  lastEventId: [{ lastEventId: 7 }],
};

/** That each of these options is refused with its word, and that nothing is asked for. */
async function refuses(t, wrong, more = {}, ...words) {
  for (const [word, list] of Object.entries(wrong)) {
    for (const options of list) {
      const given = typeof options === "object" ? { ...options, ...more } : options;
      t.throws(() => new t.EventStream(t.url("/finish/1"), given), TypeError, word, ...words);
    }
  }
  await t.askedNothing();
}

export const wrong = {
  "a wrong option is a TypeError that names it, and nothing is opened": (t) => refuses(t, WRONG),
};

export const options = {
  "options of a request cannot go with the native transport": (t) =>
    refuses(t, REQUEST, { transport: "native" }, "native"),

  "options that are undefined are left away": async (t) => {
    const names = ["events", "closeOn", "parse", "withCredentials", "transport", "method", "headers", "body"];
    const nothing = [...names, "lastEventId", "buffer", "signal"].map((name) => [name, undefined]);
    const stream = t.open("/finish/1", Object.fromEntries(nothing));
    t.equal(await allData(stream), numbered(1));
    t.keep(new t.EventStream(t.url("/finish/1"), undefined));
  },

  "options are read, not kept: changing them later changes nothing": async (t) => {
    const given = Object.freeze({ events: ["message"], closeOn: Object.freeze({ event: "close" }) });
    const stream = t.keep(new t.EventStream(t.url("/finish/1"), given));
    given.events.push("close");
    t.equal((await all(stream)).map((event) => event.type), ["message"]);
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
    t.equal(await allData(stream), numbered(1));
  },

  "a URL that cannot be resolved is a SyntaxError": async (t) => {
    for (const transport of t.context.transports) {
      t.throws(() => new t.EventStream("http://[", { transport }), SyntaxError, "http://[");
    }
  },

  "the URL is needed, and so is new": async (t) => {
    for (const given of [undefined, null, 7, {}, []]) t.throws(() => new t.EventStream(given), TypeError);
    t.throws(() => new t.EventStream(), TypeError);
    t.throws(() => (0, t.EventStream)(t.url("/finish/1")), TypeError);
  },

  "getters are only read": async (t) => {
    const stream = t.open("/silent");
    for (const name of ["url", "lastEventId", "state", "readyState", "closeReason", "response"]) {
      t.throws(() => (stream[name] = 1), TypeError);
    }
    await t.until("open=1");
    t.equal([stream.url, stream.lastEventId], [t.url("/silent"), ""]);
  },
};

/** The package with fetch. */
export const requestOptions = {
  "a wrong option of a request is a TypeError that names it": async (t) => {
    await refuses(t, WRONG_REQUEST);
    await refuses(t, WRONG_REQUEST, { transport: "fetch" });
  },

  "a relative URL is taken from the page": async (t) => {
    const path = `/finish/1?key=${t.key}`;
    for (const transport of t.context.transports) {
      const stream = t.keep(new t.EventStream(path, { transport }));
      t.equal(stream.url, path);
      t.equal(await allData(stream), numbered(1));
    }
  },
};

/** The package without fetch. */
export const withoutFetch = {
  "what needs fetch is a TypeError that names it": (t) => refuses(t, { ...REQUEST, fetch: [{ transport: "fetch" }] }),
};
