// Makes plain modules of the peers, for the page: `node bundle.js OUT`.

import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

await build({
  absWorkingDir: dirname(fileURLToPath(import.meta.url)),
  bundle: true,
  entryPoints: {
    "eventsource": "eventsource",
    "eventsource-client": "eventsource-client",
    "eventsource-parser": "eventsource-parser",
    "eventsource-parser-stream": "eventsource-parser/stream",
    "fetch-event-source": "@microsoft/fetch-event-source",
    "sse": "sse.js",
  },
  format: "esm",
  logLevel: "warning",
  minify: true,
  outdir: resolve(process.argv[2]),
  platform: "browser",
  target: "es2022",
});
