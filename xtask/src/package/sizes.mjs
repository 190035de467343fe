// Prints what a browser loads of the package, as a table: `node sizes.mjs FOLDER`.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const [folder] = process.argv.slice(2);

const measures = {
  raw: (bytes) => bytes.length,
  "gzip -9": (bytes) => gzipSync(bytes, { level: 9 }).length,
  "brotli 11": (bytes) =>
    brotliCompressSync(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: 11,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
      },
    }).length,
};

const shown = (bytes) => bytes.toLocaleString("en");

const row = (name, sizes) => console.log(`| ${[name, ...sizes.map(shown)].join(" | ")} |`);

console.log(`| file, bytes | ${Object.keys(measures).join(" | ")} |`);
console.log("|---|---:|---:|---:|");
for (const [entry, path] of [["wasm-eventsource", ""], ["wasm-eventsource/native", "native"]]) {
  const sum = Object.keys(measures).map(() => 0);
  const loaded = readdirSync(join(folder, path)).filter((name) => /\.(js|wasm)$/.test(name));
  for (const name of loaded.sort()) {
    const bytes = readFileSync(join(folder, path, name));
    const sizes = Object.values(measures).map((measure) => measure(bytes));
    sizes.forEach((size, at) => (sum[at] += size));
    row(join(path, name), sizes);
  }
  row(`**\`${entry}\` in all**`, sum);
}
