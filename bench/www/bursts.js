// Bursts of events. Each is made once, with what a contestant must receive of it, and the server sends it from memory.

import { freshKey, smoke } from "./options.js";

const ALPHABET = "abcdefghijklmnopqrstuvwxyz".repeat(400);

const TOKENS = " The| event| stream| of| a| serv|er| is| plain| text|,| and| every| browser| reads| it|.|\n\n| Each| message| ends| at| a| blank| line| 👋🏽| naïve|;| so| on"
  .split("|");

/**
 * What the data of the events is: its text, the number and the text in its decoded value, and the events that end the
 * stream. The names are those of `Shape` in `bench/src/shape.rs`.
 */
export const shapes = {
  Tick: {
    text(n, { size, newLine }) {
      const start = `{"n":${n},${newLine}"text":"`;
      const end = `"${newLine}}`;
      return `${start}${ALPHABET.slice(0, Math.max(0, size - start.length - end.length))}${end}`;
    },
    fields: (tick) => [tick.n, tick.text],
    end: "event: close\ndata: end\n\n",
  },
  Token: {
    text: (n) => JSON.stringify({
      id: "chatcmpl-A7x9",
      object: "chat.completion.chunk",
      created: 1_700_000_000 + Math.floor(n / 50),
      model: "example-1",
      choices: [{ index: 0, delta: { content: TOKENS[n % TOKENS.length] }, finish_reason: null }],
    }),
    fields: (token) => [token.created, token.choices[0].delta.content],
    done: "[DONE]",
    end: "data: [DONE]\n\n",
  },
};

/** How events are written. `newLine` is a line end within the data. */
const formats = {
  plain: { event: (data) => `data: ${data}\n\n` },
  named: { name: "tick", event: (data) => `event: tick\ndata: ${data}\n\n` },
  ids: { event: (data, n) => `id: ${n}\ndata: ${data}\n\n` },
  lines: { newLine: "\n", event: (data) => `data: ${data.replaceAll("\n", "\ndata: ")}\n\n` },
  crlf: { event: (data) => `data: ${data}\r\n\r\n` },
};

/** The event name of messages that have none. */
export const UNNAMED = "message";

/**
 * Makes a burst and puts it on the server: `{ shape, name, events, sent, url }`, with the event name to listen to and a
 * function that returns the URL to ask for it under a key.
 */
export async function burst({ shape = "Tick", format = "plain", size = 100, events: wanted }) {
  const events = smoke ? 60 : wanted;
  const { name = UNNAMED, newLine = "", event } = formats[format];
  const { text, fields, end } = shapes[shape];
  const sent = { decoded: nothing(), raw: nothing(), whole: { units: 0, bytes: 0 } };
  const parts = [];
  for (let n = 1; n <= events; n += 1) {
    const data = text(n, { size, newLine });
    parts.push(event(data, n));
    add(sent.decoded, ...fields(JSON.parse(data)));
    add(sent.raw, 0, data);
  }
  const all = `${parts.join("")}${end}`;
  sent.whole = { units: all.length, bytes: byteLength(all) };
  const path = `/kept/${shape}-${format}-${size}-${events}`;
  const answer = await fetch(path, { method: "PUT", body: all });
  if (!answer.ok) throw new Error(`the server did not take the burst: ${answer.status}`);
  return { shape, name, events, sent, url: (key = freshKey()) => `${path}?key=${key}` };
}

function nothing() {
  return { count: 0, sum: 0, units: 0, bytes: 0 };
}

function add(tally, number, text) {
  tally.count += 1;
  tally.sum += number;
  tally.units += text.length;
  tally.bytes += byteLength(text);
}

const encoder = new TextEncoder();

function byteLength(text) {
  return encoder.encode(text).length;
}

/** The functions that take a client's data or its decoded values, and the tally that they fill. */
export function tallying(shape) {
  const { done, fields } = shapes[shape];
  const tally = { count: 0, sum: 0, units: 0 };
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
  return { tally, value, data };
}

/**
 * Throws unless a contestant received all. A tally has what its contestant can know without more work: the length of
 * texts is in JavaScript's units or in bytes, as its language has it.
 */
export function check(tally, wanted) {
  for (const what of ["count", "sum", "units", "bytes"]) {
    if (tally[what] !== undefined && tally[what] !== wanted[what]) {
      throw new Error(`${wanted[what]} is the ${what} of what was sent, but it got ${tally[what]}`);
    }
  }
}
