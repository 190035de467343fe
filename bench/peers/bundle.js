// Makes plain modules of the peers, for the page: `node bundle.js PACKAGE PEERS [GLUE]`. PACKAGE is the folder of our
// own npm package. GLUE is a folder with the smallest apps in Rust, as wasm-bindgen made them: they are weighed, and
// beside them the apps in JavaScript. Prints the sizes as records.

import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { weigh } from "../../xtask/src/weigh.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [ours, peers, glue] = process.argv.slice(2).map((path) => resolve(path));

/** Each opens a stream, counts its events and prints them: [what it is, its JavaScript, the wasm that this loads]. */
const apps = [
  ["Rust: text", ...rust("size_stream")],
  ["Rust: text, `gloo-net`", ...rust("size_gloo_net_stream")],
  ["Rust: typed by `serde_json`", ...rust("size_typed")],
  ["Rust: typed by `serde_json`, `gloo-net`", ...rust("size_gloo_net_typed")],
  ["Rust: typed, over `fetch`", ...rust("size_fetch")],
  ["Rust: typed, by `JSON.parse` and `serde-wasm-bindgen`", ...rust("size_js_parse")],
  ["JS: native `EventSource`", js("native")],
  ["JS: `wasm-eventsource/native`", js("npm-native"), join(ours, "native/wasm_eventsource_bg.wasm")],
  ["JS: `wasm-eventsource`", js("npm"), join(ours, "wasm_eventsource_bg.wasm")],
  ["JS: `eventsource-parser`", js("eventsource-parser")],
  ["JS: `eventsource-client`", js("eventsource-client")],
  ["JS: `eventsource`", js("eventsource")],
  ["JS: `fetch-event-source`", js("fetch-event-source")],
  ["JS: `sse.js`", js("sse")],
];

function rust(name) {
  return [join(glue ?? "", `${name}.js`), join(glue ?? "", `${name}_bg.wasm`)];
}

function js(name) {
  return join(here, "apps", `${name}.js`);
}

async function bundle(entryPoints, outdir) {
  await build({
    absWorkingDir: here,
    alias: {
      "wasm-eventsource/native": join(ours, "native", "index.js"),
      "wasm-eventsource": join(ours, "index.js"),
    },
    bundle: true,
    entryPoints,
    format: "esm",
    logLevel: "warning",
    minify: true,
    outdir,
    platform: "browser",
    target: "es2022",
  });
}

function sizes([client, js, wasm], index) {
  const parts = { JavaScript: weigh(join(glue, "min", `${index}.js`)), ...(wasm && { wasm: weigh(wasm) }) };
  return Object.entries(parts).flatMap(([group, weights]) =>
    Object.entries(weights).map(([size, value]) =>
      ({ measure: "sizes", client, group, size, round: 1, value, unit: "bytes" })));
}

await bundle({
  "eventsource": "eventsource",
  "eventsource-client": "eventsource-client",
  "eventsource-parser": "eventsource-parser",
  "fetch-event-source": "@microsoft/fetch-event-source",
  "sse": "sse.js",
}, peers);
if (glue) await bundle(Object.fromEntries(apps.map(([, js], index) => [index, js])), join(glue, "min"));
console.log(JSON.stringify(glue ? apps.flatMap(sizes) : []));
