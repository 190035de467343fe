// The clients in JavaScript, each used as its own manual shows it.
//
// Each opens a URL, gives the data of every message of the `names` to `data`, and resolves when the
// server's close event came, or when `data` returned true, as it wants no more. All names are known by
// their listener or found in a set, so that each client does the same for each event.

import { fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSource as EventSourceLibrary } from "eventsource";
import { createEventSource } from "eventsource-client";
import { createParser } from "eventsource-parser";
import { SSE } from "sse.js";

export function native(url, names, data) {
  return listen(new EventSource(url), names, data);
}

export function eventsource(url, names, data) {
  return listen(new EventSourceLibrary(url), names, data);
}

export function sse(url, names, data) {
  return listen(new SSE(url), names, data);
}

/** Three have the interface of the standard. */
function listen(source, names, data) {
  return new Promise((resolve, reject) => {
    let ended = false;
    const end = () => {
      ended = true;
      source.close();
      resolve();
    };
    for (const name of names) {
      source.addEventListener(name, (event) => {
        if (!ended && data(event.data)) end();
      });
    }
    source.addEventListener("close", end);
    source.addEventListener("error", () => {
      if (ended) return;
      source.close();
      reject(lost());
    });
  });
}

/// What one writes by hand for a server that one knows: its lines end with "\n", its fields have a
/// space after the colon, and its data is one line.
export async function loop(url, names, data) {
  const wanted = new Set(names);
  const controller = new AbortController();
  const reader = await body(url, controller);
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) throw lost();
    const text = rest + decoder.decode(value, { stream: true });
    let start = 0;
    // What was searched before has no end of an event in it but for its last character.
    let from = Math.max(0, rest.length - 1);
    for (let end; (end = text.indexOf("\n\n", from)) !== -1; from = start = end + 2) {
      let type = "message";
      let content = "";
      for (let line = start; line < end;) {
        const lineEnd = text.indexOf("\n", line);
        if (text.startsWith("data: ", line)) content = text.slice(line + 6, lineEnd);
        else if (text.startsWith("event: ", line)) type = text.slice(line + 7, lineEnd);
        line = lineEnd + 1;
      }
      if (type === "close" || (wanted.has(type) && data(content))) {
        controller.abort();
        return;
      }
    }
    rest = text.slice(start);
  }
}

export async function parser(url, names, data) {
  const wanted = new Set(names);
  const controller = new AbortController();
  const reader = await body(url, controller);
  const decoder = new TextDecoder();
  let ended = false;
  const parser = createParser({
    onEvent(event) {
      if (ended) return;
      const type = event.event ?? "message";
      if (type === "close") ended = true;
      else if (wanted.has(type)) ended = data(event.data) === true;
    },
  });
  while (!ended) {
    const { done, value } = await reader.read();
    if (done) throw lost();
    parser.feed(decoder.decode(value, { stream: true }));
  }
  controller.abort();
}

export function client(url, names, data) {
  const wanted = new Set(names);
  return new Promise((resolve, reject) => {
    let ended = false;
    const source = createEventSource({
      url: new URL(url, location.href),
      onMessage(event) {
        if (ended) return;
        const type = event.event ?? "message";
        ended = type === "close" || (wanted.has(type) && data(event.data) === true);
        if (!ended) return;
        source.close();
        resolve();
      },
      onDisconnect() {
        source.close();
        reject(lost());
      },
    });
  });
}

export async function fetchEventSourceLibrary(url, names, data) {
  const wanted = new Set(names);
  const controller = new AbortController();
  let ended = false;
  await fetchEventSource(url, {
    signal: controller.signal,
    // Else it would close and open again when the page is hidden and shown.
    openWhenHidden: true,
    onmessage(event) {
      if (ended) return;
      const type = event.event || "message";
      ended = type === "close" || (wanted.has(type) && data(event.data) === true);
      if (ended) controller.abort();
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
