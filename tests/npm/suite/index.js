// The suite of the npm package: the same for every way of loading it.

import { buffering } from "./buffering.js";
import { failing, failingNatively, failingOverFetch } from "./failing.js";
import { run } from "./harness.js";
import { iterating } from "./iterating.js";
import { lasting } from "./lasting.js";
import { listening } from "./listening.js";
import { living } from "./living.js";
import { options, requestOptions, withoutFetch } from "./options.js";
import { requesting } from "./requesting.js";

const shared = { ...iterating, ...living, ...listening, ...buffering, ...failing };

const own = {
  native: failingNatively,
  fetch: { ...failingOverFetch, ...requesting },
};

/**
 * Runs the suite with the package's exports.
 * `transports`: those that this entry of the package has. `server`: the address of the scenario server.
 */
export async function runAll(library, { transports, server }, report) {
  let output;
  const context = { library, server, transports, loaded: () => output };
  const loading = {
    "opening before init is an error that says what to do": async (t) => {
      const error = t.throws(() => new t.EventStream(t.url("/finish/1")), Error, "init");
      t.equal(error.name, "Error");
    },
    "init loads the wasm": async (t) => {
      output = await library.default();
      t.ok(output.memory instanceof WebAssembly.Memory, "it gives no memory");
    },
    "init again gives the same": async (t) => {
      t.equal((await library.default()) === output, true);
    },
  };
  const more = transports.includes("fetch") ? requestOptions : withoutFetch;
  const parts = [{ prefix: "", tests: { ...loading, ...options, ...more } }];
  for (const transport of transports) {
    parts.push({ prefix: `over ${transport}: `, transport, tests: { ...shared, ...own[transport] } });
  }
  parts.push({ prefix: "", tests: lasting });
  const tests = {};
  for (const { prefix, transport, tests: part } of parts) {
    for (const [name, body] of Object.entries(part)) {
      tests[prefix + name] = { body, context: { ...context, transport } };
    }
  }
  await run(tests, report);
}
