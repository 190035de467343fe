// The body of a function that reads the facts of the demo page; see facts.rs for what they mean.
const $ = (id) => document.getElementById(id);
const number = (text) => Number(text || 0);
const chart = (canvas) => {
  let colored = 0;
  if (canvas.width && canvas.height) {
    const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    for (let i = 0; i < data.length; i += 4) {
      const [r, g, b, a] = [data[i], data[i + 1], data[i + 2], data[i + 3]];
      if (a > 128 && Math.max(r, g, b) - Math.min(r, g, b) > 40) colored += 1;
    }
  }
  return { points: number(canvas.dataset.points), colored };
};
const rows = [...$("log").rows];
const cells = (row) => [...row.cells].slice(1).map((cell) => cell.textContent);
return {
  key: $("key").textContent,
  state: $("state").dataset.state,
  readyState: $("state").dataset.readyState,
  stateText: $("state-text").textContent,
  reason: $("reason").dataset.kind,
  reasonText: $("reason").textContent,
  messages: number($("messages").dataset.count),
  reconnects: number($("reconnects").dataset.count),
  lastId: $("last-id").dataset.id,
  lastBreak: {
    text: $("break").textContent,
    attempt: number($("break").dataset.attempt),
    resumedAfter: $("break").dataset.resumedAfter,
  },
  enabled: [...document.querySelectorAll("button:enabled")].map((button) => button.id),
  cpu: chart($("cpu-chart")),
  memory: chart($("memory-chart")),
  cores: [...$("cores").querySelectorAll("b")].map((value) => value.textContent),
  memoryText: $("memory-now").textContent,
  loadText: $("load").textContent,
  log: {
    count: number($("log").dataset.count),
    rows: rows.length,
    newest: rows.slice(0, 12).map(cells),
    states: rows.filter((row) => row.dataset.kind === "state").map((row) => row.dataset.name).reverse(),
    undecodable: rows.filter((row) => "undecodable" in row.dataset).map(cells),
  },
  reply: {
    key: $("reply").dataset.key,
    state: $("reply").dataset.state,
    count: number($("reply").dataset.count),
    requests: $("reply").dataset.requests,
    text: $("answer").textContent,
  },
  proof: {
    verdict: $("proof").dataset.verdict,
    atClose: $("proof").dataset.atClose,
    now: $("proof").dataset.now,
    quietMs: number($("proof").dataset.quietMs),
    retryMs: number($("proof").dataset.retryMs),
  },
  problems: [...$("problem-list").children].map((item) => item.textContent),
  console: JSON.parse(document.documentElement.dataset.console || "[]"),
};
