// Events as wasm sends them, many in one piece: npm/src/batch.rs writes what is read here.

/** The length of a type or an ID that is that of the event before. */
const SAME = 0xffffffff;

/** What TypeScript calls a `StreamEvent`. */
export function newEvent(type, data, lastEventId, origin) {
  return { type, data, lastEventId, origin };
}

export class Batch {
  #names;
  #data;
  #lengths;
  #origin;
  /** How far it is read: in the names, in the data, in the lengths. */
  #inNames = 0;
  #inData = 0;
  #at = 0;

  /** `lengths` is wasm's own memory, which the next call changes. */
  constructor(names, data, lengths, origin) {
    this.#names = names;
    this.#data = data;
    this.#lengths = lengths.slice();
    this.#origin = origin;
  }

  /** The next event; `last` is the type and the last event ID of the one before it. */
  next(last) {
    if (this.#at === this.#lengths.length) return undefined;
    last.type = this.#name(last.type);
    last.lastEventId = this.#name(last.lastEventId);
    const { type, lastEventId } = last;
    const from = this.#inData;
    this.#inData += this.#lengths[this.#at++];
    return newEvent(type, this.#data.slice(from, this.#inData), lastEventId, this.#origin);
  }

  #name(before) {
    const length = this.#lengths[this.#at++];
    if (length === SAME) return before;
    const from = this.#inNames;
    this.#inNames += length;
    return this.#names.slice(from, this.#inNames);
  }
}
