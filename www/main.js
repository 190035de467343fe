// The demo page's start: loads the package, makes the parts and connects them to each other.

import { Connection } from "./connection.js";
import { MachineChart } from "./machine.js";
import { EventLog } from "./log.js";
import { Problems } from "./problems.js";
import { Proof } from "./proof.js";
import { Reply } from "./reply.js";

const key = `demo-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
const problems = new Problems();

async function start() {
  let EventStream;
  try {
    // Not a static import: without the package this page could not even say what is missing.
    const loaded = await import("/pkg/wasm_eventsource.js");
    await loaded.default();
    EventStream = loaded.EventStream;
  } catch (error) {
    problems.show("The package /pkg/wasm_eventsource.js cannot be loaded", error);
    document.getElementById("state-text").textContent = "not loaded";
    return;
  }

  const log = new EventLog();
  const chart = new MachineChart();
  const proof = new Proof(key, problems);
  const connection = new Connection(EventStream, key, problems, {
    onEvent(event) {
      log.event(event);
      chart.event(event);
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
