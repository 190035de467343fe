export { default, initSync } from "./load.js";
export { EventStream } from "./event-stream.js";
export { EventStreamError } from "./error.js";
