// The body of a function that reads the facts of a dashboard; see facts.rs for what they mean.
const $ = (id) => document.getElementById(id);
const text = (id) => $(id)?.textContent ?? "";
const all = (selector) => [...document.querySelectorAll(selector)];
const chart = (id) => {
  const chart = $(id);
  if (!chart) return { points: 0, runs: 0, lines: 0, off: 0 };
  const lines = [...chart.querySelectorAll(".line")];
  const edge = chart.querySelector("svg").getBoundingClientRect();
  const heads = [...chart.querySelectorAll(".head")].map((head) => head.getBoundingClientRect());
  return {
    points: Number(chart.dataset.points),
    runs: (lines[0]?.getAttribute("d") ?? "").split("M").length - 1,
    lines: lines.filter((line) => line.getTotalLength() > 0).length,
    off: Math.max(0, ...heads.map((head) => Math.abs((head.left + head.right) / 2 - edge.right))),
  };
};
return {
  key: text("key"),
  mountText: text("mount"),
  isMounted: $("state") !== null,
  state: $("state")?.dataset.state ?? "",
  reason: $("state")?.dataset.reason ?? "",
  stateText: text("state-text"),
  details: text("details"),
  error: text("error"),
  told: text("told"),
  toggle: text("toggle"),
  pace: all(".paces [aria-pressed=true]").map((button) => button.id).join(),
  count: Number(text("count") || 0),
  lastId: text("last-id"),
  clock: text("clock"),
  cpu: chart("cpu-chart"),
  memory: chart("memory-chart"),
  cores: all("#cores b").map((value) => value.textContent),
  memoryText: text("memory-now"),
  loadText: text("load"),
  log: all("#log tr").map((row) => [...row.cells].slice(1).map((cell) => cell.textContent)),
  wrong: all("#log tr[data-undecodable]").map((row) => row.cells[3].textContent),
  reply: {
    prompt: $("prompt")?.value ?? "",
    key: $("reply")?.dataset.key ?? "",
    state: $("reply")?.dataset.state ?? "",
    text: text("reply-text"),
    note: text("reply-note"),
    canStop: $("stop")?.disabled === false,
  },
  focus: document.activeElement?.id ?? "",
  console: JSON.parse(document.documentElement.dataset.console || "[]"),
};
