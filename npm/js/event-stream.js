// The class EventStream: what of a stream belongs to JavaScript. All decisions are made in wasm, of which
// `Source` is one stream's part.

import { canFetch, Source } from "./wasm_eventsource.js";
import { readOptions, readUrl } from "./options.js";
import { Receiver } from "./receiver.js";

const READY_STATES = { connecting: 0, reconnecting: 0, open: 1, closed: 2 };

export class EventStream {
  #receiver;
  /** This stream's part of the wasm, until it is given back. */
  #source;
  /** What can be asked of the stream: the source, and then what it said last. */
  #facts;
  /** How many iterators have not been left. */
  #iterators = 0;
  /** Whether `close` was called. */
  #closes = false;

  constructor(url, options) {
    const read = readOptions(options, requireWasm());
    this.#receiver = new Receiver(read.parsesJson);
    this.#source = this.#facts = new Source(readUrl(url), read, this.#receiver);
  }

  get url() {
    return this.#facts.url;
  }

  get lastEventId() {
    return this.#facts.lastEventId;
  }

  get state() {
    return this.#facts.state;
  }

  get readyState() {
    return READY_STATES[this.state];
  }

  get closeReason() {
    return this.#facts.closeReason;
  }

  get response() {
    return this.#facts.response;
  }

  get onstate() {
    return this.#receiver.onstate;
  }

  set onstate(handler) {
    this.#receiver.setOnstate(handler, this.#settle);
  }

  get onmessageerror() {
    return this.#receiver.onmessageerror;
  }

  set onmessageerror(handler) {
    this.#receiver.onmessageerror = typeof handler === "function" ? handler : null;
  }

  on(type, listener) {
    if (typeof type !== "string" || typeof listener !== "function") {
      throw new TypeError("`on` takes an event name and a function");
    }
    if (this.state === "closed") return () => {};
    // An entry of its own, for the same function may be added twice.
    const entry = { listener };
    if (!this.#receiver.listensTo(type)) this.#source.listen(type);
    this.#receiver.add(type, entry, this.#settle);
    if (this.#iterators === 0) this.#listenOnly(true);
    return () => {
      if (this.#receiver.remove(type, entry)) this.#source?.unlisten(type);
    };
  }

  close() {
    this.#closes = true;
    this.#source?.close();
    this.#settle();
  }

  [Symbol.asyncIterator]() {
    let left = false;
    this.#iterators += 1;
    this.#listenOnly(false);
    return {
      next: () => (left ? Promise.resolve({ value: undefined, done: true }) : this.#next()),
      return: async (value) => {
        if (!left) this.#leave();
        left = true;
        return { value, done: true };
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }

  // An engine without `Symbol.dispose` gets a method that nobody can name.
  [Symbol.dispose ?? Symbol()]() {
    this.close();
  }

  #next() {
    const step = this.#receiver.take();
    if (step) {
      // The end may have come when nobody waited.
      if (this.#receiver.ended) this.#settle();
      return step;
    }
    const later = this.#receiver.wait(this.#settle);
    this.#pull();
    return later;
  }

  /** Has wasm tell the receiver of what comes, as long as that wants more. */
  #pull() {
    if (this.#receiver.pulling || this.#receiver.ended) return;
    this.#receiver.pulling = true;
    this.#source.pull();
  }

  /** Whether events are for listeners alone, or wait for an iteration. */
  #listenOnly(listening) {
    if (this.#receiver.listening === listening || !this.#source) return;
    this.#receiver.listening = listening;
    // Before events are for listeners alone, the receiver takes those that wait.
    this.#source.keep(!listening);
    if (listening) this.#receiver.pulling = false;
  }

  /** A loop was left. With the last one goes what nobody has taken. */
  #leave() {
    this.#iterators -= 1;
    if (this.#iterators === 0) this.#receiver.discard();
    this.close();
  }

  /** Gives the memory in wasm back when there is nothing more to come out of it. */
  #settle = () => {
    if (!this.#source) return;
    if (this.#receiver.closed) this.#pull();
    if (!this.#receiver.ended) return;
    const { url, lastEventId, state, closeReason, response } = this.#source;
    // The answer to a request that failed can be read until `close` is called.
    if (closeReason.kind === "failed" && response && !this.#closes) return;
    this.#facts = { url, lastEventId, state, closeReason, response };
    const source = this.#source;
    this.#source = undefined;
    // Not while it is being called, as it may be now.
    queueMicrotask(() => source.free());
  };
}

/** Whether the wasm, which must be there, has the transport over `fetch()`. */
function requireWasm() {
  try {
    return canFetch();
  } catch {
    throw new Error("the wasm of wasm-eventsource is not loaded: `await init()` before the first stream is opened");
  }
}
