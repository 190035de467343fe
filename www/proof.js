// The proof that a closed stream stays closed: the server's count of requests at the close and afterwards,
// and the time since the last request.

import { counts } from "./server.js";

/** The reconnection time that the server's `retry:` line sets for this stream. */
const RETRY_MS = 1000;
/** The bar ends here; its mark is at a quarter, the reconnection time. */
const FULL_MS = 4 * RETRY_MS;
const LOOK_EVERY_MS = 250;
/** After this much silence the server is asked less often. */
const SURE_MS = 20 * RETRY_MS;

const $ = (id) => document.getElementById(id);

export class Proof {
  #key;
  #problems;
  #box = $("proof");
  #round = 0;

  constructor(key, problems) {
    this.#key = key;
    this.#problems = problems;
    this.#box.dataset.retryMs = RETRY_MS;
  }

  state(state) {
    this.#round += 1;
    if (state === "closed") {
      this.#watch(this.#round);
    } else {
      this.#show("none", null, null, 0, "Close the stream, and the server’s own count shows that no request follows.");
    }
  }

  async #watch(round) {
    let since = performance.now();
    let atClose = null;
    let last = null;
    while (round === this.#round) {
      let now;
      try {
        now = (await counts(this.#key)).requests;
      } catch (error) {
        if (round === this.#round) this.#problems.show("The requests cannot be counted", error);
        return;
      }
      if (round !== this.#round) return;
      atClose ??= now;
      if (last !== null && now !== last) since = performance.now();
      last = now;
      const quiet = performance.now() - since;
      this.#show(...verdict(atClose, now, quiet));
      await new Promise((done) => setTimeout(done, quiet > SURE_MS ? 1000 : LOOK_EVERY_MS));
    }
  }

  #show(verdict, atClose, now, quiet, words) {
    this.#box.dataset.verdict = verdict;
    this.#box.dataset.atClose = atClose ?? "";
    this.#box.dataset.now = now ?? "";
    this.#box.dataset.quietMs = Math.round(quiet);
    $("requests-at-close").textContent = atClose ?? "–";
    $("requests-now").textContent = now ?? "–";
    $("quiet").textContent = verdict === "none" ? "–" : `${(quiet / 1000).toFixed(1)} s`;
    $("quiet-fill").style.width = `${Math.min(100, (quiet / FULL_MS) * 100)}%`;
    // Only when it changes: it is read aloud.
    if ($("verdict").textContent !== words) $("verdict").textContent = words;
  }
}

function verdict(atClose, now, quiet) {
  const seconds = RETRY_MS / 1000;
  if (now > atClose) {
    return ["broken", atClose, now, quiet, `${now - atClose} more came after the close. That must not happen.`];
  }
  if (quiet <= 2 * RETRY_MS) {
    return ["waiting", atClose, now, quiet, `The browser would be back ${seconds} s after losing it …`];
  }
  return ["silent", atClose, now, quiet, `No request, though the browser’s retry time of ${seconds} s is long over.`];
}
