export class EventStreamError extends Error {
  /** Details that are `undefined` do not become properties. */
  constructor(kind, message, { cause, ...details }) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "EventStreamError";
    this.kind = kind;
    for (const [name, value] of Object.entries(details)) {
      if (value !== undefined) this[name] = value;
    }
  }
}

/** Reports an error as the platform does for event handlers. Node has no `reportError`. */
export function report(error) {
  if (typeof reportError === "function") reportError(error);
  else console.error(error);
}
