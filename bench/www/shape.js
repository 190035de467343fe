// What streams hold, how JavaScript reads it, and what a contestant must have received.

/** Each: the server's path for a number of events, the data that ends it, and the number and text in one value. */
export const shapes = {
  Tick: {
    path: (events, { size = 100, names }) =>
      `/burst/${events}?size=${size}${names ? `&names=${names}` : ""}`,
    fields: (tick) => [tick.n, tick.text],
  },
  Token: {
    path: (events) => `/tokens/${events}?`,
    done: "[DONE]",
    fields: (token) => [token.created, token.choices[0].delta.content],
  },
  Raw: {
    path: (_, { size }) => `/huge/${size}?`,
  },
};

export const unnamed = ["message"];

/** The event names of a burst. */
export function namesOf(count) {
  return Array.from({ length: count }, (_, i) => `e${i}`);
}

/** The function that takes a client's data, and the tally that it fills; lengths are in JavaScript's units. */
export function tallying(shape) {
  const { done, fields } = shapes[shape];
  const tally = { count: 0, sum: 0, units: 0 };
  const raw = (data) => {
    tally.count += 1;
    tally.units += data.length;
  };
  const value = (value) => {
    const [number, text] = fields(value);
    tally.count += 1;
    tally.sum += number;
    tally.units += text.length;
  };
  const data = (data) => {
    if (data === done) return true;
    value(JSON.parse(data));
  };
  return { tally, value, data: fields ? data : raw };
}

const expectations = new Map();

/**
 * What has to be received, decoded and not, made from the server's own text without any client.
 * `/huge` is too large for that, and needs only its length.
 */
export async function expected(shape, path, size) {
  if (shape === "Raw") return { raw: { count: 1, sum: 0, units: size, bytes: size } };
  if (!expectations.has(path)) {
    const text = await (await fetch(path)).text();
    const { done, fields } = shapes[shape];
    const nothing = { count: 0, sum: 0, units: 0, bytes: 0 };
    const sent = { decoded: { ...nothing }, raw: { ...nothing } };
    for (const event of text.split("\n\n")) {
      const content = event.slice(event.indexOf("data: ") + 6);
      if (event === "" || event.startsWith("event: close") || content === done) continue;
      add(sent.decoded, ...fields(JSON.parse(content)));
      add(sent.raw, 0, content);
    }
    expectations.set(path, sent);
  }
  return expectations.get(path);
}

function add(tally, number, text) {
  tally.count += 1;
  tally.sum += number;
  tally.units += text.length;
  tally.bytes += new TextEncoder().encode(text).length;
}

/** Throws unless a contestant received all, either decoded or not. It knows its texts' length either in
 * JavaScript's units or in bytes, as the language that it is written in does without looking at them. */
export function check(tally, { decoded, raw }, decodes) {
  const wanted = decodes && decoded ? decoded : raw;
  for (const what of ["count", "sum", tally.bytes === undefined ? "units" : "bytes"]) {
    if (tally[what] !== wanted[what]) {
      throw new Error(`${wanted[what]} is the ${what} of what was sent, but it got ${tally[what]}`);
    }
  }
}
