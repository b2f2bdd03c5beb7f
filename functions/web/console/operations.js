/**
 * Operations: what somebody who keeps the installation running looks at. What fails, what is about to end, how long
 * changes take and what was decided and ordered is live; what costs many reads is read when it is opened.
 */

/** @import { View } from "./views.js" */
/** @import { Glance } from "./overview_rows.js" */

import { html, nothing, render } from "lit-html";
import { call } from "../kit/api.js";
import { say } from "../kit/dialog.js";
import { follow } from "../kit/live.js";
import { ownZone } from "../kit/times.js";
import { word } from "../kit/words.js";
import { fleet, lookAtFleet } from "./fleet.js";
import "uplot/dist/uPlot.min.css";
import "./operations.css";
import { Latency } from "./operations/latency.js";
import { Leavers } from "./operations/leavers.js";
import * as panels from "./operations/panels.js";
import { readUse } from "./operations/use.js";
import { learnRights } from "./rights.js";
import { everyResource } from "./set_up/linking.js";
import { openWhy } from "./why.js";

/** Milliseconds between two looks at what is asked of several tables. */
const SLOW = 15_000;
/** Resources whose latest decisions are read, decisions of each, and how many are shown. */
const CHANGED_LAST = 8;
const OF_EACH = 8;
const DECISIONS = 14;

/** @type {View} */
export const operations = (into) => {
  const shown = new Operations(into);
  return () => shown.leave();
};

class Operations {
  problem = "";
  lookedAt = 0;
  /** @type {any[]} */
  resources = [];
  /** @type {any[]} */
  decisions = [];
  /** @type {any[]} */
  acts = [];
  /** @type {any[]} */
  lapses = [];
  /** What is read when it is opened: by name what was found, or why nothing was. @type {Record<string, { found?: any, problem?: string }>} */
  opened = {};
  latency = new Latency(() => this.draw());
  leavers = new Leavers(() => this.draw());

  /** @param {HTMLElement} into */
  constructor(into) {
    this.into = into;
    into.classList.add("operations");
    this.draw();
    learnRights(() => this.draw());
    this.following = follow(
      (signal) => this.look(signal),
      (error) => this.failed(error),
    );
  }

  leave() {
    this.following.stop();
    this.latency.stop();
    this.leavers.stop();
  }

  /** @param {AbortSignal} signal */
  async look(signal) {
    const moved = await lookAtFleet(signal, () => this.draw());
    if (Date.now() - this.lookedAt >= SLOW) await this.lookAround(signal);
    this.problem = "";
    this.draw();
    return moved;
  }

  /** @param {AbortSignal} signal */
  async lookAround(signal) {
    const [resources, { acts }, { lapses }, decisions] = await Promise.all([
      everyResource(signal),
      call("acts?limit=15", { signal }),
      call("lapses", { signal }),
      this.latest(signal),
      this.latency.look(signal),
    ]);
    Object.assign(this, { resources, acts, lapses, decisions, lookedAt: Date.now() });
  }

  /** The latest decisions of those resources that changed last. @param {AbortSignal} signal */
  async latest(signal) {
    const changed = [...fleet().rows.values()]
      .filter((each) => each.last_change)
      .sort((one, other) => (other.last_change ?? "").localeCompare(one.last_change ?? ""))
      .slice(0, CHANGED_LAST);
    const found = await Promise.all(
      changed.map(async (resource) => {
        const { decisions } = await call(`resources/${resource.id}/decisions?limit=${OF_EACH}`, { signal });
        return decisions.map((/** @type {any} */ each) => ({ ...each, resource }));
      }),
    );
    return found
      .flat()
      .sort((one, other) => other.at.localeCompare(one.at))
      .slice(0, DECISIONS);
  }

  /** @param {unknown} error */
  failed(error) {
    this.problem = error instanceof Error ? error.message : String(error);
    this.draw();
  }

