// TypeScript checks programs that use the installed package, as consumers have it set up.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { project, tests } from "./places.js";

const LIBS = {
  ES2022: "ES2022,DOM,DOM.Iterable",
  ESNext: "ESNext,DOM,DOM.Iterable",
};

/** What a test asks for unless it asks for something else. */
const USUAL = settings("bundler", "ESNext", "ES2022");

cpSync(join(tests, "types"), join(project, "types"), { recursive: true });

function settings(resolution, module, target) {
  return ["--module", module, "--moduleResolution", resolution, "--target", target, "--lib", LIBS[target]];
}

function check(compiler, files, ...options) {
  const tsc = join(tests, "node_modules", compiler, "bin", "tsc");
  const given = ["--noEmit", "--strict", "--skipLibCheck", "false", ...options];
  const { status, stdout, stderr } = spawnSync(process.execPath, [tsc, ...given, ...files], {
    cwd: join(project, "types"),
    encoding: "utf8",
  });
  assert.equal(status, 0, stdout + stderr);
}

for (const [resolution, module] of [["bundler", "ESNext"], ["node16", "Node16"], ["nodenext", "NodeNext"]]) {
  for (const target of Object.keys(LIBS)) {
    test(`${resolution}, ${target}: all of the package can be used, and wrong uses do not compile`, () => {
      check("typescript", ["usage.ts", "misuse.ts", "internals.ts"], ...settings(resolution, module, target));
    });
  }
}

test("the strictest settings are no obstacle", () => {
  const strictest = [
    "--noUncheckedIndexedAccess",
    "--exactOptionalPropertyTypes",
    "--verbatimModuleSyntax",
    "--isolatedModules",
  ];
  check("typescript", ["usage.ts", "misuse.ts"], ...USUAL, ...strictest);
});

test("TypeScript 5, which knows no exports under node10: both entries are found", () => {
  check("typescript-5", ["usage.ts", "misuse.ts"], ...settings("node10", "ESNext", "ES2022"));
});

test("a wrong use that compiled would be noticed", () => {
  assert.throws(() => check("typescript", ["noticed.ts"], ...USUAL), /TS2578/);
});
