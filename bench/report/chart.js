// The chart, as SVG drawn by ECharts: a panel an engine, a row a contestant; a bar is a median, its line reaches from
// quartile to quartile.

import * as echarts from "echarts";
import { short } from "./numbers.js";
import { places } from "./run.js";

const WIDTH = 1100;
const LABELS = 240;
const GAP = 30;
const ROW = 22;
const TOP = 64;

/** [what it is called, its colour, which contestants] */
const camps = [
  ["floor", "#8c959f", /^floor/],
  ["gloo-net", "#8250df", /gloo-net/],
  ["the browser's EventSource", "#57606a", /^plain JS/],
  ["other libraries", "#b08800", /^JS:/],
  ["ours", "#1f6feb", /./],
];

/** `races` are `[engine, race]`, the same race in each engine. */
export function chart(title, races) {
  const clients = [...new Set(races.flatMap(([, race]) => race.clients))];
  const width = (WIDTH - LABELS - races.length * GAP) / races.length;
  const height = clients.length * ROW;
  const left = (panel) => LABELS + panel * (width + GAP);
  const colours = clients.map((client) => camps.find(([, , which]) => which.test(client))[1]);
  const rich = Object.fromEntries(camps.map(([name, color], camp) => [`c${camp}`, { color, width: 30 + 6 * name.length }]));
  const legend = { text: camps.map(([name], camp) => `{c${camp}|■ ${name}}`).join(""), right: 8, top: 8, textStyle: { fontSize: 12, fontWeight: "normal", rich } };
  const panels = races.map(([engine]) => ({ text: places[engine], top: 34, textStyle: { fontSize: 13 } }));
  const svg = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: TOP + height + 30 });
  svg.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: [{ text: title, left: 8, top: 6, textStyle: { fontSize: 16 } }, legend, ...panels.map((panel, i) => ({ ...panel, left: left(i) }))],
    grid: races.map((_, panel) => ({ left: left(panel), top: TOP, width: width - 60, height })),
    xAxis: races.map((_, gridIndex) => ({ gridIndex, type: "value", splitNumber: 3 })),
    yAxis: races.map((_, gridIndex) => ({
      gridIndex, type: "category", inverse: true, data: clients, axisTick: { show: false }, axisLabel: { show: gridIndex === 0, interval: 0 },
    })),
    series: races.flatMap(([, race], panel) => {
      const place = { xAxisIndex: panel, yAxisIndex: panel };
      const spreads = clients.map((client) => race.of(client));
      const data = spreads.map((spread, row) => ({ value: spread?.median, itemStyle: { color: colours[row] } }));
      const lines = spreads.flatMap((spread, row) => (spread ? [[row, spread.low, spread.high, spread.median]] : []));
      const renderItem = (_, api) => label(api.coord([api.value(1), api.value(0)]), api.coord([api.value(2), api.value(0)]), short(api.value(3)));
      return [{ ...place, type: "bar", barWidth: 13, data }, { ...place, type: "custom", data: lines, encode: { x: [1, 2], y: 0 }, renderItem }];
    }),
  });
  const text = svg.renderToSVGString();
  // Otherwise its timer keeps the program alive.
  svg.dispose();
  return text;
}

function label([x1, y], [x2], text) {
  return {
    type: "group",
    children: [
      { type: "line", shape: { x1, y1: y, x2, y2: y }, style: { stroke: "#000", lineWidth: 1.5, opacity: 0.6 } },
      { type: "text", style: { text, x: x2 + 6, y, textVerticalAlign: "middle", fill: "#333", fontSize: 12 } },
    ],
  };
}
