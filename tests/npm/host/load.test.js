// The ways of loading the wasm.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { installed } from "./places.js";

const WASM = "wasm_eventsource_bg.wasm";
const bytes = readFileSync(join(installed, WASM));
const served = (type) => new Response(bytes, { headers: { "Content-Type": type } });
const address = `data:application/wasm;base64,${bytes.toString("base64")}`;

let copies = 0;

/** The package, not loaded yet. */
function fresh() {
  copies += 1;
  return import(`${pathToFileURL(join(installed, "index.js"))}?${copies}`);
}

/** That a stream can be opened, or why not. */
async function works({ EventStream }) {
  const stream = new EventStream("http://127.0.0.1:9/", { transport: "fetch" });
  assert.equal(stream.state, "connecting");
  stream.close();
}

const SOURCES = {
  bytes: () => bytes,
  "a buffer": () => bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length),
  "a compiled module": () => new WebAssembly.Module(bytes),
  "a promise": () => Promise.resolve(bytes),
  "a response": () => served("application/wasm"),
  "a response of another type": () => served("application/octet-stream"),
  "an address": () => address,
  "a URL": () => new URL(address),
  "a request": () => new Request(address),
};

for (const [name, source] of Object.entries(SOURCES)) {
  test(`init takes ${name}, as an option and alone`, async () => {
    for (const options of [{ module_or_path: source() }, source()]) {
      const library = await fresh();
      const { memory } = await library.default(options);
      assert.ok(memory instanceof WebAssembly.Memory);
      await works(library);
    }
  });
}

test("a response that is an error is said, and init can be called again", async () => {
  const library = await fresh();
  const missing = new Response("", { status: 404, statusText: "Not Found" });
  await assert.rejects(library.default({ module_or_path: missing }), /404 Not Found/);
  await library.default({ module_or_path: bytes });
  await works(library);
});

test("init and initSync load once, in any order", async () => {
  const [first, second, third] = [await fresh(), await fresh(), await fresh()];
  const loaded = first.initSync({ module: bytes });
  assert.equal(await first.default(), loaded);
  const later = second.default({ module_or_path: bytes });
  assert.equal(second.default(), later);
  assert.equal(second.initSync(bytes), await later);
  assert.equal(await third.default(bytes), third.initSync({ module: new WebAssembly.Module(bytes) }));
});
