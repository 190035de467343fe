// Runs the suite with the package, as this site has it.

import "./suite/held.js";
import * as library from "./library.js";
import { runAll } from "./suite/index.js";

export function start(whole, report) {
  const { transports, ...exports } = library;
  return runAll(exports, { transports, server: location.origin, whole }, report);
}
