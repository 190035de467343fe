// Shortens the names with which wasm and wasm-bindgen's glue find each other. The name of each import has the
// name of a Rust function and a hash; imports with the same code become one.
//
// This relies on the text that wasm-bindgen writes. Where the text is not as expected, it throws.

const MODULE = "./wasm_eventsource_bg.js";
const SHORT_MODULE = "a";
/** What `init()` returns to programs. */
const KEPT_EXPORT = "memory";
/** The glue's own loader, which `npm/js/load.js` replaces. */
const OWN_EXPORTS = "export { initSync, __wbg_init as default };";
const NEEDED_EXPORTS = "export { __wbg_get_imports as imports, __wbg_finalize_init as start };";

/** Renames in both; returns the glue. */
export function shorten(glue, wasm) {
  glue = shortenImports(glue, wasm);
  glue = shortenExports(glue, wasm);
  return replaceOnce(glue, OWN_EXPORTS, NEEDED_EXPORTS);
}

function shortenImports(glue, wasm) {
  const [start, end] = ["    const import0 = {\n        __proto__: null,\n", "\n    };\n    return {\n"];
  const from = indexOfOnce(glue, start) + start.length;
  const to = glue.indexOf(end, from);
  if (to < 0) throw unexpected("the end of the imports");
  const functions = importedFunctions(glue.slice(from, to));
  const short = new Map();
  const byCode = new Map();
  for (const { module, name, type } of wasm.imports()) {
    if (module !== MODULE || !functions.has(name)) throw unexpected(`the import ${name} of ${module}`);
    const code = functions.get(name);
    const key = `${type} ${code}`;
    if (!byCode.has(key)) byCode.set(key, { name: nth(byCode.size), code });
    short.set(name, byCode.get(key).name);
  }
  if (short.size !== functions.size) throw unexpected("an import that wasm does not have");
  wasm.renameImports(({ name }) => ({ module: SHORT_MODULE, name: short.get(name) }));
  const lines = [...byCode.values()].map(({ name, code }) => `        ${name}: ${code}`);
  glue = glue.slice(0, from) + lines.join("\n") + glue.slice(to);
  return replaceOnce(glue, JSON.stringify(MODULE), JSON.stringify(SHORT_MODULE));
}

/** The code of each property `NAME: function(…) {…},`, which begins and ends at the same depth. */
function importedFunctions(text) {
  const functions = new Map();
  const property = /^ {8}(\w+): (function\([^)]*\) \{(?:[^\n]*\},$|[^]*?^ {8}\}(?:, arguments\); \})?,$))\n?/my;
  while (property.lastIndex < text.length) {
    const at = property.lastIndex;
    const [, name, code] = property.exec(text) ?? [];
    if (!name || functions.has(name)) throw unexpected(`in the imports: ${text.slice(at, at + 80)}`);
    functions.set(name, code.replaceAll(/^ *\/\/.*\n/gm, ""));
  }
  return functions;
}

function shortenExports(glue, wasm) {
  const use = /\bwasm\.(\w+)/g;
  const used = new Set(Array.from(glue.matchAll(use), ([, name]) => name));
  used.delete(KEPT_EXPORT);
  const short = new Map([...used].map((name, index) => [name, nth(index)]));
  short.set(KEPT_EXPORT, KEPT_EXPORT);
  const found = new Set();
  wasm.renameExports((name) => {
    found.add(name);
    return short.get(name);
  });
  for (const name of used) if (!found.has(name)) throw unexpected(`the export ${name}`);
  return glue.replaceAll(use, (_, name) => `wasm.${short.get(name)}`);
}

/** The shortest names: a, b, … */
function nth(index) {
  const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  const rest = Math.floor(index / letters.length);
  return (rest > 0 ? nth(rest - 1) : "") + letters[index % letters.length];
}

function replaceOnce(text, from, to) {
  const at = indexOfOnce(text, from);
  return text.slice(0, at) + to + text.slice(at + from.length);
}

function indexOfOnce(text, part) {
  const at = text.indexOf(part);
  if (at < 0 || text.indexOf(part, at + 1) >= 0) throw unexpected(part);
  return at;
}

function unexpected(what) {
  return new Error(`wasm-bindgen's glue is not as xtask/src/package/glue.mjs expects it: ${what}`);
}
