// What the package exports. `init` and `initSync` are wasm-bindgen's own.

/// <reference lib="dom" />
/// <reference lib="es2018.asynciterable" />
/// <reference lib="esnext.disposable" />

export { default, initSync } from "./wasm_eventsource.js";
export type { InitInput, InitOutput, SyncInitInput } from "./wasm_eventsource.js";

/**
 * How a stream is opened. An option that is unknown, of a wrong type, or cannot go with another one is a
 * `TypeError` that names it.
 */
export interface EventStreamOptions {
  /**
   * The event names to iterate over; `["message"]`, the unnamed events, unless given. With the transport
   * `"fetch"` also `"*"`, every name.
   */
  events?: string[] | "*";
  /**
   * What ends the stream for good: an event name (`"close"` unless given), exact data, or both; `false`
   * for nothing. An event that is named here is delivered, as the last, if it is among `events`; one that
   * is found by its data alone (`{ data: "[DONE]" }`) is a mark and is not. `closeReason` has either.
   */
  closeOn?: string | false | { event?: string; data?: string };
  /**
   * Whether `data` is the text as it came (`"text"`, the default) or its JSON value. Text that is no JSON
   * goes to `onmessageerror`, and the stream goes on.
   */
  parse?: "text" | "json";
  /** Whether cookies go along to another origin. */
  withCredentials?: boolean;
  /**
   * What brings the events in: the browser's own `EventSource`, or a streamed `fetch()`, which knows the
   * status, is several times faster, and reads only what is iterated over. `"fetch"` where one of the four
   * options below or `events: "*"` is given, else `"native"`.
   */
  transport?: "native" | "fetch";
  /** `GET` unless given. Only a `GET` is sent again when the connection is lost. */
  method?: string;
  headers?: Record<string, string> | Headers;
  body?: string | Uint8Array;
  /** The last event ID that the first request goes on from. */
  lastEventId?: string;
  /**
   * What becomes of events that come faster than they are iterated over. `"unbounded"` keeps all;
   * `{ dropOldest: n }` the newest `n`; `"latest"` one. How many were dropped goes to `onmessageerror`.
   * Without it the native transport keeps all, and `"fetch"` reads no further.
   */
  buffer?: { dropOldest: number } | "latest" | "unbounded";
  /** Closes the stream when it is aborted. One that is aborted already opens nothing. */
  signal?: AbortSignal;
}

/** One event, as the server sent it. */
export interface StreamEvent<T = string> {
  /** What the server wrote after `event:`, or `message`. */
  type: string;
  /** The `data:` lines, joined by line feeds; their JSON value with `parse: "json"`. */
  data: T;
  /** The last event ID of the stream when this event came. */
  lastEventId: string;
  /** The origin of the stream's final URL. */
  origin: string;
}

export type EventStreamState = "connecting" | "open" | "reconnecting" | "closed";

/** Why a stream is closed. */
export type CloseReason =
  /** This event met `closeOn`. */
  | { kind: "rule"; event: StreamEvent<string> }
  /** `close()` was called, a loop was left, or the signal was aborted. */
  | { kind: "called" }
  /** The server ended the answer to a request that is not sent again. */
  | { kind: "ended" }
  | { kind: "failed"; message: string; error: EventStreamError };

/**
 * What went wrong. The first six end a stream; the last three are told to `onmessageerror`, and the
 * stream goes on.
 */
export type EventStreamErrorKind =
  /** The browser's `EventSource` gave up; it does not tell why. */
  | "connection"
  /** The server answered with another status than 200; over `fetch`, 204 is no failure but the server's end. */
  | "status"
  /** The answer is no event stream. */
  | "content-type"
  /** The server does not let this origin read the answer. */
  | "cors"
  | "blocked"
  /** There was no answer, or the body broke off, and the request is not sent again. */
  | "network"
  /** The request could not be made again. */
  | "open"
  /** The data of an event is no JSON. */
  | "decode"
  /** An event was larger than a stream may hold, and was dropped. */
  | "too-large"
  /** The buffer was full, and its oldest events were dropped. */
  | "lagged";

/** What rejects the iteration when the stream has failed, and what `onmessageerror` is told. */
export class EventStreamError extends Error {
  private constructor();
  readonly name: "EventStreamError";
  readonly kind: EventStreamErrorKind;
  /** The status of the answer, where there was one that is no event stream. */
  readonly status?: number;
  /** The `Response` that was refused, or the exception behind this one. */
  readonly cause?: unknown;
  /** The event whose data is no JSON, with its text. */
  readonly event?: StreamEvent<string>;
  /** How many events were dropped. */
  readonly dropped?: number;
}

/**
 * A stream of server-sent events that really ends. Its constructor opens it; `for await` or `on` reads it;
 * the server's close event, `close()`, or leaving the loop ends it for good.
 *
 * Events wait for the iteration until it begins. If `on` is called first, the stream is for its listeners
 * alone until an iterator is made.
 */
export class EventStream<T = string> implements AsyncIterable<StreamEvent<T>> {
  /**
   * @throws TypeError for a wrong option, which it names.
   * @throws SyntaxError for a URL that cannot be resolved.
   * @throws ReferenceError where the transport does not exist, as `EventSource` on a server.
   * @throws Error if `init` has not been awaited.
   */
  constructor(url: string | URL, options?: EventStreamOptions);
  /** The URL as it was given. */
  readonly url: string;
  /** The last event ID of the events that came. */
  readonly lastEventId: string;
  readonly state: EventStreamState;
  /** The standard's: 0 connecting, 1 open, 2 closed. */
  readonly readyState: 0 | 1 | 2;
  /** `undefined` as long as the stream is not closed. */
  readonly closeReason: CloseReason | undefined;
  /**
   * The server's newest answer, with the transport `"fetch"`: its headers, and after a failure its body,
   * until `close()` is called.
   */
  readonly response: Response | undefined;
  /** Called with the new state at each change. */
  onstate: ((state: EventStreamState) => void) | null;
  /**
   * Called for what could not be delivered: an event whose data is no JSON, one that is too large, events
   * that a buffer dropped. The stream goes on. Where it is not set, the error is reported as an uncaught
   * exception is: nothing is lost in silence.
   */
  onmessageerror: ((error: EventStreamError) => void) | null;
  /**
   * Calls the listener for each event of this name that comes from now on, whether it is among `events` or
   * not. Returns what removes it.
   */
  on(type: string, listener: (event: StreamEvent<T>) => void): () => void;
  /** Closes the connection for good. What came before can still be iterated over. */
  close(): void;
  /**
   * Iterates over the events, to the end of the stream. All iterators share it: each event goes to one of
   * them. A failure rejects once.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<StreamEvent<T>>;
  /** The same as `close()`: for `using`, where the engine has it. */
  [Symbol.dispose](): void;
}
