// Runs tests one after the other, each with a deadline, and tells of each how it ended.

import { Scenario } from "./scenario.js";

/** Far more than any test takes on a busy machine. */
const DEADLINE = 60_000;

/**
 * Runs `tests`, each `{ name, body, context }`, and reports as it goes: `{ total }`, `{ running: name }`,
 * `{ ended: { name, outcome: "ok" | "ignored" | "failed", why } }`, `{ finished: true }`.
 */
export async function run(tests, report) {
  report({ total: tests.length });
  const problems = new Problems();
  for (const { name, body, context } of tests) {
    report({ running: name });
    report({ ended: { name, ...(await one(body, context, problems)) } });
  }
  problems.stop();
  report({ finished: true });
}

async function one(body, context, problems) {
  const test = new Test(context, problems);
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still runs after ${DEADLINE} ms`)), DEADLINE);
  });
  try {
    await Promise.race([body(test), late]);
    test.expectNoProblem();
    return { outcome: "ok" };
  } catch (error) {
    if (error instanceof Ignored) return { outcome: "ignored", why: error.message };
    return { outcome: "failed", why: described(error) };
  } finally {
    clearTimeout(timer);
    test.end();
    problems.take();
  }
}

/** What a test works with: a scenario of its own, the package, and ways to say what is expected. */
export class Test extends Scenario {
  #problems;

  constructor(context, problems) {
    super(context);
    this.#problems = problems;
    problems.take();
  }

  /** The test cannot be had here. */
  ignore(why) {
    throw new Ignored(why);
  }

  ok(condition, what) {
    if (!condition) throw new Error(what);
  }

  equal(actual, expected, what = "") {
    if (same(actual, expected)) return;
    const text = `${shown(actual)} instead of ${shown(expected)}`;
    throw new Error(what ? `${what}: ${text}` : text);
  }

  /** That the call throws an error of this class whose message has each of these words; returns it. */
  throws(action, kind, ...words) {
    let result;
    try {
      result = action();
    } catch (error) {
      return this.#fits(error, kind, words);
    }
    if (result instanceof this.EventStream) result.close();
    throw new Error(`did not throw: ${action}`);
  }

  async rejects(promise, kind, ...words) {
    let value;
    try {
      value = await promise;
    } catch (error) {
      return this.#fits(error, kind, words);
    }
    throw new Error(`did not reject, but gave ${shown(value)}`);
  }

  #fits(error, kind, words) {
    const missing = words.filter((word) => !String(error.message).includes(word));
    // The names of the package's classes may have been shortened by a bundler; an error's own must not.
    const name = kind === this.EventStreamError ? "EventStreamError" : kind.name;
    const is = error instanceof kind && error instanceof Error && error.name === name;
    if (is && missing.length === 0) return error;
    throw new Error(`${described(error)} instead of a ${name} with ${shown(words)}`);
  }

  /** The next uncaught exception, which is expected: it no longer fails the test. */
  reported() {
    return this.#problems.next();
  }

  expectNoProblem() {
    const left = this.#problems.take();
    if (left.length > 0) throw new Error(`reported besides: ${left.map(described).join("; ")}`);
  }
}

class Ignored extends Error {}

/** The uncaught exceptions and unhandled rejections of this window or worker, as they come. */
class Problems {
  #waiting = [];
  #kept = [];
  #listening = new AbortController();

  constructor() {
    const listen = (type, read) => {
      const listener = (event) => {
        event.preventDefault();
        this.#tell(read(event));
      };
      globalThis.addEventListener?.(type, listener, { signal: this.#listening.signal });
    };
    listen("error", (event) => event.error ?? event.message);
    listen("unhandledrejection", (event) => event.reason);
  }

  #tell(problem) {
    const waiting = this.#waiting.shift();
    if (waiting) waiting(problem);
    else this.#kept.push(problem);
  }

  next() {
    if (this.#kept.length > 0) return Promise.resolve(this.#kept.shift());
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** All that nobody waited for; who waited has given up. */
  take() {
    this.#waiting = [];
    return this.#kept.splice(0);
  }

  stop() {
    this.#listening.abort();
  }
}

/** Whether two values made of objects, arrays and primitives are equal. */
function same(a, b) {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || !a || !b) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(a[key], b[key]));
}

function shown(value) {
  if (value === undefined || typeof value === "function") return String(value);
  if (value instanceof Error) return described(value);
  return JSON.stringify(value);
}

function described(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
