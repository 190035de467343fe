// Events as fast as the server can send them: the time from opening the connections to their end.

import { contestants } from "../contestants.js";
import { scaled, share, smoke } from "../options.js";
import { entrants, freshKey, race, since } from "../race.js";
import { check, expected, namesOf, shapes, unnamed } from "../shape.js";

/** JSON events of several sizes, and the tokens of a language model's reply. */
export const throughput = () =>
  bursts("throughput", [
    { size: "20 B", bytes: 20, events: 30_000 },
    { size: "100 B", bytes: 100, events: 30_000 },
    { size: "1 KB", bytes: 1000, events: 6_000 },
    { size: "10 KB", bytes: 10_000, events: 1_000 },
    { size: "tokens", shape: "Token", events: 18_000 },
  ], { fits: () => true });

/** The same events, shared out to as many streams as browsers allow at once over HTTP/1.1. */
export const streams = () =>
  bursts("streams", [1, 2, 4, 6].map((streams) => ({ size: `${streams}`, streams, events: 12_000 })), { rounds: 0.4 });

/** One stream with events of many names, all of which are listened to. */
export const names = () =>
  bursts("names", [1, 10, 100, 1000].map((names) => ({ size: `${names}`, names, events: 10_000 })), { rounds: 0.4 });

/** One event, as text. Below a megabyte it is the connection that costs, not the bytes. */
export async function huge() {
  const sizes = { "1 KB": 1e3, "64 KB": 64e3, "1 MB": 1e6, "8 MB": 8e6, "64 MB": 64e6 };
  const largest = smoke ? 64e3 : share < 1 ? 1e6 : Infinity;
  const records = [];
  // Clients that run no larger event: the EventSource of WebKitGTK takes four times as long for twice the bytes.
  const slow = new Set();
  for (const [size, bytes] of Object.entries(sizes)) {
    if (bytes > largest) break;
    const fits = ({ raw }, name) => raw && !slow.has(name);
    const done = await bursts("huge", [{ size, shape: "Raw", bytes, events: 1 }], { fits, rounds: 0.3, perByte: true });
    for (const { client, value } of done) if (bytes >= 1e6 && value > 100) slow.add(client);
    records.push(...done);
  }
  return records;
}

async function bursts(measure, sizes, { fits = ({ decodes }) => decodes, rounds = 1, perByte = false }) {
  const records = [];
  for (const { size, shape = "Tick", bytes, names, streams = 1, events } of sizes) {
    const each = events === 1 ? 1 : Math.ceil(scaled(events, 60) / streams);
    const path = shapes[shape].path(each, { size: bytes, names });
    const sent = await expected(shape, path, bytes);
    const run = async (client) => {
      const { receive, decodes } = contestants[client];
      const urls = Array.from({ length: streams }, () => `${path}&key=${freshKey()}`);
      const listened = names ? namesOf(names) : unnamed;
      const start = performance.now();
      const tallies = await Promise.all(urls.map((url) => receive(shape, url, listened)));
      const micros = since(start);
      for (const tally of tallies) check(tally, sent, decodes);
      return perByte ? (micros * 1000) / bytes : micros / (each * streams);
    };
    const unit = perByte ? "ns per byte" : "µs per event";
    records.push(...await race({ measure, size, unit }, entrants(fits), run, { share: rounds }));
  }
  return records;
}
