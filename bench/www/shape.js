// What streams hold, how JavaScript reads it, and what a contestant must have received.

/** Each: the server's path for so many events, what ends it, and the number and text in one value. */
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

/** The names of a burst with so many. */
export function namesOf(count) {
  return Array.from({ length: count }, (_, i) => `e${i}`);
}

/** What a client's `data` is to be, and the tally that it fills. */
export function tallying(shape) {
  const { done, fields } = shapes[shape];
  const tally = { count: 0, sum: 0, length: 0 };
  const raw = (data) => {
    tally.count += 1;
    tally.length += data.length;
  };
  const value = (value) => {
    const [number, text] = fields(value);
    tally.count += 1;
    tally.sum += number;
    tally.length += text.length;
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
  if (shape === "Raw") return { raw: { count: 1, sum: 0, length: size } };
  if (!expectations.has(path)) {
    const text = await (await fetch(path)).text();
    const { tally, data } = tallying(shape);
    const raw = { count: 0, sum: 0, length: 0 };
    for (const event of text.split("\n\n")) {
      const content = event.slice(event.indexOf("data: ") + 6);
      if (event === "" || event.startsWith("event: close") || content === shapes[shape].done) continue;
      data(content);
      raw.count += 1;
      raw.length += new TextEncoder().encode(content).length;
    }
    expectations.set(path, { decoded: tally, raw });
  }
  return expectations.get(path);
}

/** Throws unless a contestant received all, either decoded or not. */
export function check(tally, { decoded, raw }, decodes) {
  const wanted = decodes && decoded ? decoded : raw;
  for (const what of ["count", "sum", "length"]) {
    if (tally[what] !== wanted[what]) {
      throw new Error(`${wanted[what]} is the ${what} of what was sent, but it got ${tally[what]}`);
    }
  }
}
