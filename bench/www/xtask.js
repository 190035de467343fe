// What the page asks of xtask, which has started the browser: to read the page's CPU time, and to take what was measured.

import { xtask } from "./options.js";

async function ask(path, body) {
  const response = await fetch(`${xtask}${path}`, { method: "POST", body });
  return response.json();
}

/** Shows xtask which process this page is in: the one whose main thread is busy between two looks, when no other is. */
export async function showPage() {
  for (let tries = 0; tries < 20; tries += 1) {
    await ask("/idle");
    const end = performance.now() + 500;
    while (performance.now() < end);
    if (await ask("/busy")) return;
  }
  throw new Error("another process of the browser is as busy as that of the page");
}

/**
 * The CPU time that the page's process has used by now, in nanoseconds, once the process had a moment to finish what it
 * was doing: `{ main, process }`, of the main thread and of all threads; `null` where it is not measured.
 */
export const cpuTime = () => ask("/cpu");

export async function post(outcome) {
  document.querySelector("pre").append(JSON.stringify(outcome, null, 1), "\n");
  await ask("/outcome", JSON.stringify(outcome));
}
