// The suite of the npm package: the same for every way of loading it.

import { buffering } from "./buffering.js";
import { failing, failingNatively, failingOverFetch } from "./failing.js";
import { run } from "./harness.js";
import { iterating } from "./iterating.js";
import { lasting } from "./lasting.js";
import { listening } from "./listening.js";
import { living } from "./living.js";
import { ending, loading, opening } from "./loading.js";
import { options, requestOptions, withoutFetch, wrong } from "./options.js";
import { requesting } from "./requesting.js";

const shared = { ...iterating, ...living, ...listening, ...buffering, ...failing };

const own = {
  native: failingNatively,
  fetch: { ...failingOverFetch, ...requesting },
};

/**
 * Runs the suite with the package's exports, or only what every site has to prove.
 * `transports`: those that this entry of the package has. `server`: the address of the scenario server.
 */
export async function runAll(library, { transports, server, whole }, report) {
  const context = { library, server, transports, settled: [] };
  const tests = [];
  const add = (always, more, transport) => {
    for (const [name, body] of Object.entries({ ...always, ...(whole && more) })) {
      const prefix = transport ? `over ${transport}: ` : "";
      tests.push({ name: prefix + name, body, context: { ...context, transport } });
    }
  };
  const entry = transports.includes("fetch") ? requestOptions : withoutFetch;
  add({ ...loading, ...wrong, ...entry }, options);
  for (const transport of transports) add(opening, { ...shared, ...own[transport] }, transport);
  add({}, lasting);
  add(ending);
  await run(tests, report);
}
