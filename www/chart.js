// A plot of some series over the last minute on a canvas. It scrolls smoothly with the clock, draws at most
// thirty times a second, and not at all while it is stopped or hidden.

const SPAN_MS = 60_000;
/** The right edge is a little in the past, so that the next point is there before the line ends. */
const LAG_MS = 600;
/** Points further apart than this are not joined, because the connection was lost. */
const GAP_MS = 1_200;
const FRAME_MS = 33;
/** With reduced motion, it moves only with each point. */
const CALM_FRAME_MS = 500;
const calm = matchMedia("(prefers-reduced-motion: reduce)");
const MARGIN = { top: 8, right: 5, bottom: 6, left: 30 };
const TIMES_HEIGHT = 18;
const FONT = "11px";

export class Plot {
  #canvas;
  #options;
  #context;
  #points = [];
  #added = 0;
  #stoppedAt = performance.now();
  #running = false;
  #drawnAt = 0;
  #frame = 0;

  /** Options: `top` of the y axis, its `steps`, `colors(style, n)` as hue,
   *  saturation and lightness of each series, and `times`: whether the x axis is labelled. */
  constructor(canvas, options) {
    this.#canvas = canvas;
    this.#options = options;
    this.#context = canvas.getContext("2d");
    new ResizeObserver(() => this.#draw()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
    this.#draw();
  }

  /** Adds one point to each series. */
  add(values) {
    const now = performance.now();
    this.#points.push({ at: now, values });
    const oldest = now - SPAN_MS - 2 * GAP_MS;
    while (this.#points[0].at < oldest) this.#points.shift();
    this.#canvas.dataset.points = this.#added += 1;
  }

  top(top) {
    this.#options.top = top;
  }

  running(running) {
    if (running === this.#running) return;
    this.#running = running;
    if (running) {
      this.#frame = requestAnimationFrame((time) => this.#tick(time));
    } else {
      cancelAnimationFrame(this.#frame);
      // With the last point at the edge, because none will come after it.
      this.#stoppedAt = (this.#points.at(-1)?.at ?? performance.now()) + LAG_MS;
      this.#draw();
    }
  }

  #tick(time) {
    if (time - this.#drawnAt >= (calm.matches ? CALM_FRAME_MS : FRAME_MS) - 4) {
      this.#drawnAt = time;
      this.#draw();
    }
    this.#frame = requestAnimationFrame((time) => this.#tick(time));
  }

  #draw() {
    const { width, height } = this.#canvas.getBoundingClientRect();
    if (width === 0 || height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const [pixelsWide, pixelsHigh] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== pixelsWide || this.#canvas.height !== pixelsHigh) {
      this.#canvas.width = pixelsWide;
      this.#canvas.height = pixelsHigh;
    }
    const context = this.#context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const style = getComputedStyle(this.#canvas);
    const bottom = MARGIN.bottom + (this.#options.times ? TIMES_HEIGHT : 0);
    const area = {
      left: MARGIN.left,
      top: MARGIN.top,
      width: width - MARGIN.left - MARGIN.right,
      height: height - MARGIN.top - bottom,
    };
    this.#drawAxes(area, style);
    this.#drawSeries(area, style);
  }

  #drawAxes(area, style) {
    const context = this.#context;
    const { top, steps, times } = this.#options;
    context.font = `${FONT} ${style.fontFamily}`;
    context.fillStyle = style.getPropertyValue("--soft");
    context.strokeStyle = style.getPropertyValue("--grid");
    context.lineWidth = 1;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (let step = 0; step <= steps; step += 1) {
      const y = Math.round(area.top + area.height * (1 - step / steps)) + 0.5;
      line(context, area.left, y, area.left + area.width, y);
      const value = (top * step) / steps;
      context.fillText(Number(value.toFixed(1)), area.left - 8, y);
    }
    context.textBaseline = "alphabetic";
    const every = area.width < 340 ? 30 : 15;
    for (let seconds = 60; seconds >= 0; seconds -= every) {
      const x = Math.round(area.left + area.width * (1 - (seconds * 1000) / SPAN_MS)) + 0.5;
      line(context, x, area.top, x, area.top + area.height);
      if (!times) continue;
      context.textAlign = seconds === 60 ? "left" : seconds === 0 ? "right" : "center";
      context.fillText(seconds ? `${seconds} s ago` : "now", x, area.top + area.height + TIMES_HEIGHT - 2);
    }
  }

  #drawSeries(area, style) {
    const points = this.#points;
    if (points.length === 0) return;
    const context = this.#context;
    const count = points.at(-1).values.length;
    const colors = this.#options.colors(style, count);
    const end = (this.#running ? performance.now() : this.#stoppedAt) - LAG_MS;
    const x = (at) => area.left + area.width * (1 - (end - at) / SPAN_MS);
    const y = (value) => area.top + area.height * (1 - Math.min(1, value / this.#options.top));

    context.save();
    context.beginPath();
    context.rect(area.left, area.top - 2, area.width + 1, area.height + 4);
    context.clip();
    context.lineJoin = "round";
    for (const run of runs(points)) {
      for (let series = 0; series < count; series += 1) {
        const path = new Path2D();
        run.forEach(({ at, values }, index) => {
          if (index === 0) path.moveTo(x(at), y(values[series]));
          else path.lineTo(x(at), y(values[series]));
        });
        if (count <= 4) {
          const filled = new Path2D(path);
          filled.lineTo(x(run.at(-1).at), y(0));
          filled.lineTo(x(run[0].at), y(0));
          const fade = context.createLinearGradient(0, area.top, 0, area.top + area.height);
          fade.addColorStop(0, `hsl(${colors[series]} / 0.2)`);
          fade.addColorStop(1, `hsl(${colors[series]} / 0)`);
          context.globalAlpha = 1;
          context.fillStyle = fade;
          context.fill(filled);
        }
        context.globalAlpha = count > 8 ? 0.6 : 1;
        context.lineWidth = count > 8 ? 1.2 : 1.75;
        context.strokeStyle = `hsl(${colors[series]})`;
        context.stroke(path);
      }
    }
    context.restore();
    this.#drawHeads(end, count, colors, area, y);
  }

  /** A dot at the right edge for each series, where the line enters. */
  #drawHeads(end, count, colors, area, y) {
    const after = this.#points.findIndex(({ at }) => at >= end);
    if (after < 1 || count > 8) return;
    const [a, b] = [this.#points[after - 1], this.#points[after]];
    if (b.at - a.at > GAP_MS) return;
    const share = (end - a.at) / (b.at - a.at);
    for (let series = 0; series < count; series += 1) {
      const value = a.values[series] + (b.values[series] - a.values[series]) * share;
      this.#context.beginPath();
      this.#context.arc(area.left + area.width, y(value), 3.5, 0, 2 * Math.PI);
      this.#context.fillStyle = `hsl(${colors[series]})`;
      this.#context.fill();
    }
  }
}

/** The points in stretches without a gap and with the same number of series. */
function runs(points) {
  const all = [];
  for (const point of points) {
    const last = all.at(-1)?.at(-1);
    const joined = last && point.at - last.at <= GAP_MS && point.values.length === last.values.length;
    if (joined) all.at(-1).push(point);
    else all.push([point]);
  }
  return all;
}

function line(context, fromX, fromY, toX, toY) {
  context.beginPath();
  context.moveTo(fromX, fromY);
  context.lineTo(toX, toY);
  context.stroke();
}
