// Loads the wasm, once.

import { imports, start } from "./wasm_eventsource.js";

let loaded;
let loading;

export default function init(options) {
  if (!loading) {
    loading = load(options).then(finish);
    // A later call may try again.
    loading.catch(() => (loading = undefined));
  }
  return loading;
}

export function initSync(options) {
  if (loaded) return loaded;
  const source = options.module ?? options;
  const module = source instanceof WebAssembly.Module ? source : new WebAssembly.Module(source);
  return finish(new WebAssembly.Instance(module, imports()));
}

async function load(options) {
  if (loaded) return;
  let source = await (options?.module_or_path ?? options ?? new URL("wasm_eventsource_bg.wasm", import.meta.url));
  if (typeof source === "string" || source instanceof URL || source instanceof Request) source = await fetch(source);
  if (source instanceof Response) {
    if (!source.ok) throw new Error(`cannot load the wasm: ${source.status} ${source.statusText} for ${source.url}`);
    // Only wasm that is served as wasm is compiled while it is loading.
    const isWasm = source.headers.get("Content-Type")?.toLowerCase() === "application/wasm";
    if (isWasm) return (await WebAssembly.instantiateStreaming(source, imports())).instance;
    source = await source.arrayBuffer();
  }
  const result = await WebAssembly.instantiate(source, imports());
  return result.instance ?? result;
}

function finish(instance) {
  return (loaded ??= start(instance));
}
