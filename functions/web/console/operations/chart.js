/** How long changes took, as points over time. It is loaded when there is something to draw. */

import uPlot from "uplot";
import { clock, day, duration } from "../../kit/times.js";

/** Seconds that the axis shows at least. */
const SHORTEST = 3600;

/** Draws points into an element and keeps them drawn as it changes its width. */
export class LatencyChart {
  /** @param {HTMLElement} into */
  constructor(into) {
    this.into = into;
    this.watching = new ResizeObserver(() => this.chart?.setSize(this.size()));
    this.watching.observe(into);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.show(this.points);
    this.dark.addEventListener("change", this.redraw);
  }

  /** @type {{ at: number, seconds: number }[]} */
  points = [];
  /** @type {uPlot | undefined} */
  chart;

  size() {
    return { width: Math.max(this.into.clientWidth, 200), height: 220 };
  }

  /** @param {{ at: number, seconds: number }[]} points */
  show(points) {
    this.points = points;
    this.chart?.destroy();
    const style = getComputedStyle(this.into);
    const [accent, soft, line] = ["--accent", "--ink-soft", "--line"].map((each) => colour(style, each));
    /** @type {uPlot.Axis} */
    const axis = {
      stroke: soft,
      grid: { stroke: line, width: 1 },
      ticks: { stroke: line, width: 1 },
      font: "12px system-ui",
    };
    this.chart = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: true, range: () => stretchOf(points) },
          y: { range: (_, low, high) => [0, Math.max(high, low, 1) * 1.1] },
        },
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((at) => atClock(at)) },
          { ...axis, size: 80, values: (_, ticks) => ticks.map((each) => duration(each)) },
        ],
        series: [{}, { stroke: accent, paths: () => null, points: { show: true, size: 7, fill: accent } }],
      },
      [points.map((each) => each.at), points.map((each) => each.seconds)],
      this.into,
    );
  }

  stop() {
    this.watching.disconnect();
    this.dark.removeEventListener("change", this.redraw);
    this.chart?.destroy();
  }
}

/** What the axis shows: from the first point until now, an hour at least. @param {{ at: number }[]} points */
function stretchOf(points) {
  const end = Math.max(Date.now() / 1000, points.at(-1)?.at ?? 0);
  return /** @type {[number, number]} */ ([Math.min(points[0]?.at ?? end, end - SHORTEST), end]);
}

/** A custom property as a colour that a canvas knows. @param {CSSStyleDeclaration} style @param {string} name */
function colour(style, name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found || style.color;
}

/** @param {number} at seconds */
function atClock(at) {
  const moment = new Date(at * 1000);
  const said = clock(moment);
  return said.startsWith("00:00") ? day(moment) : said;
}
