// Counts what wasm holds for JavaScript's sake: each such thing is registered, so that it goes when it is
// collected, and unregistered when it is given back before. To be imported before the package.

let held = 0;
let collected = 0;
const tokens = new WeakSet();

const Registry = globalThis.FinalizationRegistry;

globalThis.FinalizationRegistry = class extends Registry {
  constructor(cleanup) {
    super((value) => {
      held -= 1;
      collected += 1;
      cleanup(value);
    });
  }

  register(target, value, token) {
    held += 1;
    tokens.add(token);
    super.register(target, value, token);
  }

  unregister(token) {
    if (tokens.delete(token)) held -= 1;
    return super.unregister(token);
  }
};

/** How much is held now, and how much was left to the garbage collector so far. */
export function whatIsHeld() {
  return { held, collected };
}
