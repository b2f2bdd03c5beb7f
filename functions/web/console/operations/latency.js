/**
 * How long changes took over a day or a week: from their news until they were written, and the stages in between; one
 * of them by the hour as a chart, and as a table for whoever reads rather than looks.
 */

import { html, nothing } from "lit-html";
import { call } from "../../kit/api.js";
import { brief, clock, day } from "../../kit/times.js";
import { word } from "../../kit/words.js";
import { grid } from "./hours.js";

/** @import { Measure } from "./hours.js" */

/** Hours that may be looked back on, and milliseconds after which each is read again. */
const STRETCHES = /** @type {const} */ ([24, 168]);
const READ_AGAIN = { 24: 15_000, 168: 60_000 };
/** The ways from one side to the other; what is not one of them is a stage of the run. */
const WAYS = ["to_platform", "to_calendar"];

/** The panel. It draws itself by `redraw`, into whatever `view` is put. */
export class Latency {
  /** @type {24 | 168} */
  hours = 24;
  of = WAYS[0] ?? "";
  /** @type {{ from: string, to: string, measures: Measure[] } | undefined} */
  told;
  problem = "";
  readAt = 0;
  drawn = "";
  /** @type {import("./chart.js").LatencyChart | undefined} */
  chart;

  /** @param {() => void} redraw */
  constructor(redraw) {
    this.redraw = redraw;
  }

  stop() {
    this.chart?.stop();
  }

  /** Reads what is due. @param {AbortSignal} [signal] */
  async look(signal) {
    if (Date.now() - this.readAt < READ_AGAIN[this.hours]) return;
    const hours = this.hours;
    const told = await call(`latencies?hours=${hours}`, { signal });
    if (hours !== this.hours) return;
    this.told = told;
    this.readAt = Date.now();
  }

  /** @param {24 | 168} hours */
  async choose(hours) {
    Object.assign(this, { hours, readAt: 0, problem: "" });
    this.redraw();
    try {
      await this.look();
    } catch (error) {
      this.problem = error instanceof Error ? error.message : String(error);
    }
    this.redraw();
  }

  view() {
    return html`<div class="row spread-out">
        <p class="soft small about">${word("op_latency_about")}</p>
        <div class="row" role="group" aria-label=${word("op_latency_stretch")}>
          ${STRETCHES.map((each) => html`<button type="button" class="small" aria-pressed=${each === this.hours} @click=${() => this.choose(each)}>${word(`op_latency_${each}`)}</button>`)}
        </div>
      </div>
      ${this.problem ? html`<p class="notice" role="alert">${this.problem}</p>` : nothing}
      ${this.told ? this.measured(this.told.measures) : html`<p class="soft waiting">${word("loading")}</p>`}`;
  }

  /** @param {Measure[]} measures */
  measured(measures) {
    const known = measures.filter((each) => each.count);
    if (!known.length) return html`<p class="soft">${word("op_latency_none")}</p>`;
    const shown = this.chosen(known);
    return html`<table class="measures">
        <thead>
          <tr>
            ${columns("op_measure")}
          </tr>
        </thead>
        <tbody>
          ${known.filter((each) => WAYS.includes(each.of)).map((each) => this.row(each, shown))}
        </tbody>
        <tbody>
          <tr><th colspan="4" scope="rowgroup" class="soft small">${word("op_stages")}</th></tr>
          ${known.filter((each) => !WAYS.includes(each.of)).map((each) => this.row(each, shown))}
        </tbody>
      </table>
      <div id="latency" aria-hidden="true"></div>
      <p class="small keys" aria-hidden="true">
        <span class="key median">${word("op_median")}</span> <span class="key p95">${word("op_p95")}</span>
      </p>
      <details>
        <summary>${word("op_latency_hours", { of: word(`op_measure_${shown.of}`) })}</summary>
        ${hourly(shown)}
      </details>`;
  }

  /** What the chart shows: what was chosen, or the first that there is. @param {Measure[]} known */
  chosen(known) {
    return known.find((each) => each.of === this.of) ?? /** @type {Measure} */ (known[0]);
  }

  /** @param {Measure} each @param {Measure} shown */
  row(each, shown) {
    const choose = () => {
      this.of = each.of;
      this.redraw();
    };
    return html`<tr>
      <th scope="row">
        <label class="check"><input type="radio" name="measure" .checked=${each === shown} @change=${choose} />${word(`op_measure_${each.of}`)}</label>
        ${WAYS.includes(each.of) ? html`<span class="soft small">${word("op_changes", { count: each.count })}</span>` : nothing}
      </th>
      ${figures(each)}
    </tr>`;
  }

  /** Draws the chart, once the page holds its place. */
  async drawChart() {
    const into = document.getElementById("latency");
    const told = this.told;
    if (!into || !told) return;
    const shown = this.chosen(told.measures.filter((each) => each.count));
    const drawn = JSON.stringify([told.from, told.to, shown]);
    if (drawn === this.drawn && this.chart?.into === into) return;
    this.drawn = drawn;
    const { LatencyChart } = await import("./chart.js");
    if (!into.isConnected || drawn !== this.drawn) return;
    if (this.chart?.into !== into) {
      this.chart?.stop();
      this.chart = new LatencyChart(into);
    }
    this.chart.show(grid(told, shown));
  }
}

/** The hours of a measure that hold anything, the latest first. @param {Measure} shown */
const hourly = (shown) =>
  html`<div class="scroller" tabindex="0" role="region" aria-label=${word("op_latency_hours", { of: word(`op_measure_${shown.of}`) })}>
    <table class="measures">
      <thead>
        <tr>${columns("op_hour")}</tr>
      </thead>
      <tbody>
        ${[...shown.hours].reverse().map(
          (each) =>
            html`<tr>
              <th scope="row">${day(new Date(each.at))}, ${clock(new Date(each.at))} <span class="soft small">${word("op_changes", { count: each.count })}</span></th>
              ${figures(each)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;

/** @param {string} first */
const columns = (first) =>
  [first, "op_col_median", "op_col_p95", "op_col_slowest"].map((each) => html`<th scope="col">${word(each)}</th>`);

/** @param {import("./hours.js").Tally} each */
const figures = (each) =>
  [each.median, each.p95, each.slowest].map(
    (seconds) => html`<td class="number">${seconds === null ? "–" : brief(seconds)}</td>`,
  );
