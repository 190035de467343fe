// The entry of a page. It runs what every site has to prove, or all of the suite if its address says
// `?whole`, and in a dedicated worker if it says `?worker`.

const results = { total: 0, running: null, done: [], finished: false, broken: null };
// Where the driver of the browser looks.
window.__results = results;

function keep({ ended, ...news }) {
  Object.assign(results, news);
  if (ended) results.done.push(ended);
}

async function main() {
  const asked = new URLSearchParams(location.search);
  if (asked.has("worker")) {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = (event) => keep(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      broken(`the worker: ${event.message || "does not load"}`);
    };
    worker.postMessage(asked.has("whole"));
  } else {
    const { start } = await import("./start.js");
    await start(asked.has("whole"), keep);
  }
}

function broken(problem) {
  results.broken = String(problem?.stack || problem);
}

main().catch(broken);
