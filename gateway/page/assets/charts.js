// The pipeline's figures of the last ten minutes, a small chart each. A figure that was not known is
// null, and a gap in the line.
import { byId, make, setText } from "./dom.js";

const SPAN_MS = 600_000;
const WIDTH = 600;
const HEIGHT = 80;
const SVG = "http://www.w3.org/2000/svg";

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

// In the order of the page; `name` is the series' in the stream. From 0 up, unless `fromLeast`.
const CHARTS = [
  { name: "orders", title: "Orders a second", format: (value) => short.format(value) },
  { name: "ring", title: "Ring fill", format: (value) => `${short.format(value)} %` },
  { name: "commit", title: "Commit, mean", format: (value) => `${short.format(value)} ms` },
  { name: "lag", title: "Journal lag, slots", format: (value) => whole.format(value) },
  { name: "durable", title: "Durable sequence", format: (value) => whole.format(value), fromLeast: true },
  { name: "segments", title: "Segments", format: (value) => whole.format(value) },
  { name: "disk", title: "Disk free", format: (value) => `${short.format(value / 1e9)} GB` },
];

export class Charts {
  #columns = new Map();  // a series' place in a sample
  #samples = [];         // [time in ms since 1970, a figure for each series]
  #charts;

  constructor() {
    this.#charts = CHARTS.map((chart) => ({ ...chart, ...newChart(chart.title) }));
    byId("charts").append(...this.#charts.map((chart) => chart.figure));
  }

  // All that the gateway has of the last ten minutes: what was here before is gone.
  begin({ series, samples }) {
    this.#columns = new Map(series.map((name, index) => [name, index + 1]));
    this.#samples = samples;
    this.#draw();
  }

  add(sample) {
    this.#samples.push(sample);
    const from = sample[0] - SPAN_MS;
    const gone = this.#samples.findIndex((old) => old[0] >= from);
    this.#samples.splice(0, gone);
    this.#draw();
  }

  // Of the newest sample, in ms since 1970: the gateway's clock.
  get now() {
    return this.#samples.at(-1)?.[0] ?? 0;
  }

  #draw() {
    for (const chart of this.#charts) {
      const column = this.#columns.get(chart.name);
      const points = this.#samples.map((sample) => [sample[0], sample[column] ?? null]);
      drawChart(chart, points, this.now);
    }
  }
}

function newChart(title) {
  const line = document.createElementNS(SVG, "path");
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");  // the words beside it say the same
  svg.append(line);
  const value = make("strong");
  const range = make("span", { className: "range" });
  const caption = make("figcaption", {}, make("span", { text: title }), value, range);
  return { figure: make("figure", {}, caption, svg), line, value, range };
}

function drawChart({ line, value, range, format, fromLeast }, points, now) {
  const known = points.filter(([, figure]) => figure !== null).map(([, figure]) => figure);
  if (known.length === 0) {
    setText(value, "not known");
    setText(range, "");
    line.setAttribute("d", "");
    return;
  }
  const newest = points.at(-1)[1];
  const least = Math.min(...known);
  const most = Math.max(...known);
  setText(value, newest === null ? "none" : format(newest));
  setText(range, `${format(least)} to ${format(most)}`);
  const bottom = fromLeast ? least : 0;
  const height = most - bottom || 1;
  line.setAttribute("d", pathOf(points, {
    x: (time) => WIDTH * (1 - (now - time) / SPAN_MS),
    y: (figure) => HEIGHT - 2 - (HEIGHT - 4) * (figure - bottom) / height,
  }));
}

function pathOf(points, { x, y }) {
  let path = "";
  let pen = "M";
  for (const [time, figure] of points) {
    if (figure === null) {
      pen = "M";
      continue;
    }
    path += `${pen}${x(time).toFixed(1)} ${y(figure).toFixed(1)}`;
    pen = "L";
  }
  return path;
}
