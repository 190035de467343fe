// The entry of a page: runs the suite in it, or in a dedicated worker if its address says `?worker`.

const results = { total: 0, running: null, done: [], finished: false, broken: null };
// Where the driver of the browser looks.
window.__results = results;

function keep(report) {
  if ("total" in report) results.total = report.total;
  else if ("running" in report) results.running = report.running;
  else if ("finished" in report) results.finished = true;
  else results.done.push(report);
}

async function main() {
  if (new URLSearchParams(location.search).has("worker")) {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    worker.onmessage = (event) => keep(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      broken(`the worker: ${event.message || "does not load"}`);
    };
  } else {
    const { start } = await import("./start.js");
    await start(keep);
  }
}

function broken(problem) {
  results.broken = String(problem?.stack || problem);
}

main().catch(broken);
