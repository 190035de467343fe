// Batches of events from wasm, which npm/src/batch.rs writes.

/** Stands for the length of a type or an ID that equals that of the previous event. */
const SAME = 0xffffffff;

/** Makes a `StreamEvent`. */
export function newEvent(type, data, lastEventId, origin) {
  return { type, data, lastEventId, origin };
}

export class Batch {
  #names;
  #data;
  #lengths;
  #origin;
  /** The read positions in the names, the data and the lengths. */
  #inNames = 0;
  #inData = 0;
  #at = 0;

  /** `lengths` is copied, because it is a view of wasm's memory, which the next call changes. */
  constructor(names, data, lengths, origin) {
    this.#names = names;
    this.#data = data;
    this.#lengths = lengths.slice();
    this.#origin = origin;
  }

  /** The next event; `last` has the type and the last event ID of the previous event. */
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
