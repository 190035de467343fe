// One run of the benchmark: the records of all rounds, asked for by what was measured.

import { groupBy, rounded, spread } from "./numbers.js";

export const places = { chromium: "Chromium", firefox: "Firefox", webkit: "WebKitGTK", host: "host" };

/** What was measured in one engine, or on the host. */
export class Place {
  constructor(records) {
    this.records = records;
  }

  static all(records) {
    const placed = records.filter(({ value }) => value !== undefined);
    return groupBy(placed, ({ engine = "host" }) => engine).map(([engine, records]) => [engine, new Place(records)]);
  }

  /** The races of a measure, or one of them: contestants that did the same. */
  races(measure, what = {}) {
    const wanted = Object.entries({ measure, ...what });
    const records = this.records.filter((record) => wanted.every(([key, value]) => record[key] === value));
    return groupBy(records, ({ group, size }) => JSON.stringify([group, size])).map(([, records]) => new Race(records));
  }

  race(measure, what) {
    return this.races(measure, what)[0];
  }
}

export class Race {
  #clients;

  constructor(records) {
    const [{ measure, group, size, unit }] = records;
    this.what = { measure, group, size, unit };
    this.#clients = new Map(groupBy(records, ({ client }) => client));
  }

  get clients() {
    return [...this.#clients.keys()];
  }

  of(client) {
    const records = this.#clients.get(client);
    return records && spread(records.map(({ value }) => value));
  }

  /** Quotients taken round by round, because what disturbs one round disturbs all its clients. */
  ratio(own, other) {
    const others = new Map(this.#clients.get(other)?.map(({ round, value }) => [round, value]));
    const pairs = this.#clients.get(own)?.filter(({ round }) => others.has(round)) ?? [];
    if (pairs.length > 0) return spread(pairs.map(({ round, value }) => value / others.get(round)));
  }

  /** A line for each client, without its rounds. */
  figures(engine) {
    return [...this.#clients].map(([client, records]) => {
      const { low, median, high } = this.of(client);
      const rounds = records.length;
      const figure = { engine, ...this.what, client, median: rounded(median) };
      return rounds === 1 ? figure : { ...figure, low: rounded(low), high: rounded(high), rounds };
    });
  }
}
