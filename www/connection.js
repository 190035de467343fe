// The connection to the machine's readings: its state, its facts, and the buttons that act on it.

import { control } from "./server.js";

const NAMES = ["cpu", "memory", "load", "close"];
const $ = (id) => document.getElementById(id);

export class Connection {
  #EventStream;
  #key;
  #problems;
  #listener;
  #stream = null;
  #state = "closed";
  #lost = false;
  #messages = 0;
  #reconnects = 0;

  /** `listener` is told of each event by `onEvent(event)` and each state by `onState(state, words)`. */
  constructor(EventStream, key, problems, listener) {
    this.#EventStream = EventStream;
    this.#key = key;
    this.#problems = problems;
    this.#listener = listener;
    $("key").textContent = key;
    $("open").addEventListener("click", () => this.open());
    $("close").addEventListener("click", () => this.#stream?.close());
    $("server-drop").addEventListener("click", () => this.#tellServer("drop"));
    $("server-close").addEventListener("click", () => this.#tellServer("close"));
  }

  open() {
    this.#lost = false;
    this.#count("messages", (this.#messages = 0));
    this.#count("reconnects", (this.#reconnects = 0));
    this.#showLastId("");
    let stream;
    try {
      stream = new this.#EventStream(`/machine?key=${encodeURIComponent(this.#key)}`, { events: NAMES });
    } catch (error) {
      this.#problems.show("The stream cannot be opened", error);
      return;
    }
    this.#stream = stream;
    stream.onstate = (state) => this.#changed(stream, state);
    this.#changed(stream, stream.state);
    this.#read(stream);
  }

  async #read(stream) {
    try {
      for await (const event of stream) {
        this.#count("messages", (this.#messages += 1));
        this.#showLastId(event.lastEventId);
        try {
          this.#listener.onEvent(event);
        } catch (error) {
          // One event that cannot be read is no reason to leave the stream.
          this.#problems.show(`The event “${event.type}” cannot be shown`, error);
        }
      }
    } catch (error) {
      this.#problems.show("The stream failed", error);
    }
  }

  #changed(stream, state) {
    if (stream !== this.#stream) return;
    this.#state = state;
    let words = state;
    if (state === "reconnecting") {
      this.#lost = true;
      words = "the connection is lost; the browser comes back";
    } else if (state === "open" && this.#lost) {
      this.#lost = false;
      this.#count("reconnects", (this.#reconnects += 1));
      words = stream.lastEventId ? `resumed after event ${stream.lastEventId}` : "open again";
    } else if (state === "closed") {
      words = reasonInWords(stream.closeReason);
    }
    this.#show(stream, words);
    this.#listener.onState(state, words);
  }

  #show(stream, words) {
    const kind = stream.closeReason?.kind ?? "";
    const badge = $("state");
    badge.dataset.state = this.#state;
    badge.dataset.reason = kind;
    badge.dataset.readyState = stream.readyState;
    $("state-text").textContent = kind ? `closed: ${SHORT[kind] ?? kind}` : this.#state;
    $("reason").dataset.kind = kind;
    $("reason").textContent = kind ? words : "none: it is not closed";
    const closed = this.#state === "closed";
    const open = this.#state === "open";
    enable("open", closed, "close");
    enable("close", !closed, "open");
    enable("server-drop", open, "open");
    enable("server-close", open, "open");
  }

  async #tellServer(action) {
    try {
      await control(this.#key, action);
    } catch (error) {
      this.#problems.show("The server cannot be told", error);
    }
  }

  #count(id, count) {
    $(id).dataset.count = count;
    $(id).textContent = count.toLocaleString("en");
  }

  #showLastId(id) {
    $("last-id").dataset.id = id;
    $("last-id").textContent = id || "–";
  }
}

const SHORT = { rule: "by the server", called: "by this page", failed: "failed" };

function reasonInWords(reason) {
  switch (reason?.kind) {
    case "rule":
      return `the server sent “${reason.event.type}”: ${reason.event.data}`;
    case "called":
      return "close() was called";
    case "failed":
      return `it failed: ${reason.message}`;
    default:
      return "closed";
  }
}

/** Enables or disables a button. If that would take the focus away, `other` gets it. */
function enable(id, enabled, other) {
  const button = $(id);
  const focused = document.activeElement === button;
  button.disabled = !enabled;
  if (focused && !enabled) {
    setTimeout(() => {
      if (document.activeElement === document.body) $(other).focus();
    });
  }
}
