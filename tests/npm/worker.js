// The entry of a dedicated worker: runs the suite and sends what it reports.

import { start } from "./start.js";

start((report) => postMessage(report)).catch((error) => {
  // Reported as the worker's own failure.
  setTimeout(() => {
    throw error;
  });
});
