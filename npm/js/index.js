export { default, initSync } from "./wasm_eventsource.js";
export { EventStream } from "./event-stream.js";
export { EventStreamError } from "./error.js";
