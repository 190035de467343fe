// Makes an entry of the npm package, small, of what wasm-pack built: `node shrink.mjs BUILT SCRIPTS OUT`. OUT gets
// `index.js`, the glue and the package's own JavaScript in one, and the wasm.

import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { shorten } from "./glue.mjs";
import { trapAtOnce } from "./panics.mjs";
import { Wasm } from "./wasm.mjs";

const GLUE = "wasm_eventsource.js";
const WASM = "wasm_eventsource_bg.wasm";

/**
 * The control flow is made anew, which is smaller. The stack comes first in the memory, so no pointer is below
 * 1024. A function that has one caller is not moved into it unless it is small: larger bytes, but fewer after gzip.
 */
const PASSES = [
  "--flatten",
  "--rereloop",
  "-Oz",
  "-Oz",
  "--converge",
  "--low-memory-unused",
  "--one-caller-inline-max-function-size=20",
  "--strip-debug",
  "--strip-producers",
  "--strip-target-features",
];

/** Properties that only the package's own JavaScript and the glue use, so their names may be short. */
const INTERNAL =
  /^(?:_.*|closeData|closeEvent|heard|listening|listensTo|newError|newEvent|newReason|parsesJson|problem|pulling|setOnstate|unlisten)$/;

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const tools = createRequire(join(root, "xtask/tools/package.json"));

const [built, scripts, out] = process.argv.slice(2).map((path) => resolve(path));
const wasm = new Wasm(readFileSync(join(built, WASM)));
trapAtOnce(wasm);
const glue = shorten(readFileSync(join(built, GLUE), "utf8"), wasm);

mkdirSync(out, { recursive: true });
writeWasm(wasm.bytes(), join(out, WASM));
await bundle(glue, join(out, "index.js"));
await check();

function writeWasm(bytes, path) {
  writeFileSync(path, bytes);
  const wasmOpt = join(dirname(tools.resolve("binaryen/package.json")), "bin/wasm-opt");
  execFileSync(process.execPath, [wasmOpt, path, ...PASSES, "-o", path], { stdio: "inherit" });
}

async function bundle(glue, outfile) {
  const folder = mkdtempSync(join(built, "bundle-"));
  cpSync(scripts, folder, { recursive: true });
  writeFileSync(join(folder, GLUE), glue);
  await tools("esbuild").build({
    bundle: true,
    entryPoints: [join(folder, "index.js")],
    format: "esm",
    legalComments: "none",
    logLevel: "warning",
    mangleProps: INTERNAL,
    minify: true,
    outfile,
    platform: "browser",
    target: "es2022",
  });
  rmSync(folder, { recursive: true });
}

/** Checks that the entry loads, and that it has no path of this machine. */
async function check() {
  const bytes = readFileSync(join(out, WASM));
  const { initSync } = await import(pathToFileURL(join(out, "index.js")));
  initSync({ module: bytes });
  for (const file of [WASM, "index.js"]) {
    const text = readFileSync(join(out, file), "latin1");
    const path = [homedir(), root].find((path) => path.length > 1 && text.includes(path));
    if (path) throw new Error(`${file} has the path ${path} of this machine in it`);
  }
}
