// The demo page's start: loads both wasm modules, makes the parts and connects them to each other.

import { Connection } from "./connection.js";
import { MachineChart } from "./machine.js";
import { EventLog } from "./log.js";
import { Problems } from "./problems.js";
import { Proof } from "./proof.js";
import { Reply } from "./reply.js";

const key = `demo-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
const problems = new Problems();

/** The readings as a typed stream: an enum in Rust, made for this page. */
const READINGS = "/readings/pkg/demo_readings.js";
/** The npm package, as any page would use it. */
const PACKAGE = "/pkg/index.js";

/** Not a static import: without the modules this page could not even say what is missing. */
async function load(path) {
  try {
    const module = await import(path);
    await module.default();
    return module;
  } catch (error) {
    problems.show(`${path} cannot be loaded`, error);
    return null;
  }
}

async function start() {
  const modules = await Promise.all([load(READINGS), load(PACKAGE)]);
  if (modules.includes(null)) {
    document.getElementById("state-text").textContent = "not loaded";
    return;
  }
  const [{ Readings }, { EventStream }] = modules;

  const log = new EventLog();
  const chart = new MachineChart();
  const proof = new Proof(key, problems);
  const connection = new Connection(Readings, key, problems, {
    onReading({ name, id, value }) {
      log.event({ type: name, lastEventId: id, data: JSON.stringify(value[name]) });
      chart.show(value);
    },
    onUndecodable({ name, id, data }) {
      log.undecodable({ type: name, lastEventId: id, data });
    },
    onState(state, words) {
      log.state(state, words);
      chart.running(state !== "closed");
      proof.state(state);
    },
  });
  new Reply(EventStream, key, problems, (event) => log.event(event));
  connection.open();
}

start();
