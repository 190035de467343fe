// The time of one event: from asking the server for it on an open connection (latency), and from opening a connection
// (first). The clients take turns, event by event, so that their times can be paired.

import { contestants, fetched, listener, loop, npm, plain, stream } from "../contestants.js";
import { freshKey, scaled } from "../options.js";
import { entrants, pause, race, since } from "../race.js";

const clients = [plain, listener, stream, loop, fetched];

/**
 * The page asks the server to write the event, so that one clock measures both ends. What the request takes is in every
 * figure. All clients are connected all the time: with the request that is as much as a browser allows over HTTP/1.1.
 */
export async function latency() {
  const lines = new Map();
  for (const client of entrants(clients)) lines.set(client, await connect(client));
  const run = async (client) => {
    const micros = await lines.get(client)();
    // A random pause, because a clock may tick in milliseconds.
    await pause(Math.random());
    return micros;
  };
  const records = await race({ measure: "latency", unit: "µs" }, [...lines.keys()], run, { rounds: scaled(1000, 2), warmUps: 20 });
  for (const line of lines.values()) await line.end();
  return records;
}

/** Opens a connection; the function that it resolves with times one event on it, and its `end` closes it. */
async function connect(client) {
  const key = freshKey();
  let n = 0;
  let receive;
  let ending = false;
  const ended = contestants[client].follow(`/live?key=${key}`, (got) => {
    receive(got);
    return ending;
  });
  const broken = ended.then(() => {
    throw new Error("it ended before its last event");
  });
  broken.catch(() => {});
  await fetch(`/counts/${key}/wait?opened=1`);
  const one = async () => {
    n += 1;
    const event = new Promise((resolve) => (receive = resolve));
    const start = performance.now();
    const sent = fetch(`/control/${key}/send`, { method: "POST", body: `data: {"n":${n}}\n\n` });
    const got = await Promise.race([event, broken]);
    const micros = since(start);
    if (got !== n) throw new Error(`event ${n} was sent, but it got ${got}`);
    await (await sent).arrayBuffer();
    return micros;
  };
  one.end = async () => {
    ending = true;
    await one().catch(() => {});
    await ended.catch(() => {});
  };
  return one;
}

export function first() {
  const run = async (client) => {
    // The server holds the connection open, so that each contestant has to open a new one.
    const url = `/content-type?type=text/event-stream&hold=true&key=${freshKey()}`;
    const start = performance.now();
    let micros, n;
    await contestants[client].follow(url, (number) => {
      micros = since(start);
      n = number;
      return true;
    });
    if (n !== 1) throw new Error(`its first event is ${n} and not 1`);
    await pause(Math.random());
    return micros;
  };
  return race({ measure: "first", unit: "µs" }, entrants([...clients, npm]), run, { rounds: scaled(300, 2), warmUps: 10 });
}