  draw() {
    const all = [...fleet().rows.values()];
    const troubled = all.filter((each) => each.state === "failing" || each.state === "behind");
    const known = this.lookedAt > 0;
    render(
      html`<header class="view-head"><h1>${word("operations")}</h1></header>
        ${this.problem ? html`<p class="notice bad" role="alert">${this.problem}</p>` : nothing}
        <div class="panels">
          <div class="stack">
            ${panel("op_failing", known ? panels.failing(troubled, (each) => this.retry(each)) : waiting())}
            ${panel("op_subscribed", known ? panels.subscriptions(this.resources, new Date()) : waiting())}
            ${panel("op_lapses", known ? panels.lapses(this.lapses) : waiting())}
            ${panel("op_acts", known ? panels.acts(this.acts, fleet().rows) : waiting())}
          </div>
          <div class="stack">
            ${panel("op_latency", this.latency.view())}
            ${panel("op_decisions", known ? panels.decisions(this.decisions, (each) => this.why(each)) : waiting())}
          </div>
        </div>
        ${this.later("use", panels.use, () => readUse(new Date()))}
        ${this.later("missed", panels.missed, everyNoShow)}
        ${this.later("drift", panels.drift, async () => (await call("drift")).resources)}
        ${this.later(
          "left",
          (found) => found.view(),
          () => this.leavers.read(),
        )}`,
      this.into,
    );
    this.latency.drawChart();
  }

  /**
   * A panel that is read when somebody opens it.
   * @param {string} name
   * @param {(found: any) => unknown} content
   * @param {() => Promise<unknown>} reading
   */
  later(name, content, reading) {
    const state = this.opened[name];
    /** @param {any} event */
    const toggled = (event) => {
      if (event.target.open && !this.opened[name]) this.read(name, reading);
    };
    return html`<details class="card" @toggle=${toggled}>
      <summary><h2>${word(`op_${name}`)}</h2></summary>
      <div class="stack">
        <p class="soft small">${word(`op_${name}_about`)}</p>
        ${state?.problem ? html`<p class="notice">${state.problem}</p>` : state?.found ? content(state.found) : waiting()}
      </div>
    </details>`;
  }

  /** @param {string} name @param {() => Promise<unknown>} reading */
  async read(name, reading) {
    this.opened[name] = {};
    try {
      this.opened[name] = { found: await reading() };
    } catch (error) {
      this.opened[name] = { problem: error instanceof Error ? error.message : String(error) };
    }
    this.draw();
  }

  /** Opens the story of the booking that a decision is about. @param {any} each */
  why({ mapping, resource }) {
    const zone = this.resources.find((one) => one.id === resource.id)?.zone ?? ownZone;
    const unseen = { calendar: null, platform: null, equal: true, differences: [], state: "", origin: "", reason: "" };
    openWhy({ id: resource.id, zone, name: resource.name }, { mapping, ...unseen });
  }

  /** Tries one resource again, or all that do not come on. @param {Glance} [each] */
  async retry(each) {
    const states = /** @type {const} */ (["failing", "behind"]);
    try {
      const orders = each ? [{ resources: [each.id] }] : states.map((state) => ({ state }));
      for (const order of orders) await call("orders", { method: "POST", body: { verb: "retry", ...order } });
      say(word("op_retried"));
      this.lookedAt = 0;
      this.following.now();
    } catch (error) {
      say(error instanceof Error ? error.message : String(error), { bad: true });
    }
  }
}

/** @param {string} name @param {unknown} content */
const panel = (name, content) =>
  html`<section class="card stack" aria-labelledby=${name}>
    <h2 id=${name}>${word(name)}</h2>
    ${content}
  </section>`;

const waiting = () => html`<p class="soft waiting">${word("loading")}</p>`;

/** Every series to which nobody comes. */
async function everyNoShow() {
  const found = [];
  for (let after = ""; ;) {
    const page = await call(`no-shows?${new URLSearchParams(after ? { after } : {})}`);
    found.push(...page.no_shows);
    if (!page.next) return found;
    after = page.next;
  }
}
