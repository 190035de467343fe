// The package in Node.js, where there is no EventSource.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { project } from "./places.js";

const server = process.env.SCENARIO_SERVER;
const requireThere = createRequire(join(project, "package.json"));
const run = promisify(execFile);

/** Runs a program in the project that has the package, and gives what it prints. */
async function program(...lines) {
  const script = lines.join("\n");
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: project });
  assert.equal(stderr, "");
  return stdout.trim();
}

/** Loads an entry of the package from its own bytes. */
const loaded = (entry, wasm) => `
  import { readFileSync } from "node:fs";
  import { createRequire } from "node:module";
  import init, { EventStream, EventStreamError, initSync } from "${entry}";
  const path = createRequire(import.meta.url.startsWith("file:") ? import.meta.url : process.cwd() + "/").resolve("${wasm}");
  initSync({ module: readFileSync(path) });
`;
const whole = loaded("wasm-eventsource", "wasm-eventsource/wasm_eventsource_bg.wasm");
const native = loaded("wasm-eventsource/native", "wasm-eventsource/native/wasm_eventsource_bg.wasm");

/** Prints the name and the message of what is thrown. */
const thrown = (expression) => `
  try {
    ${expression};
    console.log("nothing was thrown");
  } catch (error) {
    console.log(error.name + ": " + error.message);
  }
`;

test("importing both entries does nothing, and ends", async () => {
  const entries = ["wasm-eventsource", "wasm-eventsource/native"];
  for (const entry of entries) {
    const print = "console.log(Object.keys(library).sort().join())";
    const printed = await program(`import * as library from "${entry}";`, print);
    assert.equal(printed, "EventStream,EventStreamError,default,initSync");
  }
});

test("opening before init is an error that says what to do", async () => {
  for (const options of ["{}", '{ transport: "fetch" }']) {
    const printed = await program(
      'import { EventStream } from "wasm-eventsource";',
      thrown(`new EventStream("http://127.0.0.1:9/", ${options})`),
    );
    assert.match(printed, /^Error: .*init/);
  }
});

test("the browser's EventSource is not there: a ReferenceError says so", async () => {
  for (const entry of [whole, native]) {
    const printed = await program(entry, thrown('new EventStream("http://127.0.0.1:9/")'));
    assert.match(printed, /^ReferenceError: .*EventSource/);
  }
});

test("the wasm can be resolved by its name", () => {
  for (const name of ["wasm_eventsource_bg.wasm", "native/wasm_eventsource_bg.wasm"]) {
    const bytes = readFileSync(requireThere.resolve(`wasm-eventsource/${name}`));
    assert.ok(WebAssembly.validate(bytes), name);
  }
});

test("over fetch a stream is read to its end, and the program ends by itself", async () => {
  const url = JSON.stringify(`${server}/finish/3?key=node-finish`);
  const printed = await program(
    whole,
    `const stream = new EventStream(${url}, { transport: "fetch", parse: "json" });`,
    "for await (const { data } of stream) console.log(data.n);",
    "console.log(stream.closeReason.kind, stream.state);",
  );
  assert.deepEqual(printed.split("\n"), ["1", "2", "3", "rule closed"]);
});

test("over fetch a POST is sent, and leaving the loop closes the connection", async () => {
  const url = JSON.stringify(`${server}/named/message?key=node-post`);
  const printed = await program(
    whole,
    `const stream = new EventStream(${url}, { method: "POST", body: "hello" });`,
    "for await (const { data } of stream) { console.log(data); break; }",
    "console.log(stream.closeReason.kind);",
  );
  assert.deepEqual(printed.split("\n"), ['{"name":"message"}', "called"]);
  const waited = await fetch(`${server}/counts/node-post/wait?open=0`);
  assert.equal(waited.status, 200);
  const [{ method, body }] = await (await fetch(`${server}/requests/node-post`)).json();
  assert.deepEqual([method, body], ["POST", "hello"]);
});

test("over fetch a lost connection comes back, and goes on after the last ID", async () => {
  const url = JSON.stringify(`${server}/resume/5?cut_every=2&retry=10&key=node-resume`);
  const printed = await program(
    whole,
    `const stream = new EventStream(${url}, { transport: "fetch" });`,
    "const ids = [];",
    "for await (const event of stream) ids.push(event.lastEventId);",
    "console.log(ids.join());",
  );
  assert.equal(printed, "1,2,3,4,5");
});

test("over fetch a failure has its status and the answer", async () => {
  const url = JSON.stringify(`${server}/status/403?body=no&key=node-status`);
  const printed = await program(
    whole,
    `const stream = new EventStream(${url}, { transport: "fetch" });`,
    "try {",
    "  for await (const _ of stream);",
    "} catch (error) {",
    "  console.log(error instanceof EventStreamError, error.kind, error.status, await error.cause.text());",
    "}",
  );
  assert.equal(printed, "true status 403 no");
});

test("what nobody handles is printed, and the program goes on", async () => {
  const url = JSON.stringify(`${server}/verbatim?key=node-json`);
  const script = [
    whole,
    `const body = "data: {no\\n\\ndata: 2\\n\\n";`,
    `const stream = new EventStream(${url}, { method: "POST", body, parse: "json" });`,
    "for await (const { data } of stream) console.log(data);",
  ].join("\n");
  const { stdout, stderr } = await run(process.execPath, ["--input-type=module", "--eval", script], { cwd: project });
  assert.equal(stdout.trim(), "2");
  assert.match(stderr, /EventStreamError.*no JSON/);
});
