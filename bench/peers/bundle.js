// Makes plain modules of the peers, for the page, and of the smallest apps, to be weighed:
// `node bundle.js PACKAGE PEERS APPS [GLUE]`. PACKAGE is the folder of our own npm package, GLUE one of
// the JavaScript that wasm-bindgen has put beside apps in Rust.

import { readdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const [ours, peers, apps, glue] = process.argv.slice(2).map((path) => resolve(path));

const options = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  logLevel: "warning",
  minify: true,
  platform: "browser",
  target: "es2022",
};

await build({
  ...options,
  entryPoints: {
    "eventsource": "eventsource",
    "eventsource-client": "eventsource-client",
    "eventsource-parser": "eventsource-parser",
    "fetch-event-source": "@microsoft/fetch-event-source",
    "sse": "sse.js",
  },
  outdir: peers,
});

await build({
  ...options,
  alias: {
    "wasm-eventsource/native": join(ours, "native", "index.js"),
    "wasm-eventsource": join(ours, "index.js"),
  },
  entryPoints: modules(join(here, "apps")),
  outdir: apps,
});

if (glue) await build({ ...options, entryPoints: modules(glue), outdir: join(glue, "min") });

function modules(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".js"));
  return names.map((name) => join(folder, name));
}
