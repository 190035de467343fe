import { fetchEventSource } from "@microsoft/fetch-event-source";

const controller = new AbortController();
let count = 0;
await fetchEventSource("/sse", {
  signal: controller.signal,
  onmessage({ event, data }) {
    if (event === "close") controller.abort();
    else if (event === "") console.log((count += 1), data);
  },
});
