// Vite's development server, which by itself moves a package's code away from its wasm.

import assert from "node:assert/strict";
import { test } from "node:test";
import { createServer } from "vite";
import { project } from "./places.js";

/** What the development server answers where the package looks for its wasm. */
async function wasm(optimizeDeps) {
  const server = await createServer({
    root: project,
    configFile: false,
    logLevel: "silent",
    server: { host: "127.0.0.1", port: 0, strictPort: false, watch: null, hmr: false },
    optimizeDeps: { force: true, ...optimizeDeps },
  });
  try {
    await server.listen();
    const { port } = server.httpServer.address();
    const base = `http://127.0.0.1:${port}`;
    const importing = await (await fetch(`${base}/library.js`)).text();
    const [, path] = importing.match(/from "([^"]*wasm-eventsource[^"]*)"/);
    // The code itself, which is there when the optimizing is done.
    const code = await fetch(base + path);
    assert.equal(code.status, 200, await code.text());
    const answer = await fetch(new URL("wasm_eventsource_bg.wasm", base + path));
    return { type: answer.headers.get("content-type"), bytes: await answer.arrayBuffer() };
  } finally {
    await server.close();
  }
}

test("with Vite's development server the package is found if it is excluded from optimizing", async () => {
  const { type, bytes } = await wasm({ exclude: ["wasm-eventsource"] });
  assert.equal(type, "application/wasm");
  assert.ok(WebAssembly.validate(bytes));
});

test("it is not found otherwise, as the README says", async () => {
  const { type } = await wasm({ include: ["wasm-eventsource"] });
  assert.notEqual(type, "application/wasm");
});
