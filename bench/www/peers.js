// The clients in JavaScript, each used as its own manual shows it.
//
// Each opens a URL, gives the data of every message of the name to `data`, and resolves when the server's close event
// came, or when `data` returned true, as it wants no more.

import { fetchEventSource } from "@microsoft/fetch-event-source";
import { EventSource as EventSourceLibrary } from "eventsource";
import { createEventSource } from "eventsource-client";
import { createParser } from "eventsource-parser";
import { EventSourceParserStream } from "eventsource-parser/stream";
import { SSE } from "sse.js";

export function native(url, wanted, data) {
  return listen(new EventSource(url), wanted, data);
}

export function eventsource(url, wanted, data) {
  return listen(new EventSourceLibrary(url), wanted, data);
}

export function sse(url, wanted, data) {
  return listen(new SSE(url), wanted, data);
}

/** Three have the interface of the standard. */
function listen(source, wanted, data) {
  return new Promise((resolve, reject) => {
    let ended = false;
    const end = () => {
      ended = true;
      source.close();
      resolve();
    };
    source.addEventListener(wanted, (event) => {
      if (!ended && data(event.data)) end();
    });
    source.addEventListener("close", end);
    source.addEventListener("error", () => {
      if (ended) return;
      source.close();
      reject(lost());
    });
  });
}

/** What one writes by hand for a server that one knows: its lines end with "\n", its fields have a space after the colon,
 * and its data is one line. */
export async function loop(url, wanted, data) {
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
      if (type === "close" || (type === wanted && data(content))) {
        controller.abort();
        return;
      }
    }
    rest = text.slice(start);
  }
}

export async function parser(url, wanted, data) {
  const controller = new AbortController();
  const reader = await body(url, controller);
  const decoder = new TextDecoder();
  let ended = false;
  const parser = createParser({
    onEvent(event) {
      if (ended) return;
      const type = event.event ?? "message";
      if (type === "close") ended = true;
      else if (type === wanted) ended = data(event.data) === true;
    },
  });
  while (!ended) {
    const { done, value } = await reader.read();
    if (done) throw lost();
    parser.feed(decoder.decode(value, { stream: true }));
  }
  controller.abort();
}

/** As an async iterator, by way of the stream that the library has for it. */
export async function parserStream(url, wanted, data) {
  const controller = new AbortController();
  const response = await answer(url, controller);
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  for await (const event of iterable(events)) {
    const type = event.event ?? "message";
    if (type === "close" || (type === wanted && data(event.data))) {
      controller.abort();
      return;
    }
  }
  throw lost();
}

/** Not every engine can iterate over a stream. */
function iterable(stream) {
  if (stream[Symbol.asyncIterator]) return stream;
  return (async function* () {
    const reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  })();
}

export function client(url, wanted, data) {
  return new Promise((resolve, reject) => {
    let ended = false;
    const source = createEventSource({
      url: new URL(url, location.href),
      onMessage(event) {
        if (ended) return;
        const type = event.event ?? "message";
        ended = type === "close" || (type === wanted && data(event.data) === true);
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

export async function fetchEventSourceLibrary(url, wanted, data) {
  const controller = new AbortController();
  let ended = false;
  await fetchEventSource(url, {
    signal: controller.signal,
    // Else it would close and open again when the page is hidden and shown.
    openWhenHidden: true,
    onmessage(event) {
      if (ended) return;
      const type = event.event || "message";
      ended = type === "close" || (type === wanted && data(event.data) === true);
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

async function body(url, controller) {
  return (await answer(url, controller)).body.getReader();
}

async function answer(url, { signal }) {
  const response = await fetch(url, { headers: { accept: "text/event-stream" }, signal });
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response;
}

function lost() {
  return new Error("the connection was lost");
}
