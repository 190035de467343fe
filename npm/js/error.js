export class EventStreamError extends Error {
  /** Details that are `undefined` are left away. */
  constructor(kind, message, { cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EventStreamError";
    this.kind = kind;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) this[name] = value;
    }
  }
}

/** What the platform does with an exception of an event handler. Node has no `reportError`. */
export function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
