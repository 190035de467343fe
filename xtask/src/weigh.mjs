// The bytes of files, as they are and as servers compress them. `node weigh.mjs PACKAGE` prints those of our npm
// package: all files that a page without a bundler loads, entry by entry. With `--json` it prints the sums after gzip.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

export function weigh(path) {
  const bytes = readFileSync(path);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
  };
  const gzip = gzipSync(bytes, { level: 9 }).length;
  return { raw: bytes.length, gzip, brotli: brotliCompressSync(bytes, { params }).length };
}

/** The name of each entry's import, and its folder. */
const ENTRIES = { "wasm-eventsource": "", "wasm-eventsource/native": "native" };

/** The weight of each file of an entry, by its name. */
function weighEntry(folder, entry) {
  const names = readdirSync(join(folder, entry)).filter((name) => /\.(js|wasm)$/.test(name)).sort();
  return names.map((name) => [join(entry, name), weigh(join(folder, entry, name))]);
}

const sum = (weights, kind) => weights.reduce((sum, [, weight]) => sum + weight[kind], 0);

function printRow(name, weights) {
  const sums = ["raw", "gzip", "brotli"].map((kind) => sum(weights, kind));
  console.log(`| ${[name, ...sums].join(" | ")} |`);
}

function printTable(folder) {
  console.log("| file, bytes | raw | gzip -9 | brotli 11 |\n|---|---:|---:|---:|");
  for (const [name, entry] of Object.entries(ENTRIES)) {
    const weights = weighEntry(folder, entry);
    for (const weight of weights) printRow(weight[0], [weight]);
    printRow(`**\`${name}\` in all**`, weights);
  }
}

function printSums(folder) {
  const sums = Object.entries(ENTRIES).map(([name, entry]) => [name, sum(weighEntry(folder, entry), "gzip")]);
  console.log(JSON.stringify(Object.fromEntries(sums)));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, how] = process.argv.slice(2);
  if (how === "--json") printSums(folder);
  else printTable(folder);
}
