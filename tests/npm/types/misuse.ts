// Wrong uses of the package. Each is marked as an error; one that compiled would itself be an error.

import init, {
  EventStream,
  EventStreamError,
  initSync,
  type CloseReason,
  type EventStreamOptions,
  type StreamEvent,
} from "wasm-eventsource";

declare const stream: EventStream;
declare const event: StreamEvent;
declare const reason: CloseReason;
declare const error: EventStreamError;

// The constructor.
// @ts-expect-error: the URL is needed
new EventStream();
// @ts-expect-error: it is a string or a URL
new EventStream(7);
// @ts-expect-error: it is not null
new EventStream(null);
// @ts-expect-error: nor a request
new EventStream(new Request("/feed"));
// @ts-expect-error: options are an object
new EventStream("/feed", "message");
// @ts-expect-error: there is no third argument
new EventStream("/feed", {}, {});
// @ts-expect-error: it is a class
EventStream("/feed");

// Options.
// @ts-expect-error: an unknown option
new EventStream("/feed", { event: ["a"] });
// @ts-expect-error: a misspelt option
new EventStream("/feed", { closeon: "done" });
// @ts-expect-error: an option of the browser's fetch
new EventStream("/feed", { credentials: "include" });
// @ts-expect-error: names are a list
new EventStream("/feed", { events: "message" });
// @ts-expect-error: of strings
new EventStream("/feed", { events: [1] });
// @ts-expect-error: true would end what?
new EventStream("/feed", { closeOn: true });
// @ts-expect-error: a number is no rule
new EventStream("/feed", { closeOn: 7 });
// @ts-expect-error: a rule has an event and data
new EventStream("/feed", { closeOn: { name: "done" } });
// @ts-expect-error: data is text
new EventStream("/feed", { closeOn: { data: { done: true } } });
// @ts-expect-error: a predicate is no rule
new EventStream("/feed", { closeOn: (event: StreamEvent) => event.data === "" });
// @ts-expect-error: there are two ways to parse
new EventStream("/feed", { parse: "xml" });
// @ts-expect-error: and no function
new EventStream("/feed", { parse: JSON.parse });
// @ts-expect-error: true or false
new EventStream("/feed", { withCredentials: "include" });
// @ts-expect-error: there are two transports
new EventStream("/feed", { transport: "websocket" });
// @ts-expect-error: a method has a name
new EventStream("/feed", { method: 1 });
// @ts-expect-error: headers are no text
new EventStream("/feed", { headers: "Authorization: abc" });
// @ts-expect-error: values of headers are strings
new EventStream("/feed", { headers: { "X-Count": 1 } });
// @ts-expect-error: an object has to be made text first
new EventStream("/feed", { body: { prompt: "hi" } });
// @ts-expect-error: no form
new EventStream("/feed", { body: new FormData() });
// @ts-expect-error: an ID is a string
new EventStream("/feed", { lastEventId: 7 });
// @ts-expect-error: a buffer has a rule
new EventStream("/feed", { buffer: 100 });
// @ts-expect-error: there is no such rule
new EventStream("/feed", { buffer: "oldest" });
// @ts-expect-error: nor this one
new EventStream("/feed", { buffer: { dropNewest: 100 } });
// @ts-expect-error: a number
new EventStream("/feed", { buffer: { dropOldest: "100" } });
// @ts-expect-error: of both, one
new EventStream("/feed", { buffer: { dropOldest: 1, latest: true } });
// @ts-expect-error: the signal, not the controller
new EventStream("/feed", { signal: new AbortController() });
// @ts-expect-error: an unknown option in a variable that has a type
const options: EventStreamOptions = { retry: 100 };

// What a stream has is only read.
// @ts-expect-error
stream.url = "/other";
// @ts-expect-error
stream.state = "open";
// @ts-expect-error
stream.readyState = 1;
// @ts-expect-error
stream.lastEventId = "7";
// @ts-expect-error
stream.closeReason = undefined;
// @ts-expect-error
stream.response = undefined;
// @ts-expect-error: no such state
if (stream.state === "closing") stream.close();
// @ts-expect-error: no such number
if (stream.readyState === 3) stream.close();

// Handlers and listeners.
// @ts-expect-error: a handler is a function
stream.onstate = "log";
// @ts-expect-error: of a state
stream.onstate = (state: number) => console.log(state);
// @ts-expect-error: null, not undefined
stream.onstate = undefined;
// @ts-expect-error: of an error
stream.onmessageerror = (error: string) => console.log(error);
// @ts-expect-error: there is none for messages
stream.onmessage = () => {};
// @ts-expect-error: there is none for errors
stream.onerror = () => {};
// @ts-expect-error: the listener is needed
stream.on("a");
// @ts-expect-error: the name is a string
stream.on(7, () => {});
// @ts-expect-error: the listener takes an event
stream.on("a", (data: string) => console.log(data));
// @ts-expect-error: and no second argument
stream.on("a", (event: StreamEvent, index: number) => console.log(event, index));
// @ts-expect-error: it is no handler object
stream.on("a", { handleEvent() {} });
// @ts-expect-error: what removes the listener takes nothing
stream.on("a", () => {})("a");
// @ts-expect-error: that is what the platform calls it
stream.addEventListener("a", () => {});
// @ts-expect-error: close() takes no reason
stream.close("done");
// @ts-expect-error: nothing is to be freed
stream.free();

// Data.
// @ts-expect-error: without `parse` it is text
const number: number = event.data;
// @ts-expect-error: text has no such property
event.data.price;
// @ts-expect-error: an ID is a string
const id: number = event.lastEventId;
// @ts-expect-error: an event is no `MessageEvent`
const message: MessageEvent = event;

async function loops() {
  // @ts-expect-error: it is iterated over with `for await`
  for (const event of stream) console.log(event);
  for await (const { data } of new EventStream<{ n: number }>("/feed", { parse: "json" })) {
    // @ts-expect-error: the type that was named
    data.m;
  }
  // @ts-expect-error: a stream of text is none of numbers
  const numbers: EventStream<number> = new EventStream<string>("/feed");
  return numbers;
}

// Reasons and errors.
// @ts-expect-error: not every reason has an event
reason.event;
// @ts-expect-error: nor a message
reason.message;
// @ts-expect-error: no such reason
if (reason.kind === "timeout") loops();
// @ts-expect-error: the package makes them
new EventStreamError("status", "404");
// @ts-expect-error: and nobody extends them
class Mine extends EventStreamError {}
// @ts-expect-error: what it has is only read
error.kind = "status";
// @ts-expect-error: there may be none
error.status.toFixed();
// @ts-expect-error
error.status = 404;
// @ts-expect-error: one has to look what it is
error.cause.text();
// @ts-expect-error: no such kind
if (error.kind === "timeout") loops();

// Loading. A `WebAssembly.Module` is an empty interface, so that more cannot be refused here.
// @ts-expect-error: it takes bytes or a module
initSync();
// @ts-expect-error: there is no second argument
init("/wasm_eventsource_bg.wasm", {});

export { Mine, id, message, number, options };
