// The exports of the package.

/// <reference lib="dom" />
/// <reference lib="es2018.asynciterable" />
/// <reference lib="esnext.disposable" />

/** Where the wasm comes from: an address, a response, its bytes, or a compiled module. */
export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export type SyncInitInput = BufferSource | WebAssembly.Module;

/** The loaded wasm. */
export interface InitOutput {
  readonly memory: WebAssembly.Memory;
}

/** Loads the wasm, once; by default from the folder of this module. Another call gets the same. */
export default function init(
  module_or_path?: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>,
): Promise<InitOutput>;

/** Loads the wasm at once. */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * The options of a stream. An option that is unknown, has a wrong type, or conflicts with another one is a
 * `TypeError` that names it.
 */
export interface EventStreamOptions {
  /**
   * The event names to iterate over; `["message"]`, the unnamed events, by default. With the transport
   * `"fetch"` also `"*"`, every name.
   */
  events?: string[] | "*";
  /**
   * The event that ends the stream for good: an event name (`"close"` by default), exact data, or both;
   * `false` for none. An event that is matched by name only is delivered, as the last, if it is among
   * `events`; an event that is matched by its data (`{ data: "[DONE]" }`) is a mark, and is not delivered.
   * `closeReason` has the event in both cases.
   */
  closeOn?: string | false | { event?: string; data?: string };
  /**
   * Whether `data` is the raw text (`"text"`, the default) or its JSON value. An event whose data is not JSON
   * goes to `onmessageerror`, and the stream goes on.
   */
  parse?: "text" | "json";
  /** Whether requests to another origin have cookies. */
  withCredentials?: boolean;
  /**
   * The browser's `EventSource`, or a streamed `fetch()`, which reports the status, is several times faster,
   * and reads only when the iteration needs more. The default is `"fetch"` with one of the four options below
   * or with `events: "*"`, otherwise `"native"`.
   */
  transport?: "native" | "fetch";
  /** `GET` by default. Only a `GET` is sent again when the connection is lost. */
  method?: string;
  headers?: Record<string, string> | Headers;
  body?: string | Uint8Array;
  /** The last event ID of the first request. */
  lastEventId?: string;
  /**
   * The events that are kept until the iteration takes them: `"unbounded"` keeps all; `{ dropOldest: n }` the
   * newest `n`; `"latest"` the newest. `onmessageerror` gets the number of dropped events. By default the
   * native transport keeps all, and `"fetch"` reads no further.
   */
  buffer?: { dropOldest: number } | "latest" | "unbounded";
  /** Closes the stream when it is aborted. With an aborted signal, nothing is opened. */
  signal?: AbortSignal;
}

/** One event, as the server sent it. */
export interface StreamEvent<T = string> {
  /** The value of the `event:` field, or `message`. */
  type: string;
  /** The `data:` lines, joined by line feeds; their JSON value with `parse: "json"`. */
  data: T;
  /** The last event ID of the stream at this event. */
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
  /** The server ended the response to a request that is not sent again, or answered with 204 over `fetch`. */
  | { kind: "ended" }
  | { kind: "failed"; message: string; error: EventStreamError };

/**
 * The kind of an error. The last three go to `onmessageerror`, and the stream goes on. The others end the
 * stream.
 */
export type EventStreamErrorKind =
  /** The browser's `EventSource` gave up. It does not report the cause. */
  | "connection"
  /** The server answered with a status other than 200, or 204, which ends the stream without an error. */
  | "status"
  /** The response is not an event stream. */
  | "content-type"
  /** The server does not allow this origin to read the response (CORS). */
  | "cors"
  /** The browser blocked the request or its response. */
  | "blocked"
  /** No response came, or the connection broke, and the request is not sent again. */
  | "network"
  /** A header cannot be sent, such as a last event ID with control characters. */
  | "headers"
  /** Opening failed. */
  | "open"
  /** The data of an event is not JSON. */
  | "decode"
  /** An event was larger than the limit, and was skipped. */
  | "too-large"
  /** The buffer was full, and its oldest events were dropped. */
  | "lagged";

/** The error of a failed iteration, and the argument of `onmessageerror`. */
export class EventStreamError extends Error {
  private constructor();
  readonly name: "EventStreamError";
  readonly kind: EventStreamErrorKind;
  /** The HTTP status, for the kind `"status"`. */
  readonly status?: number;
  /** The refused `Response`, or the original exception. */
  readonly cause?: unknown;
  /** The event whose data is not JSON, with the raw text. */
  readonly event?: StreamEvent<string>;
  /** The number of dropped events. */
  readonly dropped?: number;
}

/**
 * A stream of server-sent events that really ends. Its constructor opens it; `for await` or `on` reads it;
 * the server's close event, `close()`, or leaving the loop ends it for good.
 *
 * Events wait for the iteration until it begins. If `on` is called first, events go to listeners only, until
 * an iterator is made.
 */
export class EventStream<T = string> implements AsyncIterable<StreamEvent<T>> {
  /**
   * @throws TypeError for a wrong option; the message names it.
   * @throws SyntaxError for a URL that cannot be resolved.
   * @throws ReferenceError if the transport is missing, like `EventSource` on a server.
   * @throws Error if `init` has not been awaited.
   */
  constructor(url: string | URL, options?: EventStreamOptions);
  /** The URL as given. */
  readonly url: string;
  /** The last event ID of the received events. */
  readonly lastEventId: string;
  readonly state: EventStreamState;
  /** As in the standard: 0 connecting, 1 open, 2 closed. */
  readonly readyState: 0 | 1 | 2;
  /** `undefined` until the stream is closed. */
  readonly closeReason: CloseReason | undefined;
  /**
   * The newest response of the server, with the transport `"fetch"`. After a failure its body can be read
   * until `close()` is called.
   */
  readonly response: Response | undefined;
  /** Called with the new state at each change. */
  onstate: ((state: EventStreamState) => void) | null;
  /**
   * Called for events that could not be delivered: because the data is not JSON, the event is too large, or
   * the buffer dropped them. The stream goes on. Without a handler, the error is reported like an uncaught
   * exception.
   */
  onmessageerror: ((error: EventStreamError) => void) | null;
  /**
   * Calls the listener for each event of this name from now on, whether it is among `events` or not. Returns
   * a function that removes the listener.
   */
  on(type: string, listener: (event: StreamEvent<T>) => void): () => void;
  /** Closes the connection for good. An iteration still gets earlier events. */
  close(): void;
  /**
   * Iterates over the events, to the end of the stream. All iterators share it: each event goes to one of
   * them. A failure rejects once.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<StreamEvent<T>>;
  /** The same as `close()`, for `using`. */
  [Symbol.dispose](): void;
}
