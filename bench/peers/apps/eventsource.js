import { EventSource } from "eventsource";

const source = new EventSource("/sse");
let count = 0;
source.addEventListener("message", (event) => console.log((count += 1), event.data));
source.addEventListener("close", () => source.close());
