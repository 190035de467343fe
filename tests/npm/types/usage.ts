// A program in TypeScript that uses all there is of the package. It is only type-checked.

import init, {
  EventStream,
  EventStreamError,
  initSync,
  type CloseReason,
  type EventStreamErrorKind,
  type EventStreamOptions,
  type EventStreamState,
  type InitInput,
  type InitOutput,
  type StreamEvent,
  type SyncInitInput,
} from "wasm-eventsource";
import * as native from "wasm-eventsource/native";

/** Compiles only if the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(..._: Same<A, B> extends true ? [] : [never]): void {}

interface Price {
  symbol: string;
  price: number;
}

export async function load(bytes: BufferSource): Promise<void> {
  const output: InitOutput = await init();
  same<typeof output.memory, WebAssembly.Memory>();
  const input: InitInput = "/wasm_eventsource_bg.wasm";
  await init({ module_or_path: input });
  await init({ module_or_path: fetch("/wasm_eventsource_bg.wasm") });
  await init({ module_or_path: new URL("/wasm_eventsource_bg.wasm", location.href) });
  const now: SyncInitInput = bytes;
  same<ReturnType<typeof initSync>, InitOutput>();
  initSync({ module: now });
  await native.default();
}

export async function text(): Promise<string> {
  const stream = new EventStream("/reply");
  same<typeof stream, EventStream<string>>();
  let text = "";
  for await (const event of stream) {
    same<typeof event, StreamEvent<string>>();
    same<typeof event.data, string>();
    text += `${event.type} ${event.data.toUpperCase()} ${event.lastEventId} ${event.origin}`;
  }
  return text;
}

export async function json(): Promise<number> {
  const stream = new EventStream<Price>(new URL("https://example.com/prices"), {
    events: ["price"],
    parse: "json",
  });
  let sum = 0;
  for await (const { data } of stream) {
    same<typeof data, Price>();
    sum += data.price;
  }
  return sum;
}

export function everyOption(signal: AbortSignal): EventStream[] {
  const all: EventStreamOptions[] = [
    {},
    { events: ["a", "b"] },
    { events: "*" },
    { closeOn: "done" },
    { closeOn: false },
    { closeOn: { event: "state", data: "done" } },
    { closeOn: { event: "state" } },
    { closeOn: { data: "[DONE]" } },
    { parse: "text" },
    { parse: "json" },
    { withCredentials: true },
    { transport: "native" },
    { transport: "fetch" },
    { method: "POST", headers: { Authorization: "Bearer abc" }, body: "text" },
    { headers: new Headers([["a", "b"]]) },
    { body: new TextEncoder().encode("bytes"), method: "PUT" },
    { lastEventId: "7" },
    { buffer: { dropOldest: 100 } },
    { buffer: "latest" },
    { buffer: "unbounded" },
    { signal },
    { events: undefined as unknown as string[] },
  ];
  return all.map((options) => new EventStream("/feed", options));
}

export function state(stream: EventStream): string {
  same<typeof stream.url, string>();
  same<typeof stream.lastEventId, string>();
  same<typeof stream.readyState, 0 | 1 | 2>();
  same<typeof stream.closeReason, CloseReason | undefined>();
  same<typeof stream.response, Response | undefined>();
  same<EventStreamState, "connecting" | "open" | "reconnecting" | "closed">();
  const states: Record<EventStreamState, string> = { connecting: "…", open: "on", reconnecting: "off", closed: "end" };
  return states[stream.state];
}

export function reason(reason: CloseReason): string {
  switch (reason.kind) {
    case "rule":
      same<typeof reason.event, StreamEvent<string>>();
      return reason.event.data;
    case "called":
    case "ended":
      return reason.kind;
    case "failed":
      same<typeof reason.error, EventStreamError>();
      return reason.message;
    default:
      return reason satisfies never;
  }
}

export function listen(stream: EventStream<Price>): () => void {
  stream.onstate = (state) => same<typeof state, EventStreamState>();
  stream.onstate = null;
  stream.onmessageerror = (error) => {
    same<typeof error, EventStreamError>();
    console.log(error.event?.data.length, error.dropped?.toFixed());
  };
  stream.onmessageerror = null;
  same<EventStream["onstate"], ((state: EventStreamState) => void) | null>();
  const remove = stream.on("price", (event) => {
    same<typeof event, StreamEvent<Price>>();
  });
  same<typeof remove, () => void>();
  // A listener may take less, and return what it likes.
  stream.on("price", () => 7);
  return remove;
}

export async function byHand(stream: EventStream): Promise<void> {
  const events: AsyncIterableIterator<StreamEvent> = stream[Symbol.asyncIterator]();
  const step = await events.next();
  if (!step.done) console.log(step.value.data.length);
  await events.return?.();
  for await (const event of events) console.log(event.type);
  stream.close();
  stream[Symbol.dispose]();
  const iterable: AsyncIterable<StreamEvent> = stream;
  const disposable: Disposable = stream;
  console.log(iterable, disposable);
}

export async function failures(stream: EventStream): Promise<string | undefined> {
  try {
    for await (const _ of stream);
  } catch (error) {
    if (!(error instanceof EventStreamError)) throw error;
    const isAnError: Error = error;
    same<typeof error.kind, EventStreamErrorKind>();
    same<typeof error.status, number | undefined>();
    same<typeof error.cause, unknown>();
    if (error.kind === "status" && error.cause instanceof Response) return error.cause.text();
    return isAnError.message;
  }
}

export function scoped(): void {
  using stream = new EventStream("/feed");
  stream.on("message", console.log);
}

export function theOtherEntryHasTheSame(): native.EventStream<Price> {
  const options: native.EventStreamOptions = { parse: "json" } satisfies EventStreamOptions;
  return new native.EventStream<Price>("/prices", options);
}

/** A wrapper that only knows what it needs. */
export class Feed<T> {
  readonly #stream: EventStream<T>;
  constructor(url: string, options: Omit<EventStreamOptions, "parse"> = {}) {
    this.#stream = new EventStream<T>(url, { ...options, parse: "json" });
  }
  async *values(): AsyncGenerator<T> {
    for await (const { data } of this.#stream) yield data;
  }
}
