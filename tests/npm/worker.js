// The entry of a dedicated worker: runs the suite and sends what it reports.

import { start } from "./start.js";

self.onmessage = ({ data: whole }) => {
  start(whole, postMessage).catch((error) => {
    // Reported as the worker's own failure.
    setTimeout(() => {
      throw error;
    });
  });
};
