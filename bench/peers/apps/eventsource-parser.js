import { createParser } from "eventsource-parser";

const controller = new AbortController();
let count = 0;
const parser = createParser({
  onEvent({ event, data }) {
    if (event === "close") controller.abort();
    else if (event === undefined) console.log((count += 1), data);
  },
});
const response = await fetch("/sse", { signal: controller.signal });
const reader = response.body.getReader();
const decoder = new TextDecoder();
for (let read; !(read = await reader.read()).done;) {
  parser.feed(decoder.decode(read.value, { stream: true }));
}
