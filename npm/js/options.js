// Checks the constructor's arguments: a wrong argument is a `TypeError` that names it, before anything is
// opened. Wasm relies on the checked values.

const OPTIONS = [
  "events",
  "closeOn",
  "parse",
  "withCredentials",
  "transport",
  "method",
  "headers",
  "body",
  "lastEventId",
  "buffer",
  "signal",
];

/** The options that need a request over `fetch()`. */
const OF_REQUESTS = ["method", "headers", "body", "lastEventId"];

/** A string, or a `URL` of any realm. */
export function readUrl(url) {
  const href = typeof url === "object" ? url?.href : url;
  return typeof href === "string" ? href : wrong("the first argument", "a string or a URL", url);
}

/** `canFetch`: whether the wasm has the transport over `fetch()`. */
export function readOptions(options = {}, canFetch) {
  checkKeys("options", options, OPTIONS);
  const { events, closeOn, parse, withCredentials, transport, method, headers, body, lastEventId, buffer, signal } =
    options;
  const wantsFetch = OF_REQUESTS.find((key) => options[key] !== undefined) ?? (events === "*" && 'events: "*"');
  check("withCredentials", withCredentials, "true or false", isBoolean);
  check("parse", parse, '"text" or "json"', (parse) => parse === "text" || parse === "json");
  check("transport", transport, '"native" or "fetch"', (name) => name === "native" || name === "fetch");
  check("method", method, "a string", isString);
  check("body", body, "a string or a Uint8Array", (body) => isString(body) || body instanceof Uint8Array);
  check("lastEventId", lastEventId, "a string", isString);
  check("signal", signal, "an AbortSignal", isSignal);
  if (transport === "native" && wantsFetch) {
    throw new TypeError(
      `\`${wantsFetch}\` does not work with \`transport: "native"\`: the browser's EventSource does not support it`,
    );
  }
  const fetch = transport === "fetch" || Boolean(wantsFetch);
  if (fetch && !canFetch) {
    throw new TypeError(
      `\`${wantsFetch || 'transport: "fetch"'}\` needs the package "wasm-eventsource": "wasm-eventsource/native" does not include the transport over fetch()`,
    );
  }
  const names = events === "*" ? [] : readEvents(events);
  const pairs = readHeaders(headers);
  return {
    all: events === "*",
    name: (index) => names[index],
    ...readCloseOn(closeOn),
    parsesJson: parse === "json",
    withCredentials: withCredentials ?? false,
    fetch,
    method,
    header: (index) => pairs[index],
    body,
    lastEventId,
    ...readBuffer(buffer),
    signal,
  };
}

/** The default is unnamed events. */
function readEvents(events) {
  check("events", events, 'an array of event names, or "*"', (names) => Array.isArray(names) && names.every(isString));
  if (events?.length === 0) throw new TypeError("`events` must not be empty: omit it for unnamed events");
  return events ?? [];
}

function readCloseOn(closeOn = "close") {
  if (closeOn === false) return {};
  if (isString(closeOn)) return { closeEvent: closeOn };
  if (!isObject(closeOn)) wrong("`closeOn`", "an event name, false, or { event?, data? }", closeOn);
  checkKeys("closeOn", closeOn, ["event", "data"]);
  const { event, data } = closeOn;
  check("closeOn.event", event, "an event name", isString);
  check("closeOn.data", data, "a string", isString);
  if (event === undefined && data === undefined) {
    throw new TypeError("`closeOn` must have an `event`, a `data`, or both");
  }
  return { closeEvent: event, closeData: data };
}

/** Returns names and values alternately. */
function readHeaders(headers) {
  if (headers === undefined) return [];
  const expected = "an object of strings";
  if (!isObject(headers)) wrong("`headers`", expected, headers);
  const pairs = typeof headers[Symbol.iterator] === "function" ? [...headers] : Object.entries(headers);
  for (const pair of pairs) {
    if (!Array.isArray(pair)) wrong("`headers`", expected, headers);
    if (!isString(pair[1])) wrong(`\`headers["${String(pair[0])}"]\``, "a string", pair[1]);
  }
  return pairs.flatMap(([name, value]) => [String(name), value]);
}

/** A `limit` of 0 drops nothing. */
function readBuffer(buffer) {
  if (buffer === undefined) return {};
  if (buffer === "unbounded") return { limit: 0 };
  if (buffer === "latest") return { limit: 1 };
  if (!isObject(buffer)) wrong("`buffer`", '"latest", "unbounded", or { dropOldest }', buffer);
  checkKeys("buffer", buffer, ["dropOldest"]);
  const limit = buffer.dropOldest;
  const fits = Number.isInteger(limit) && limit > 0;
  if (!fits) wrong("`buffer.dropOldest`", "an integer of at least 1", limit);
  return { limit: Math.min(limit, 0xffffffff) };
}

const isString = (value) => typeof value === "string";
const isBoolean = (value) => typeof value === "boolean";
const isObject = (value) => typeof value === "object" && value !== null;
/** An `AbortSignal` of any realm. */
const isSignal = (value) =>
  isObject(value) && isBoolean(value.aborted) && typeof value.addEventListener === "function";

/** Checks an optional value. */
function check(name, value, expected, is) {
  if (value !== undefined && !is(value)) wrong(`\`${name}\``, expected, value);
}

function checkKeys(name, value, known) {
  if (!isObject(value)) wrong(`\`${name}\``, `an object of ${known.join(", ")}`, value);
  const unknown = Object.keys(value).find((key) => !known.includes(key));
  if (unknown !== undefined) {
    throw new TypeError(`\`${name}\` has no ${JSON.stringify(unknown)}; it has ${known.join(", ")}`);
  }
}

function wrong(name, expected, value) {
  throw new TypeError(`${name} must be ${expected}, not ${described(value)}`);
}

function described(value) {
  if (isString(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return "an array";
  return isObject(value) || typeof value === "function" || typeof value === "symbol"
    ? `a value of the type ${typeof value}`
    : String(value);
}
