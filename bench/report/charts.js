// Charts as SVG, drawn by ECharts.

import * as echarts from "echarts";
import { short } from "./numbers.js";
import { places } from "./tables.js";

const WIDTH = 1100;
const LABELS = 240;
const GAP = 30;
const ROW = 22;
const TOP = 64;

const camps = {
  ours: { name: "ours", color: "#1f6feb" },
  gloo: { name: "gloo-net", color: "#8250df" },
  plain: { name: "the browser's EventSource", color: "#57606a" },
  other: { name: "other libraries", color: "#b08800" },
};

/** The colour of a client: ours, or the camp it belongs to. */
function colour(client) {
  if (client.includes("gloo-net")) return camps.gloo.color;
  if (client.startsWith("plain JS") || client.includes("native `EventSource`")) return camps.plain.color;
  const others = client.startsWith("JS:") && !client.includes("wasm-eventsource");
  return others || /^(sse|eventsource-stream)/.test(client) ? camps.other.color : camps.ours.color;
}

/** One race: a panel an engine, a row a client, a bar its median with a line from the least to the most. */
export function bars(title, figures) {
  const engines = [...new Set(figures.map(({ engine }) => engine))];
  const clients = [...new Set(figures.map(({ client }) => client))];
  const of = (engine) => clients.map((client) => figures.find((figure) => figure.engine === engine && figure.client === client));
  const panels = engines.map((engine) => {
    const labels = of(engine).flatMap((figure, row) => {
      if (figure?.median === undefined) return [];
      const { median, low = median, high = median } = figure;
      return [{ row, low, high, text: short(median) }];
    });
    return { name: places[engine], parts: [of(engine).map((figure) => figure?.median)], labels };
  });
  const [{ unit }] = figures;
  return chart(`${title}: ${unit}`, clients, panels);
}

/** The smallest apps: wasm, and JavaScript in a paler colour, gzipped. */
export function sizes(figures) {
  const clients = [...new Set(figures.map(({ client }) => client))];
  const kib = (client, part) => {
    const found = figures.find((figure) => figure.client === client && figure.group === part && figure.size === "gzip");
    return (found?.median ?? 0) / 1024;
  };
  const parts = ["wasm", "JavaScript"].map((part) => clients.map((client) => kib(client, part)));
  const labels = clients.map((_, row) => {
    const total = parts[0][row] + parts[1][row];
    return { row, low: total, high: total, text: total.toFixed(1) };
  });
  const names = clients.map((name) => name.replaceAll("`", ""));
  return chart("The smallest apps, gzip: KiB of wasm, and of JavaScript (paler)", names, [{ name: "", parts, labels }]);
}

/** A row a client. In each panel the `parts` of a bar follow each other; a label has a line from `low` to `high`. */
function chart(title, clients, panels) {
  const names = clients.some((client) => client.length > 36) ? 1.5 * LABELS : LABELS;
  const width = (WIDTH - names - panels.length * GAP) / panels.length;
  const height = clients.length * ROW;
  const left = (panel) => names + panel * (width + GAP);
  const axes = panels.map((_, gridIndex) => ({ gridIndex }));
  const rich = Object.fromEntries(Object.entries(camps).map(([camp, { name, color }]) => [camp, { color, width: 30 + 6 * name.length }]));
  const key = Object.entries(camps).map(([camp, { name }]) => `{${camp}|■ ${name}}`).join("");
  const legend = { text: key, right: 8, top: 8, textStyle: { fontSize: 12, fontWeight: "normal", rich } };
  const chart = echarts.init(null, null, { renderer: "svg", ssr: true, width: WIDTH, height: TOP + height + 30 });
  chart.setOption({
    animation: false,
    backgroundColor: "#fff",
    title: [{ text: title, left: 8, top: 6, textStyle: { fontSize: 16 } }, legend, ...panels.map(({ name }, panel) =>
      ({ text: name, left: left(panel), top: 34, textStyle: { fontSize: 13 } }))],
    grid: panels.map((_, panel) => ({ left: left(panel), top: TOP, width: width - 40, height })),
    xAxis: axes.map((axis) => ({ ...axis, type: "value", splitNumber: 4 })),
    yAxis: axes.map((axis, panel) => ({
      ...axis, type: "category", inverse: true, data: clients, axisTick: { show: false }, axisLabel: { show: panel === 0, interval: 0 },
    })),
    series: panels.flatMap(({ parts, labels }, panel) => {
      const place = { xAxisIndex: panel, yAxisIndex: panel };
      const bars = parts.map((values, part) => ({
        ...place, type: "bar", stack: `${panel}`, barWidth: 13,
        data: values.map((value, row) => ({ value, itemStyle: { color: colour(clients[row]), opacity: 1 - part / 2 } })),
      }));
      const renderItem = ({ dataIndex }, api) => label(labels[dataIndex], (x, row) => api.coord([x, row]));
      const data = labels.map(({ row, low, high }) => [row, low, high]);
      return [...bars, { ...place, type: "custom", data, encode: { x: [1, 2], y: 0 }, renderItem }];
    }),
  });
  const svg = chart.renderToSVGString();
  // Otherwise its timer keeps the program alive.
  chart.dispose();
  return svg;
}

function label({ row, low, high, text }, at) {
  const [[x1, y], [x2]] = [at(low, row), at(high, row)];
  return {
    type: "group",
    children: [
      { type: "line", shape: { x1, y1: y, x2, y2: y }, style: { stroke: "#000", lineWidth: 1.5, opacity: 0.6 } },
      { type: "text", style: { text, x: x2 + 6, y, textVerticalAlign: "middle", fill: "#333", fontSize: 12 } },
    ],
  };
}
