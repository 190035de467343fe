// The package in Node.js, where there is no EventSource.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";
import { project } from "./places.js";

const server = process.env.SCENARIO_SERVER;
const run = promisify(execFile);

/** Runs a program in the project that has the package, and gives the lines that it prints. */
async function program(...lines) {
  const options = ["--input-type=module", "--eval", lines.join("\n")];
  const { stdout, stderr } = await run(process.execPath, options, { cwd: project });
  return { printed: stdout.trim().split("\n"), stderr };
}

/** The same, of one that has nothing to complain of. */
async function lines(...text) {
  const { printed, stderr } = await program(...text);
  assert.equal(stderr, "");
  return printed;
}

/** Loads an entry of the package from its own bytes. */
const loaded = (entry) => `
  import { readFileSync } from "node:fs";
  import { EventStream, EventStreamError, initSync } from "${entry}";
  initSync({ module: readFileSync(new URL(import.meta.resolve("${entry}/wasm_eventsource_bg.wasm"))) });
`;
const whole = loaded("wasm-eventsource");
const native = loaded("wasm-eventsource/native");

/** Opens a stream of the scenario server over fetch. */
const open = (path, options) =>
  `const stream = new EventStream("${server}${path}", ${JSON.stringify({ transport: "fetch", ...options })});`;

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
  for (const entry of ["wasm-eventsource", "wasm-eventsource/native"]) {
    const print = "console.log(Object.keys(library).sort().join())";
    const printed = await lines(`import * as library from "${entry}";`, print);
    assert.deepEqual(printed, ["EventStream,EventStreamError,default,initSync"]);
  }
});

test("opening before init is an error that says what to do", async () => {
  const load = 'import { EventStream } from "wasm-eventsource";';
  for (const options of ["{}", '{ transport: "fetch" }']) {
    const [printed] = await lines(load, thrown(`new EventStream("http://127.0.0.1:9/", ${options})`));
    assert.match(printed, /^Error: .*init/);
  }
});

test("the browser's EventSource is not there: a ReferenceError says so", async () => {
  for (const entry of [whole, native]) {
    const [printed] = await lines(entry, thrown('new EventStream("http://127.0.0.1:9/")'));
    assert.match(printed, /^ReferenceError: .*no EventSource/);
  }
});

test("a relative URL has nothing to be resolved against: a SyntaxError says so", async () => {
  const [printed] = await lines(whole, thrown('new EventStream("/feed", { transport: "fetch" })'));
  assert.match(printed, /^SyntaxError: .*"\/feed" is not a URL that can be resolved here/);
});

test("over fetch a stream is read to its end, and the program ends by itself", async () => {
  const printed = await lines(
    whole,
    open("/finish/3?key=node-finish", { parse: "json" }),
    "for await (const { data } of stream) console.log(data.n);",
    "console.log(stream.closeReason.kind, stream.state);",
  );
  assert.deepEqual(printed, ["1", "2", "3", "rule closed"]);
});

test("over fetch a POST is sent, and leaving the loop closes the connection", async () => {
  const printed = await lines(
    whole,
    open("/named/message?key=node-post", { transport: undefined, method: "POST", body: "hello" }),
    "for await (const { data } of stream) { console.log(data); break; }",
    "console.log(stream.closeReason.kind);",
  );
  assert.deepEqual(printed, ['{"name":"message"}', "called"]);
  const waited = await fetch(`${server}/counts/node-post/wait?open=0`);
  assert.equal(waited.status, 200);
  const [{ method, body }] = await (await fetch(`${server}/requests/node-post`)).json();
  assert.deepEqual([method, body], ["POST", "hello"]);
});

test("over fetch a lost connection comes back, and goes on after the last ID", async () => {
  const printed = await lines(
    whole,
    open("/resume/5?cut_every=2&retry=10&key=node-resume"),
    "for await (const event of stream) console.log(event.lastEventId);",
  );
  assert.deepEqual(printed, ["1", "2", "3", "4", "5"]);
});

test("over fetch a failure has its status and the answer", async () => {
  const printed = await lines(
    whole,
    open("/status/403?body=no&key=node-status"),
    "try {",
    "  for await (const _ of stream);",
    "} catch (error) {",
    "  console.log(error instanceof EventStreamError, error.kind, error.status, await error.cause.text());",
    "}",
  );
  assert.deepEqual(printed, ["true status 403 no"]);
});

test("what nobody handles is printed, and the program goes on", async () => {
  const { printed, stderr } = await program(
    whole,
    open("/verbatim?key=node-json", { method: "POST", body: "data: {no\n\ndata: 2\n\n", parse: "json" }),
    "for await (const { data } of stream) console.log(data);",
  );
  assert.deepEqual(printed, ["2"]);
  assert.match(stderr, /EventStreamError.*not JSON/);
});
