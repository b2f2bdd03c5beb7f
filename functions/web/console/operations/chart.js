/** How long changes took by the hour, as two lines. It is loaded when there is something to draw. */

import uPlot from "uplot";
import { brief, clock, day } from "../../kit/times.js";

/** @import { Grid } from "./hours.js" */

/** Hours from which on the axis names days, and the points are smaller. */
const LONG = 48;

/** Draws an element's chart and keeps it drawn as it changes its width, or the system its colours. */
export class LatencyChart {
  /** @param {HTMLElement} into */
  constructor(into) {
    this.into = into;
    this.watching = new ResizeObserver(() => this.chart?.setSize(this.size()));
    this.watching.observe(into);
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.redraw = () => this.shown && this.show(this.shown);
    this.dark.addEventListener("change", this.redraw);
  }

  /** @type {Grid | undefined} */
  shown;
  /** @type {uPlot | undefined} */
  chart;

  size() {
    return { width: Math.max(this.into.clientWidth, 200), height: 220 };
  }

  /** @param {Grid} grid */
  show(grid) {
    this.shown = grid;
    this.chart?.destroy();
    const style = getComputedStyle(this.into);
    const [accent, soft, line] = ["--accent", "--ink-soft", "--line"].map((each) => colour(style, each));
    const long = grid.at.length > LONG;
    /** @type {uPlot.Axis} */
    const axis = {
      stroke: soft,
      grid: { stroke: line, width: 1 },
      ticks: { stroke: line, width: 1 },
      font: "12px system-ui",
    };
    /** @param {string | undefined} stroke @param {number[]} [dash] @returns {uPlot.Series} */
    const series = (stroke, dash) => ({
      stroke,
      dash,
      width: 2,
      points: { show: true, size: long ? 4 : 6, fill: stroke },
    });
    this.chart = new uPlot(
      {
        ...this.size(),
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: true },
          y: { range: (_, low, high) => [0, Math.max(high ?? 0, low ?? 0, 0.1) * 1.1] },
        },
        axes: [
          { ...axis, space: long ? 92 : 60, values: (_, ticks) => ticks.map((at) => atClock(at)) },
          { ...axis, size: 56, values: (_, ticks) => ticks.map((each) => brief(each)) },
        ],
        series: [{}, series(soft, [5, 4]), series(accent)],
      },
      [grid.at, grid.p95, grid.median],
      this.into,
    );
  }

  stop() {
    this.watching.disconnect();
    this.dark.removeEventListener("change", this.redraw);
    this.chart?.destroy();
  }
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
