// The demo page's start: loads the npm package, makes the parts and connects them to each other.

import { Connection } from "./connection.js";
import { MachineChart } from "./machine.js";
import { EventLog } from "./log.js";
import { Problems } from "./problems.js";
import { Proof } from "./proof.js";
import { Reply } from "./reply.js";

const key = `demo-${crypto.getRandomValues(new Uint32Array(1))[0].toString(36)}`;
const problems = new Problems();

/** Not a static import, so that the page can report a missing package. */
async function load(path) {
  try {
    const { default: init, EventStream } = await import(path);
    await init();
    return EventStream;
  } catch (error) {
    problems.show(`${path} cannot be loaded`, error);
    document.getElementById("state-text").textContent = "not loaded";
  }
}

async function start() {
  const EventStream = await load("/pkg/index.js");
  if (!EventStream) return;

  const log = new EventLog();
  const chart = new MachineChart();
  const proof = new Proof(key, problems);
  const connection = new Connection(EventStream, key, problems, {
    onReading(event) {
      chart.show(event);
      log.event({ ...event, data: JSON.stringify(event.data) });
    },
    onUndecodable: (event) => log.undecodable(event),
    onState(state, words) {
      log.state(state, words);
      chart.running(state !== "closed");
      proof.state(state);
    },
  });
  new Reply(EventStream, key, problems, (event) => log.event({ ...event, data: JSON.stringify(event.data) }));
  connection.open();
}

start();
