// The body of a function that reads the facts of the page that is open; see facts.rs for what they mean.
// What a page does not have is empty or 0.
const $ = (id) => document.getElementById(id);
const all = (selector) => [...document.querySelectorAll(selector)];
const text = (id) => $(id)?.textContent ?? "";
const texts = (selector) => all(selector).map((element) => element.textContent).filter(Boolean);
const data = (id, name) => $(id)?.dataset[name] ?? "";
const number = (text) => Number(text.replace(/\D/g, ""));
const cells = (row) => [...row.cells].slice(1).map((cell) => cell.textContent);

/** How many pixels have a colour: axes and their labels are grey. */
const coloredPixels = (canvas) => {
  if (!canvas.width || !canvas.height) return 0;
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  let colored = 0;
  for (let i = 0; i < data.length; i += 4) {
    const [r, g, b, a] = [data[i], data[i + 1], data[i + 2], data[i + 3]];
    if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 40) colored += 1;
  }
  return colored;
};
const chart = (id) => {
  const chart = $(id);
  const points = number(data(id, "points"));
  if (chart?.localName !== "div") return { points, drawn: chart ? coloredPixels(chart) : 0, lines: 0, pieces: 0, off: 0 };
  const lines = [...chart.querySelectorAll(".line")];
  const lengths = lines.map((line) => line.getTotalLength());
  const { right } = chart.querySelector("svg").getBoundingClientRect();
  const heads = [...chart.querySelectorAll(".head")].map((head) => head.getBoundingClientRect());
  return {
    points,
    drawn: Math.round(lengths.reduce((sum, length) => sum + 20 * length, 0)),
    lines: lengths.filter(Boolean).length,
    pieces: (lines[0]?.getAttribute("d") ?? "").split("M").length - 1,
    off: Math.max(0, ...heads.map((head) => Math.abs((head.left + head.right) / 2 - right))),
  };
};
const events = all("#log tr:not([data-kind=state])");

return {
  key: text("key"),
  state: data("state", "state"),
  stateText: text("state-text"),
  readyState: data("state", "readyState"),
  reason: data("state", "reason"),
  reasonText: text("reason"),
  messages: number(text("messages")),
  reconnects: number(text("reconnects")),
  lastId: text("last-id").replace("–", ""),
  lastBreak: { text: text("break"), attempt: number(data("break", "attempt")) },
  enabled: all("button:enabled").map((button) => button.id),
  cpu: chart("cpu-chart"),
  memory: chart("memory-chart"),
  cores: texts("#cores b").join(" · ") || text("cores"),
  memoryText: text("memory-now"),
  loadText: text("load"),
  log: {
    newest: events.slice(0, 12).map(cells),
    ids: events.map((row) => number(row.cells[2].textContent)).filter(Boolean),
    states: all("#log [data-kind=state]").map((row) => row.dataset.name).reverse(),
    undecodable: all("#log [data-undecodable]").map(cells),
  },
  reply: {
    key: data("reply", "key") || `${text("key")}-reply`,
    state: data("reply", "state"),
    text: text("answer"),
    note: text("reply-note"),
    prompt: $("prompt")?.value ?? "",
  },
  proof: { verdict: data("proof", "verdict"), atClose: data("proof", "atClose"), now: data("proof", "now") },
  problems: texts("#problem-list > *, .problem"),
  pace: all(".paces [aria-pressed=true]").map((button) => button.id).join(),
  clock: text("clock"),
  clockKey: data("clock", "key"),
  serverAnswer: text("server-answer"),
  focus: document.activeElement?.id ?? "",
  console: JSON.parse(document.documentElement.dataset.console || "[]"),
};
