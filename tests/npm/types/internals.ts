// What the package does not let anybody import.

// @ts-expect-error: the glue is no entry
import * as glue from "wasm-eventsource/wasm_eventsource.js";
// @ts-expect-error: nor is a file of the class
import * as stream from "wasm-eventsource/event-stream.js";
// @ts-expect-error: nor the source
import * as source from "wasm-eventsource/src";

export { glue, source, stream };
