// One test's corner of the scenario server: a key of its own, its streams, and what the server saw.

let made = 0;
const run = Math.random().toString(36).slice(2);

export class Scenario {
  #streams = [];

  /** `context`: the package's exports, the server's address, and the transport to test, if one. */
  constructor(context) {
    this.context = context;
    this.key = `npm-${run}-${++made}`;
    this.EventStream = context.library.EventStream;
    this.EventStreamError = context.library.EventStreamError;
  }

  /** The same under another key. */
  another() {
    const other = new Scenario(this.context);
    other.#streams = this.#streams;
    return other;
  }

  url(path) {
    const separator = path.includes("?") ? "&" : "?";
    return `${this.context.server}${path}${separator}key=${this.key}`;
  }

  /** Opens a stream over the transport that is tested; it is closed with the test. */
  open(path, options = {}) {
    const { transport } = this.context;
    return this.keep(new this.EventStream(this.url(path), { ...(transport && { transport }), ...options }));
  }

  keep(stream) {
    this.#streams.push(stream);
    return stream;
  }

  end() {
    for (const stream of this.#streams) stream.close();
  }

  async counts() {
    return (await this.#ask(`/counts/${this.key}`)).json();
  }

  /** Waits until the server's counts are so, as `open=0&requests=2`. */
  async until(counts) {
    const answer = await this.#ask(`/counts/${this.key}/wait?${counts}`, {}, [409]);
    if (!answer.ok) throw new Error(`not in time: ${counts}; the server has ${await answer.text()}`);
    return answer.json();
  }

  /** No request was made. One that was would have come by now: another, made later, has its answer. */
  async askedNothing() {
    await (await fetch(this.another().url("/finish/1"))).text();
    const { requests } = await this.counts();
    if (requests > 0) throw new Error(`${requests} requests were made`);
  }

  /** The requests as they came, with method, headers and body. */
  async requests() {
    return (await this.#ask(`/requests/${this.key}`)).json();
  }

  /** A stream of which nothing but its headers has come yet. */
  async live(options, path = "/live") {
    const stream = this.open(path, options);
    await this.until("open=1");
    return stream;
  }

  /** Sends these events to a live stream, and then the close event. */
  sendAll(...events) {
    return this.send(...events, "event: close\ndata:");
  }

  /** Asserts that there were this many requests. The suite's last test checks that no further one has come. */
  async settled(requests) {
    const counts = await this.counts();
    if (counts.requests !== requests) throw new Error(`${counts.requests} requests instead of ${requests}`);
    this.context.settled.push({ scenario: this, requests });
  }

  /** Writes into the open streams of the key, of which there must be one. */
  async send(...events) {
    const body = events.map((event) => `${event}\n\n`).join("");
    await this.#control("send", body);
  }

  drop() {
    return this.#control("drop");
  }

  /** From now on no request is answered. */
  refuse() {
    return this.#ask(`/control/${this.key}/refuse`, { method: "POST" });
  }

  /** Requests are answered again. */
  accept() {
    return this.#ask(`/control/${this.key}/refuse?times=0`, { method: "POST" });
  }

  async #control(what, body) {
    const answer = await this.#ask(`/control/${this.key}/${what}`, { method: "POST", body });
    const { streams } = await answer.json();
    if (streams !== 1) throw new Error(`${what} reached ${streams} streams`);
  }

  async #ask(path, init, alsoGood = []) {
    const answer = await fetch(this.context.server + path, init);
    if (answer.ok || alsoGood.includes(answer.status)) return answer;
    throw new Error(`${path}: status ${answer.status}, ${await answer.text()}`);
  }
}

/** What an iterator that has ended gives. */
export const DONE = { done: true, value: undefined };

/** All events of a stream. */
export async function all(stream) {
  const events = [];
  for await (const event of stream) events.push(event);
  return events;
}

/** The data of all events of a stream. */
export async function allData(stream) {
  return (await all(stream)).map((event) => event.data);
}

/** Resolves as soon as the stream is in this state. It takes the `onstate` handler. */
export function until(stream, state) {
  return new Promise((resolve) => {
    if (stream.state === state) resolve();
    stream.onstate = (now) => now === state && resolve();
  });
}

/** The numbers 1 to n as the server sends them. */
export function numbered(n) {
  return Array.from({ length: n }, (_, i) => `{"n":${i + 1}}`);
}
