// Passes the items of a stream from wasm to the calls of `next` and to listeners.
//
// Wasm holds the receiver. So the receiver holds its stream only while a call of `next` waits or a listener
// exists: an unreferenced stream is garbage-collected, which closes it.

import { Batch, newEvent } from "./batch.js";
import { EventStreamError, report } from "./error.js";

/** The names of the states, by their numbers in wasm. */
export const STATES = ["connecting", "open", "reconnecting", "closed"];

export class Receiver {
  #parsesJson;
  /** Checks whether the stream has ended. While it is set, it keeps the stream from being collected. */
  #settle = null;
  /** The pulled items that wait for `next`: batches of events, and the error of a failure. */
  #queue = [];
  /** The type and the last event ID of the newest event that was taken. */
  #last = { type: "", lastEventId: "" };
  /** The pending calls of `next`, in order. */
  #waiting = [];
  /** The listeners of each event name. */
  #listeners = new Map();
  #onstate = null;
  onmessageerror = null;
  /** Whether events go to listeners only, because no iterator exists. */
  listening = false;
  /** Whether wasm is pulling the next item. */
  pulling = false;
  closed = false;
  /** The error of the stream's failure, always the same object. */
  #failure;
  /** Whether wasm has passed its last item. */
  ended = false;

  constructor(parsesJson) {
    this.#parsesJson = parsesJson;
  }

  // Called by the stream.

  /** The result of `next`, if an item or the end has arrived. */
  take() {
    const event = this.#nextEvent();
    if (event) return Promise.resolve({ value: event, done: false });
    // Only a failure is left in the queue.
    if (this.#queue.length > 0) return Promise.reject(this.#queue.shift());
    return this.ended ? Promise.resolve({ value: undefined, done: true }) : undefined;
  }

  /** The next event that can be delivered before a failure. */
  #nextEvent() {
    while (this.#queue[0] instanceof Batch) {
      const event = this.#queue[0].next(this.#last);
      if (!event) this.#queue.shift();
      else if (this.#parse(event, true)) return event;
    }
  }

  /** Drops the remaining items, and ends the iteration. */
  discard() {
    this.#queue = [];
    this.#finish();
  }

  /** The result of `next` for an item that has not arrived. */
  wait(settle) {
    this.#settle = settle;
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  listensTo(type) {
    return this.#listeners.has(type);
  }

  /** Adds a listener, and returns whether it is the first of this event name. */
  add(type, listener, settle) {
    this.#settle = settle;
    const others = this.#listeners.get(type);
    if (others) others.add(listener);
    else this.#listeners.set(type, new Set([listener]));
    return !others;
  }

  /** Removes a listener, and returns whether it was the last of this event name. */
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

  // As for the platform's event handlers, a value that is not a function removes the handler.
  setOnstate(handler, settle) {
    this.#settle = settle;
    this.#onstate = typeof handler === "function" ? handler : null;
    this.#letGo();
  }

  #letGo() {
    const listens = !this.closed && (this.#onstate || this.#listeners.size > 0);
    if (this.#waiting.length === 0 && !listens) this.#settle = null;
  }

  // Called by wasm with pulled items. The results say whether to pull more. Wasm is in the middle of reading
  // during these calls, so no code of the program may run in them.

  events(names, data, lengths, origin) {
    if (!this.ended) this.#give(new Batch(names, data, lengths, origin));
    return this.#goesOn();
  }

  problem(error) {
    this.#tell(error);
    return this.#goesOn();
  }

  /** The stream failed; `end` follows at once. */
  failed(error) {
    this.#failure ??= error;
    this.#give(this.#failure);
    // Without an iteration and a state handler, the program would not notice the failure.
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
      const event = this.#nextEvent();
      if (!event && this.#queue.length === 0) return;
      const { resolve, reject } = this.#waiting.shift();
      if (event) resolve({ value: event, done: false });
      else reject(this.#queue.shift());
    }
  }

  #tell(error) {
    // Not at once, because wasm may be in the middle of reading.
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

  // Called by wasm when events and states arrive.

  /** An event of a name with listeners. If `iterated`, an iteration gets the event, too. */
  heard(type, data, lastEventId, origin, iterated) {
    const event = newEvent(type, data, lastEventId, origin);
    if (!this.#parse(event, !iterated)) return;
    for (const { listener } of [...(this.#listeners.get(type) ?? [])]) run(listener, event);
  }

  state(number) {
    const state = STATES[number];
    this.closed = state === "closed";
    const settle = this.#settle;
    if (this.#onstate) run(this.#onstate, state);
    if (!this.closed) return;
    this.#listeners.clear();
    this.#letGo();
    if (settle) queueMicrotask(settle);
  }

  /** Parses the data if the option asks for it; returns `false` if it is not JSON. */
  #parse(event, tells) {
    if (!this.#parsesJson) return true;
    try {
      event.data = JSON.parse(event.data);
      return true;
    } catch (cause) {
      const message = `the data of the event "${event.type}" is not JSON: ${cause.message}`;
      if (tells) this.#tell(new EventStreamError("decode", message, { cause, event }));
      return false;
    }
  }

  // Constructors for wasm.

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

/** Calls code of the program. Reports its exceptions, and goes on. */
function run(handler, argument) {
  try {
    handler(argument);
  } catch (error) {
    report(error);
  }
}
