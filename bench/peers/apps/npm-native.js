import init, { EventStream } from "wasm-eventsource/native";

await init();
let count = 0;
for await (const { data } of new EventStream("/sse")) console.log((count += 1), data);
