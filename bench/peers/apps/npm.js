import init, { EventStream } from "wasm-eventsource";

await init();
let count = 0;
for await (const { data } of new EventStream("/sse")) console.log((count += 1), data);
