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

  /** The requests as they came, with method, headers and body. */
  async requests() {
    return (await this.#ask(`/requests/${this.key}`)).json();
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

/**
 * Resolves when a stream of the same kind and with the same reconnection time has come back after a
 * drop: whoever was to come back has had the time.
 */
export async function longEnoughToComeBack(test, path) {
  const witness = test.another();
  const stream = await live(witness, path);
  await witness.drop();
  await witness.until("requests=2");
  stream.close();
}

/** A stream that has got its reconnection time, which is sent before anything else. */
export async function live(scenario, path) {
  const stream = scenario.open(path);
  const got = new Promise((resolve) => stream.on("message", resolve));
  await scenario.until("open=1");
  await scenario.send("data: 0");
  await got;
  return stream;
}

/** The numbers 1 to n as the server sends them. */
export function numbered(n) {
  return Array.from({ length: n }, (_, i) => `{"n":${i + 1}}`);
}
