// The connection to the machine's readings: its state, its facts, and the buttons that act on it.

import { control } from "./server.js";

const $ = (id) => document.getElementById(id);

export class Connection {
  #Readings;
  #key;
  #problems;
  #listener;
  #readings = null;
  #messages = 0;
  #reconnects = 0;

  /** `listener` is told of each reading by `onReading(item)`, of each event that is none by
   *  `onUndecodable(item)` and of each state by `onState(state, words)`. */
  constructor(Readings, key, problems, listener) {
    this.#Readings = Readings;
    this.#key = key;
    this.#problems = problems;
    this.#listener = listener;
    $("key").textContent = key;
    $("open").addEventListener("click", () => this.open());
    $("close").addEventListener("click", () => this.#readings?.close());
    $("server-drop").addEventListener("click", () => this.#tellServer("drop"));
    $("server-close").addEventListener("click", () => this.#tellServer("close"));
  }

  open() {
    this.#count("messages", (this.#messages = 0));
    this.#count("reconnects", (this.#reconnects = 0));
    this.#showLastId("");
    this.#showBreak("none yet");
    this.#showReason("", "none: it is not closed");
    try {
      this.#readings = new this.#Readings(`/machine?key=${encodeURIComponent(this.#key)}`);
    } catch (error) {
      this.#problems.show("The stream cannot be opened", error);
      return;
    }
    this.#changed("connecting", "connecting");
    this.#read(this.#readings);
  }

  /** Readings and what happens to the connection come in one order, until there is nothing more. */
  async #read(readings) {
    try {
      for (let item; (item = await readings.next()); ) {
        try {
          this.#take(item);
        } catch (error) {
          // One item that cannot be shown is no reason to leave the stream.
          this.#problems.show(`“${item.kind}” cannot be shown`, error);
        }
      }
    } catch (error) {
      this.#problems.show("The readings cannot be read", error);
    }
  }

  #take(item) {
    switch (item.kind) {
      case "reading":
        this.#message(item);
        this.#listener.onReading(item);
        break;
      case "undecodable":
        // The stream goes on: this one event is told of, and kept as it came.
        this.#message(item);
        this.#listener.onUndecodable(item);
        this.#problems.show("This is no reading", item.problem);
        break;
      case "opened":
        this.#changed("open", "open");
        break;
      case "reconnecting": {
        const { attempt, cause } = item;
        const words = `attempt ${attempt}: ${cause}`;
        this.#showBreak(words, { attempt, cause });
        this.#changed("reconnecting", words);
        break;
      }
      case "resumed": {
        const id = item.lastEventId;
        const words = id ? `resumed after ${id}` : "open again";
        this.#count("reconnects", (this.#reconnects += 1));
        this.#showBreak(words, { resumedAfter: id });
        this.#changed("open", words);
        break;
      }
      case "problem":
        this.#problems.show("The stream", item.problem);
        break;
      case "closed":
        this.#showReason(item.reason, item.words);
        this.#changed("closed", item.words, SHORT[item.reason]);
        break;
    }
  }

  #message({ id }) {
    this.#count("messages", (this.#messages += 1));
    this.#showLastId(id);
  }

  #changed(state, words, short) {
    const badge = $("state");
    badge.dataset.state = state;
    badge.dataset.readyState = this.#readings.readyState;
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

  #showBreak(words, { attempt = "", cause = "", resumedAfter = "" } = {}) {
    Object.assign($("break").dataset, { attempt, cause, resumedAfter });
    $("break").textContent = words;
  }

  #showReason(kind, words) {
    $("state").dataset.reason = kind;
    $("reason").dataset.kind = kind;
    $("reason").textContent = words;
  }
}

const SHORT = { rule: "by the server", called: "by this page", failed: "failed", other: "it ended" };

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
