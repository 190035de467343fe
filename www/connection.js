// The connection to the machine's readings: its state, its facts, and the buttons that act on it.

import { control } from "./server.js";

const $ = (id) => document.getElementById(id);

export class Connection {
  #EventStream;
  #key;
  #problems;
  #listener;
  #stream = null;
  #messages = 0;
  #reconnects = 0;
  /** The failed attempts to reconnect since the connection was lost. */
  #attempts = 0;

  /** `listener` gets each event by `onReading(event)`, which throws if it is not a reading; each event that
   *  is not a reading, or not JSON, by `onUndecodable(event)`; and each state by `onState(state, words)`. */
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
    this.#count("messages", (this.#messages = 0));
    this.#count("reconnects", (this.#reconnects = 0));
    this.#attempts = 0;
    this.#showLastId("");
    this.#showBreak("none yet");
    this.#showReason("", "none: it is not closed");
    try {
      this.#stream = new this.#EventStream(`/machine?key=${encodeURIComponent(this.#key)}`, {
        events: ["cpu", "memory", "load", "close"],
        parse: "json",
      });
    } catch (error) {
      this.#problems.show("The stream cannot be opened", error);
      return;
    }
    this.#stream.onstate = (state) => this.#state(state);
    this.#stream.onmessageerror = (error) => this.#undecodable(error.event, error);
    this.#changed("connecting", "connecting");
    this.#read(this.#stream);
  }

  async #read(stream) {
    try {
      for await (const event of stream) {
        this.#message(event);
        try {
          this.#listener.onReading(event);
        } catch (error) {
          // An event that is not a reading does not end the loop.
          this.#undecodable({ ...event, data: JSON.stringify(event.data) }, error);
        }
      }
    } catch (error) {
      this.#problems.show("The readings cannot be read", error);
    }
  }

  /** Shows an event that could not be decoded, with its raw data. The stream goes on. */
  #undecodable(event, error) {
    this.#listener.onUndecodable(event);
    this.#problems.show("This is no reading", error);
  }

  #state(state) {
    switch (state) {
      case "open": {
        const id = this.#stream.lastEventId;
        const words = this.#attempts === 0 ? "open" : id ? `resumed after ${id}` : "open again";
        if (this.#attempts > 0) {
          this.#count("reconnects", (this.#reconnects += 1));
          this.#showBreak(words, { resumedAfter: id });
        }
        this.#attempts = 0;
        this.#changed(state, words);
        break;
      }
      case "reconnecting": {
        const attempt = (this.#attempts += 1);
        const words = `attempt ${attempt}`;
        this.#showBreak(words, { attempt });
        this.#changed(state, words);
        break;
      }
      case "closed": {
        const [kind, words] = inWords(this.#stream.closeReason);
        this.#showReason(kind, words);
        this.#changed(state, words, SHORT[kind]);
        break;
      }
    }
  }

  #message({ lastEventId }) {
    this.#count("messages", (this.#messages += 1));
    this.#showLastId(lastEventId);
  }

  #changed(state, words, short) {
    const badge = $("state");
    badge.dataset.state = state;
    badge.dataset.readyState = this.#stream.readyState;
    $("state-text").textContent = short ? `closed: ${short}` : state;
    const closed = state === "closed";
    const open = state === "open";
    enable("open", closed, "close");
    enable("close", !closed, "open");
    enable("server-drop", open, "open");
    enable("server-close", open, "open");
    this.#listener.onState(state, words);
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

  #showBreak(words, { attempt = "", resumedAfter = "" } = {}) {
    Object.assign($("break").dataset, { attempt, resumedAfter });
    $("break").textContent = words;
  }

  #showReason(kind, words) {
    $("state").dataset.reason = kind;
    $("reason").dataset.kind = kind;
    $("reason").textContent = words;
  }
}

const SHORT = { rule: "by the server", called: "by this page", failed: "failed", ended: "it ended" };

/** The kind of a close reason, and its text. */
function inWords(reason) {
  const words = {
    rule: ({ event }) => `the server sent “${event.type}”: ${event.data}`,
    called: () => "close() was called",
    ended: () => "the server ended it",
    failed: ({ message }) => `it failed: ${message}`,
  };
  return [reason.kind, words[reason.kind](reason)];
}

/** Enables or disables a button. If that would take the focus away, `other` gets it. */
function enable(id, enabled, other) {
  const button = $(id);
  const focused = document.activeElement === button;
  button.disabled = !enabled;
  // After the other button is enabled, too.
  if (focused && !enabled) queueMicrotask(() => $(other).focus());
}
