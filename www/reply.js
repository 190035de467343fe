// The panel in which a language model's reply appears token by token, until the server sends [DONE].

import { counts } from "./server.js";

/** Short, so that a second request would come soon. */
const RETRY_MS = 1000;

const $ = (id) => document.getElementById(id);

export class Reply {
  #EventStream;
  #key;
  #problems;
  #onEvent;
  #panel = $("reply");
  #answer = $("answer");
  #stream = null;
  #asked = 0;

  constructor(EventStream, key, problems, onEvent) {
    this.#EventStream = EventStream;
    this.#key = key;
    this.#problems = problems;
    this.#onEvent = onEvent;
    $("ask-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (!this.#stream) this.#ask($("prompt").value);
    });
    $("stop").addEventListener("click", () => this.#stream?.close());
    this.#enable();
  }

  async #ask(prompt) {
    // A new key for each question, so that its requests can be counted.
    const key = `${this.#key}-reply-${(this.#asked += 1)}`;
    const query = new URLSearchParams({ key, retry: RETRY_MS });
    this.#answer.replaceChildren();
    this.#panel.dataset.key = key;
    this.#panel.dataset.requests = "";
    const started = performance.now();
    let tokens = 0;
    let state;
    this.#show("streaming", tokens, "asking …");
    try {
      this.#stream = new this.#EventStream(`/reply?${query}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ prompt }),
        closeOn: { data: "[DONE]" },
        parse: "json",
      });
      this.#enable();
      for await (const event of this.#stream) {
        this.#onEvent(event);
        this.#append(event.data.token);
        tokens += 1;
        this.#show("streaming", tokens, `${tokens} tokens`);
      }
      state = { rule: "complete", called: "stopped" }[this.#stream.closeReason?.kind] ?? "failed";
    } catch (error) {
      this.#stream?.close();
      this.#problems.show("The reply failed", error);
      state = "failed";
    }
    this.#stream = null;
    const seconds = (performance.now() - started) / 1000;
    this.#show(state, tokens, `${state}: ${tokens} tokens in ${seconds.toFixed(1)} s`);
    this.#enable();
    await this.#countRequests(key);
  }

  /** Shows that the browser sent no further request after the end. */
  async #countRequests(key) {
    try {
      const { requests } = await counts(key);
      if (this.#panel.dataset.key !== key) return;
      this.#panel.dataset.requests = requests;
      $("reply-note").textContent += `, ${requests} request${requests === 1 ? "" : "s"}`;
    } catch (error) {
      this.#problems.show("The requests cannot be counted", error);
    }
  }

  #append(token) {
    const follow = this.#answer.scrollHeight - this.#answer.scrollTop - this.#answer.clientHeight < 40;
    const span = document.createElement("span");
    span.textContent = token;
    this.#answer.append(span);
    if (follow) this.#answer.scrollTop = this.#answer.scrollHeight;
  }

  #show(state, tokens, note) {
    this.#panel.dataset.state = state;
    this.#panel.dataset.count = tokens;
    this.#answer.setAttribute("aria-busy", String(state === "streaming"));
    $("reply-note").textContent = note;
  }

  #enable() {
    const idle = this.#stream === null;
    const focused = document.activeElement;
    $("ask").disabled = !idle;
    $("stop").disabled = idle;
    // A button that was used and is now disabled hands the focus to the other.
    if (focused === $("ask") && !idle) $("stop").focus();
    if (focused === $("stop") && idle) $("ask").focus();
  }
}
