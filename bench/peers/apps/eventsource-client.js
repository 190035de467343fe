import { createEventSource } from "eventsource-client";

let count = 0;
const source = createEventSource({
  url: new URL("/sse", location.href),
  onMessage({ event, data }) {
    if (event === "close") source.close();
    else if (event === undefined) console.log((count += 1), data);
  },
});
