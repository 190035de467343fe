// The machine's readings: turns them into points of two plots and into current values.

import { Plot } from "./chart.js";

const GIB = 2 ** 30;
const MANY_CORES = 8;
const $ = (id) => document.getElementById(id);

export class MachineChart {
  #cpu = new Plot($("cpu-chart"), { top: 100, steps: 4, colors: coreColors });
  #memory = new Plot($("memory-chart"), { top: 1, steps: 2, colors: memoryColors, times: true });
  #cores = $("cores");

  /** Takes an event of the machine; throws if it is not a reading. */
  show({ type, data }) {
    if (type === "cpu") this.#showCpu(data.cores.map(percentage));
    if (type === "memory") this.#showMemory({ used: number(data.used), total: number(data.total) });
    if (type === "load") this.#showLoad([data.one, data.five, data.fifteen].map(number));
  }

  /** Time passes in the plots only while a connection is wanted. */
  running(running) {
    this.#cpu.running(running);
    this.#memory.running(running);
  }

  #showCpu(cores) {
    this.#cpu.add(cores);
    $("cpu-chart").dataset.cores = cores.length;
    if (this.#cores.children.length !== cores.length) {
      this.#cores.replaceChildren(...cores.map((_, core) => coreItem(core, cores.length)));
      this.#cores.classList.toggle("many", cores.length > MANY_CORES);
    }
    cores.forEach((percent, core) => {
      this.#cores.children[core].lastChild.textContent = `${percent.toFixed(0)} %`;
    });
  }

  #showMemory({ used, total }) {
    this.#memory.top(total / GIB);
    this.#memory.add([used / GIB]);
    $("memory-now").textContent =
      `${(used / GIB).toFixed(2)} of ${(total / GIB).toFixed(1)} GiB (${((used / total) * 100).toFixed(0)} %)`;
  }

  #showLoad(loads) {
    $("load").textContent = loads.map((load) => load.toFixed(2)).join(" · ");
  }
}

function number(value) {
  if (typeof value !== "number") throw new TypeError(`${JSON.stringify(value)} is no number`);
  return value;
}

function percentage(value) {
  if (number(value) < 0 || value > 100) throw new RangeError(`${value} is no percentage`);
  return value;
}

function coreItem(core, cores) {
  const item = document.createElement("li");
  const swatch = document.createElement("i");
  const value = document.createElement("b");
  value.className = "number";
  swatch.style.setProperty("--core", coreColor(core, cores));
  item.append(swatch, `${core}`, value);
  item.firstChild.setAttribute("aria-hidden", "true");
  return item;
}

/** Hues side by side on the colour wheel, so that any number of cores looks of one piece. */
function coreColors(style, cores) {
  const value = (name) => style.getPropertyValue(name).trim();
  const [from, to] = [Number(value("--core-from")), Number(value("--core-to"))];
  const share = (core) => (cores > 1 ? core / (cores - 1) : 0);
  return Array.from({ length: cores }, (_, core) =>
    `${from + (to - from) * share(core)} ${value("--core-saturation")} ${value("--core-lightness")}`);
}

/** The same for a style sheet, which follows the colour scheme. */
function coreColor(core, cores) {
  const share = cores > 1 ? core / (cores - 1) : 0;
  const hue = `calc(var(--core-from) + (var(--core-to) - var(--core-from)) * ${share})`;
  return `hsl(${hue} var(--core-saturation) var(--core-lightness))`;
}

function memoryColors(style) {
  return [style.getPropertyValue("--memory").trim()];
}
