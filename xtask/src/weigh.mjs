// The bytes of files, as they are and as servers compress them. `node weigh.mjs PACKAGE` prints those of our npm
// package: all files that a page without a bundler loads, entry by entry.

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

function printEntry(folder, entry) {
  const names = readdirSync(join(folder, entry)).filter((name) => /\.(js|wasm)$/.test(name)).sort();
  const weights = names.map((name) => weigh(join(folder, entry, name)));
  names.forEach((name, i) => printRow(join(entry, name), [weights[i]]));
  printRow(`**\`${join("wasm-eventsource", entry)}\` in all**`, weights);
}

function printRow(name, weights) {
  const sums = ["raw", "gzip", "brotli"].map((kind) => weights.reduce((sum, weight) => sum + weight[kind], 0));
  console.log(`| ${[name, ...sums].join(" | ")} |`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log("| file, bytes | raw | gzip -9 | brotli 11 |\n|---|---:|---:|---:|");
  for (const entry of ["", "native"]) printEntry(process.argv[2], entry);
}
