// Ways to receive events in JavaScript.
//
// Each gives the data of every message to `message` and resolves when the server's close event came,
// or when `message` returned true, as it wants no more.

import { fetchEventSource } from "@microsoft/fetch-event-source";
import { createParser } from "eventsource-parser";

export function native(url, message) {
  return new Promise((resolve, reject) => {
    const source = new EventSource(url);
    const end = () => {
      source.close();
      resolve();
    };
    source.addEventListener("message", (event) => {
      if (message(event.data)) end();
    });
    source.addEventListener("close", end);
    source.addEventListener("error", () => {
      source.close();
      reject(lost());
    });
  });
}

/// What one writes by hand for a server that one knows: its lines end with "\n", its fields have a
/// space after the colon, and its data is one line.
export async function loop(url, message) {
  const controller = new AbortController();
  const reader = await body(url, controller);
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw lost();
    const text = rest + decoder.decode(value, { stream: true });
    let start = 0;
    for (let end; (end = text.indexOf("\n\n", start)) !== -1; start = end + 2) {
      let type = "message";
      let data = "";
      for (let line = start; line < end;) {
        const lineEnd = text.indexOf("\n", line);
        if (text.startsWith("data: ", line)) data = text.slice(line + 6, lineEnd);
        else if (text.startsWith("event: ", line)) type = text.slice(line + 7, lineEnd);
        line = lineEnd + 1;
      }
      if (type === "close" || (type === "message" && message(data))) {
        controller.abort();
        return;
      }
    }
    rest = text.slice(start);
  }
}

export async function parser(url, message) {
  const controller = new AbortController();
  const reader = await body(url, controller);
  const decoder = new TextDecoder();
  let ended = false;
  const parser = createParser({
    onEvent({ event, data }) {
      if (ended) return;
      if (event === "close") ended = true;
      else if (event === undefined) ended = message(data) === true;
    },
  });
  while (!ended) {
    const { done, value } = await reader.read();
    if (done) throw lost();
    parser.feed(decoder.decode(value, { stream: true }));
  }
  controller.abort();
}

export async function fetchEventSourceLibrary(url, message) {
  const controller = new AbortController();
  await fetchEventSource(url, {
    signal: controller.signal,
    // Else it would close and open again when the page is hidden and shown.
    openWhenHidden: true,
    onmessage({ event, data }) {
      if (event === "close" || (event === "" && message(data))) controller.abort();
    },
    onerror(error) {
      // Else it would try again.
      throw error;
    },
    onclose() {
      throw lost();
    },
  });
}

async function body(url, { signal }) {
  const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.body.getReader();
}

function lost() {
  return new Error("the connection was lost");
}
