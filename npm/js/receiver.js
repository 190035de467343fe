// What wasm reports of a stream, on its way to the calls of `next` and to listeners.
//
// Wasm holds the receiver. So the receiver holds its stream only while a call of `next` waits or there is a
// listener: a stream that the program has forgotten is collected, which closes it.

import { Batch, newEvent } from "./batch.js";
import { EventStreamError, report } from "./error.js";

export class Receiver {
  #parsesJson;
  /** Looks whether the stream is over. What is set here also keeps the stream from being collected. */
  #settle = null;
  /** What was pulled and is not taken: batches of events, and the error of a failure. */
  #queue = [];
  /** The type and the last event ID of the event that was taken last. */
  #last = { type: "", lastEventId: "" };
  /** The unanswered calls of `next`, in their order. */
  #waiting = [];
  /** The listeners of each event name. */
  #listeners = new Map();
  #onstate = null;
  onmessageerror = null;
  /** Whether nobody iterates, and events are for listeners alone. */
  listening = false;
  /** Whether wasm has been asked for the next item. */
  pulling = false;
  closed = false;
  /** Why the stream has failed: one error, whoever asks for it. */
  #failure;
  /** Nothing more will come out of wasm. */
  ended = false;

  constructor(parsesJson) {
    this.#parsesJson = parsesJson;
  }

  // What the stream asks.

  /** The answer to `next` that is there already. */
  take() {
    const item = this.#nextItem();
    if (item instanceof EventStreamError) return Promise.reject(item);
    if (item) return Promise.resolve({ value: item, done: false });
    return this.ended ? Promise.resolve({ value: undefined, done: true }) : undefined;
  }

  /** The next event that can be delivered, or the error of the failure. */
  #nextItem() {
    while (this.#queue.length > 0) {
      const [first] = this.#queue;
      const item = first instanceof Batch ? first.next(this.#last) : this.#queue.shift();
      if (!item) this.#queue.shift();
      else if (item instanceof EventStreamError || this.#parse(item, true)) return item;
    }
  }

  /** What was not taken is nobody's, and no more is wanted. */
  discard() {
    this.#queue = [];
    this.#finish();
  }

  /** The answer to `next` that will be there. */
  wait(settle) {
    this.#settle = settle;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  listensTo(type) {
    return this.#listeners.has(type);
  }

  /** Adds a listener, and says whether it is the first of this event name. */
  add(type, listener, settle) {
    this.#settle = settle;
    const others = this.#listeners.get(type);
    if (others) others.add(listener);
    else this.#listeners.set(type, new Set([listener]));
    return !others;
  }

  /** Removes a listener, and says whether it was the last of this event name. */
  remove(type, listener) {
    const others = this.#listeners.get(type);
    if (!others?.delete(listener) || others.size > 0) return false;
    this.#listeners.delete(type);
    this.#letGo();
    return true;
  }

  get onstate() {
    return this.#onstate;
  }

  // As with every event handler of the platform, what is no function is none.
  setOnstate(handler, settle) {
    this.#settle = settle;
    this.#onstate = typeof handler === "function" ? handler : null;
    this.#letGo();
  }

  #letGo() {
    const listens = !this.closed && (this.#onstate || this.#listeners.size > 0);
    if (this.#waiting.length === 0 && !listens) this.#settle = null;
  }

  // What wasm tells of what it pulls. The answers say whether it is to go on. It is in the midst of
  // reading then: no code of the program may run.

  events(names, data, lengths, origin) {
    if (!this.ended) this.#give(new Batch(names, data, lengths, origin));
    return this.#goesOn();
  }

  problem(error) {
    this.#tell(error);
    return this.#goesOn();
  }

  /** The end follows at once. */
  failed(error) {
    this.#failure ??= error;
    this.#give(this.#failure);
    // Nothing iterates and nothing watches the state: the program would never learn of it.
    if (this.listening && !this.#onstate) queueMicrotask(() => report(this.#failure));
  }

  end() {
    const settle = this.#settle;
    this.#finish();
    settle?.();
  }

  #finish() {
    this.ended = true;
    this.pulling = false;
    for (const { resolve } of this.#waiting.splice(0)) resolve({ value: undefined, done: true });
    this.#letGo();
  }

  #give(item) {
    this.#queue.push(item);
    while (this.#waiting.length > 0) {
      const next = this.#nextItem();
      if (!next) return;
      const { resolve, reject } = this.#waiting.shift();
      if (next instanceof EventStreamError) reject(next);
      else resolve({ value: next, done: false });
    }
  }

  #tell(error) {
    // Not now: wasm may be in the midst of reading.
    queueMicrotask(() => {
      if (this.onmessageerror) run(this.onmessageerror, error);
      else report(error);
    });
  }

  #goesOn() {
    this.pulling = !this.ended && (this.listening || this.#waiting.length > 0);
    if (!this.pulling) this.#letGo();
    return this.pulling;
  }

  // What wasm tells as it happens.

  /** An event of a name that has listeners. `iterated` says that it is pulled as well. */
  heard(type, data, lastEventId, origin, iterated) {
    const event = newEvent(type, data, lastEventId, origin);
    if (!this.#parse(event, !iterated)) return;
    for (const { listener } of [...(this.#listeners.get(type) ?? [])]) run(listener, event);
  }

  state(state) {
    this.closed = state === "closed";
    const settle = this.#settle;
    if (this.#onstate) run(this.#onstate, state);
    if (!this.closed) return;
    this.#listeners.clear();
    this.#letGo();
    if (settle) queueMicrotask(settle);
  }

  /** Makes of the data what it is to be; says whether that can be. */
  #parse(event, tells) {
    if (!this.#parsesJson) return true;
    try {
      event.data = JSON.parse(event.data);
      return true;
    } catch (cause) {
      const message = `the data of the event "${event.type}" is no JSON: ${cause.message}`;
      if (tells) this.#tell(new EventStreamError("decode", message, { cause, event }));
      return false;
    }
  }

  // What wasm cannot make itself.

  newEvent(type, data, lastEventId, origin) {
    return newEvent(type, data, lastEventId, origin);
  }

  newReason(kind, event, error) {
    if (event) return { kind, event };
    if (!error) return { kind };
    this.#failure ??= error;
    return { kind, message: error.message, error: this.#failure };
  }

  newError(kind, message, status, cause, dropped) {
    return new EventStreamError(kind, message, { status, cause, dropped });
  }
}

/** Calls code of the program. What it throws is reported, and whoever called goes on. */
function run(handler, argument) {
  try {
    handler(argument);
  } catch (error) {
    report(error);
  }
}
