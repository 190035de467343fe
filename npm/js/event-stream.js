// The class EventStream: the JavaScript side of a stream. Wasm makes all decisions; `Source` is the stream's
// object there.

import { canFetch, Source } from "./wasm_eventsource.js";
import { readOptions, readUrl } from "./options.js";
import { Receiver, STATES } from "./receiver.js";

const READY_STATES = { connecting: 0, reconnecting: 0, open: 1, closed: 2 };

export class EventStream {
  #url;
  #receiver;
  /** The stream's object in wasm, until it is freed. */
  #source;
  /** The stream's properties: the source, or a copy of its last values. */
  #facts;
  /** The number of iterators that have not returned. */
  #iterators = 0;
  /** Whether `close` was called. */
  #closes = false;

  constructor(url, options) {
    const read = readOptions(options, requireWasm());
    this.#receiver = new Receiver(read.parsesJson);
    this.#url = readUrl(url);
    this.#source = this.#facts = new Source(this.#url, read, this.#receiver);
  }

  get url() {
    return this.#url;
  }

  get lastEventId() {
    return this.#facts.lastEventId;
  }

  get state() {
    return STATES[this.#facts.state];
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
    // A new entry for each call, because the same function may be added twice.
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

  // An engine without `Symbol.dispose` gets a method with an unreachable name.
  [Symbol.dispose ?? Symbol()]() {
    this.close();
  }

  #next() {
    const step = this.#receiver.take();
    if (step) {
      // The end may have come while no call waited.
      if (this.#receiver.ended) this.#settle();
      return step;
    }
    const later = this.#receiver.wait(this.#settle);
    this.#pull();
    return later;
  }

  /** Makes wasm pass items to the receiver until the receiver has enough. */
  #pull() {
    if (this.#receiver.pulling || this.#receiver.ended) return;
    this.#receiver.pulling = true;
    this.#source.pull();
  }

  /** Sets whether events go to listeners only, or also wait for an iteration. */
  #listenOnly(listening) {
    if (this.#receiver.listening === listening || !this.#source) return;
    this.#receiver.listening = listening;
    // With `false`, the receiver first takes the waiting events.
    this.#source.keep(!listening);
    if (listening) this.#receiver.pulling = false;
  }

  /** A loop has returned. The last loop discards the remaining events. */
  #leave() {
    this.#iterators -= 1;
    if (this.#iterators === 0) this.#receiver.discard();
    this.close();
  }

  /** Frees the memory in wasm after the last item. */
  #settle = () => {
    if (!this.#source) return;
    if (this.#receiver.closed) this.#pull();
    if (!this.#receiver.ended) return;
    const { lastEventId, state, closeReason, response } = this.#source;
    // The response to a request that failed can be read until `close` is called.
    if (closeReason.kind === "failed" && response && !this.#closes) return;
    this.#facts = { lastEventId, state, closeReason, response };
    const source = this.#source;
    this.#source = undefined;
    // Not at once, because the source may be in the middle of a call.
    queueMicrotask(() => source.free());
  };
}

/** Returns whether the wasm has the transport over `fetch()`. Throws if it is not loaded. */
function requireWasm() {
  try {
    return canFetch();
  } catch {
    throw new Error("the wasm of wasm-eventsource is not loaded: `await init()` before the first stream is opened");
  }
}
