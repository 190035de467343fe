// What is in the package, and what npm says to it.

import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { folder, installed } from "./places.js";

const OF_AN_ENTRY = ["index.d.ts", "index.js", "wasm_eventsource_bg.wasm"];
const FILES = [
  "LICENSE-APACHE",
  "LICENSE-MIT",
  "README.md",
  "package.json",
  ...OF_AN_ENTRY,
  ...OF_AN_ENTRY.map((name) => `native/${name}`),
].sort();

const manifest = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));

test("the archive has exactly the files that are needed", () => {
  const output = execFileSync("npm", ["pack", "--dry-run", "--json", folder], { encoding: "utf8" });
  const [archive] = JSON.parse(output);
  assert.deepEqual(archive.files.map((file) => file.path).sort(), FILES);
  assert.equal(archive.filename, `wasm-eventsource-${manifest.version}.tgz`);
});

test("what is installed from it is all of that", () => {
  const files = readdirSync(installed, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  assert.deepEqual(files.filter((path) => path !== "native").sort(), FILES);
});

test("publishing it would correct nothing and warn of nothing", () => {
  // Nobody is asked: the registry is a port at which nothing listens.
  const args = ["publish", "--dry-run", "--offline", "--registry=http://127.0.0.1:9", "--fetch-retries=0", folder];
  const { stderr, stdout } = spawnSync("npm", args, { encoding: "utf8" });
  assert.match(stdout + stderr, /wasm-eventsource@/);
  const warnings = stderr.split("\n").filter((line) => /^npm warn/i.test(line));
  // That nobody is logged in is of the machine, not of the package.
  assert.deepEqual(warnings.filter((line) => !/logged in/.test(line)), []);
});

test("every file that the manifest names is there", () => {
  const named = [manifest.main, manifest.types];
  for (const entry of Object.values(manifest.exports)) {
    named.push(...(typeof entry === "string" ? [entry] : Object.values(entry)));
  }
  for (const path of named) assert.ok(FILES.includes(path.replace("./", "")), `${path} is missing`);
  assert.deepEqual([manifest.name, manifest.license, manifest.sideEffects], [
    "wasm-eventsource",
    "MIT OR Apache-2.0",
    false,
  ]);
});

test("the native entry is the smaller one", () => {
  const size = (path) => readFileSync(join(installed, path, "wasm_eventsource_bg.wasm")).length;
  assert.ok(size("native") < size(""), "it is not");
});
