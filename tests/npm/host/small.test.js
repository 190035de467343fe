// What `xtask/src/package` does to the package so that it is small.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { shorten } from "../../../xtask/src/package/glue.mjs";
import { Wasm } from "../../../xtask/src/package/wasm.mjs";
import { installed } from "./places.js";

const bytes = ["", "native"].map((entry) => readFileSync(join(installed, entry, "wasm_eventsource_bg.wasm")));

test("the names between wasm and JavaScript are short", () => {
  for (const module of bytes.map((bytes) => new WebAssembly.Module(bytes))) {
    const imports = WebAssembly.Module.imports(module);
    const exports = WebAssembly.Module.exports(module).filter(({ name }) => name !== "memory");
    assert.ok(imports.length > 10 && exports.length > 10);
    for (const { module, name } of imports) assert.match(`${module} ${name}`, /^a \w\w?$/);
    for (const { name } of exports) assert.match(name, /^\w\w?$/);
    const names = imports.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  }
});

test("the wasm has no names of functions, and no paths of source files", () => {
  for (const wasm of bytes) {
    assert.deepEqual(WebAssembly.Module.customSections(new WebAssembly.Module(wasm), "name"), []);
    assert.doesNotMatch(wasm.toString("latin1"), /[\w-]+\.rs\b/);
  }
});

test("wasm that is read and written is the same", () => {
  for (const wasm of bytes) assert.ok(new Wasm(wasm).bytes().equals(wasm));
});

/** Glue with these imports, for wasm that has the exports `go` and `memory`. */
const glue = (...imports) => `function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
${imports.join("\n")}
    };
    return {
        __proto__: null,
        "./wasm_eventsource_bg.js": import0,
    };
}
wasm.go(wasm.memory);
export { initSync, __wbg_init as default };
`;

/** Stands in for wasm with these imports, all of one type. */
function wasmWith(...names) {
  const exports = ["go", "unused", "memory"];
  return {
    imports: () => names.map((name) => ({ module: "./wasm_eventsource_bg.js", name, type: 0 })),
    renameImports(rename) {
      this.imported = names.map((name) => rename({ name }));
    },
    renameExports(rename) {
      this.exported = exports.map(rename);
    },
  };
}

const property = (name, code) => `        ${name}: function(arg0) {\n            ${code}\n        },`;

test("imports with the same code become one, and unused exports none", () => {
  const wasm = wasmWith("__wbg_close_1", "__wbg_open_2", "__wbg_close_3");
  const text = shorten(
    glue(
      property("__wbg_close_1", "arg0.close();"),
      property("__wbg_open_2", "arg0.open();"),
      property("__wbg_close_3", "// With a comment.\n            arg0.close();"),
    ),
    wasm,
  );
  assert.deepEqual(wasm.imported.map(({ module, name }) => module + name), ["aa", "ab", "aa"]);
  assert.deepEqual(wasm.exported, ["a", undefined, "memory"]);
  assert.match(text, /\n {8}a: function\(arg0\) \{\n {12}arg0\.close\(\);\n {8}\},\n {8}b: function/);
  assert.match(text, /"a": import0,[^]*wasm\.a\(wasm\.memory\);/);
});

test("glue that is not as expected is an error that says what", () => {
  const close = property("__wbg_close_1", "arg0.close();");
  const refuses = (text, names, what) => assert.throws(() => shorten(text, wasmWith(...names)), what);
  refuses(glue(close), ["__wbg_close_1", "__wbg_open_2"], /the import __wbg_open_2/);
  refuses(glue(close), [], /an import that wasm does not have/);
  refuses(glue(close, close), ["__wbg_close_1"], /in the imports:.*__wbg_close_1/);
  refuses(glue("        other,"), ["other"], /in the imports:.*other/);
  refuses(glue(close).replace("wasm.go", "wasm.gone"), ["__wbg_close_1"], /the export gone/);
  refuses(glue(close).replace("export {", "export  {"), ["__wbg_close_1"], /export \{ initSync/);
  refuses(glue(close).replace("const import0", "let import0"), ["__wbg_close_1"], /const import0/);
});
