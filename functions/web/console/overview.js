/**
 * The overview: every resource in its state, what needs somebody first. Of thousands of rows only those in sight stand
 * in the page; what is searched for and filtered by stands in the address.
 */

/** @import { View } from "./views.js" */
/** @import { Glance, Wanted } from "./overview_rows.js" */

import { html, nothing, render } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { Refusal } from "../kit/api.js";
import { follow } from "../kit/live.js";
import { ago, duration, moment } from "../kit/times.js";
import { kindName, locale, word, worded } from "../kit/words.js";
import { fleet, lookAtFleet } from "./fleet.js";
import { orderMany } from "./order_many.js";
import "./overview.css";
import { CONFLICT, chosen, counted, valuesOf } from "./overview_rows.js";
import { learnRights, mayOrder } from "./rights.js";
import { STATES, stateMark } from "./states.js";

/** Rows that stand in the page above and below those in sight. */
const BESIDE = 8;
/** Milliseconds between two drawings of ages alone. */
const AGES_EVERY = 5000;

/** @type {View} */
export const overview = (into, _, query) => {
  /** @type {Wanted} */
  const wanted = {
    text: query.get("q") ?? "",
    building: query.get("building") ?? "",
    kind: query.get("kind") ?? "",
    state: query.get("state") ?? "",
  };
  /** @type {unknown} */
  let trouble;
  /** @type {Glance[]} */
  let listed = [];
  let listedFor = "";
  /** @type {Record<string, number>} */
  let counts = {};
  let offered = { building: /** @type {string[]} */ ([]), kind: /** @type {string[]} */ ([]) };
  const compared = new Intl.Collator(locale(), { numeric: true }).compare;
  const over = new AbortController();
  let due = 0;

  const draw = () => {
    due ||= requestAnimationFrame(() => {
      due = 0;
      drawNow();
    });
  };

  function drawNow() {
    const { rows, whole, heardAt, version } = fleet();
    const sought = JSON.stringify([wanted, version, rows.size]);
    if (sought !== listedFor) {
      // Scrolling draws as often as the screen does: what thousands of rows are gone through for is kept.
      listed = chosen(rows.values(), wanted, compared);
      counts = counted(rows.values(), wanted);
      offered = { building: valuesOf(rows.values(), "building"), kind: valuesOf(rows.values(), "kind") };
      listedFor = sought;
    }
    render(
      html`<div class="view-head">
          <div><h1>${word("overview")}</h1><p class="soft small">${word("overview_about")}</p></div>
          ${heardAt ? html`<p class="soft small">${word("seen_ago", { ago: ago(new Date(heardAt)) })}</p>` : nothing}
        </div>
        ${trouble ? troubleNotice(trouble, heardAt) : nothing}
        ${rows.size || whole ? body(rows, whole) : trouble ? nothing : html`<p class="empty waiting">${word("loading")}</p>`}`,
      into,
    );
  }

  /** @param {Map<string, Glance>} rows @param {boolean} whole */
  function body(rows, whole) {
    if (whole && !rows.size) return nothingLinked();
    return html`${states()} ${filters()}
      <div class="row spread-out">
        <p class="soft small" role="status">${word("rows_shown", { count: listed.length })}</p>
        ${mayOrder() ? orderAll() : nothing}
      </div>
      ${listed.length ? list() : html`<p class="empty">${word("none_found")} <button class="link" @click=${() => want({ text: "", building: "", kind: "", state: "" })}>${word("show_all")}</button></p>`}`;
  }

  const orderAll = () =>
    html`<button type="button" ?disabled=${!listed.length} @click=${async () => {
      await orderMany(listed);
      live.now();
    }}>${word("order_many")}</button>`;

  function states() {
    const shown = ["", CONFLICT, ...STATES].filter((each) => !each || counts[each] || wanted.state === each);
    return html`<div class="counts" role="group" aria-label=${word("by_state")}>
      ${shown.map(
        (each) =>
          html`<button class="count" type="button" data-state=${each || "all"} aria-pressed=${wanted.state === each} @click=${() => want({ state: each })}>
            <span class="count-number">${new Intl.NumberFormat(locale()).format(counts[each] ?? 0)}</span>
            ${each && each !== CONFLICT ? stateMark(/** @type {any} */ (each)) : html`<span class="count-word">${each ? word("open_conflicts") : word("all_linked")}</span>`}
          </button>`,
      )}
    </div>`;
  }

  function filters() {
    return html`<search class="filters">
      <label class="field search"><span class="for-ears">${word("search_resources")}</span>
        <input type="search" placeholder=${word("search_resources")} .value=${wanted.text} @input=${(/** @type {Event} */ e) => want({ text: valueOf(e) })} />
      </label>
      ${choice("building", offered.building)} ${choice("kind", offered.kind)}
    </search>`;
  }

  /** @param {"building" | "kind"} field @param {string[]} values */
  function choice(field, values) {
    return html`<label class="field"><span class="for-ears">${word(field)}</span>
      <select @change=${(/** @type {Event} */ e) => want({ [field]: valueOf(e) })}>
        <option value="" ?selected=${!wanted[field]}>${word(`any_${field}`)}</option>
        ${values.map((each) => html`<option value=${each} ?selected=${wanted[field] === each}>${kindWord(field, each)}</option>`)}
      </select>
    </label>`;
  }

  function list() {
    const height = rowHeight();
    const top = listTop(into);
    const from = Math.max(0, Math.floor((window.scrollY - top) / height) - BESIDE);
    const until = Math.min(listed.length, Math.ceil((window.scrollY + window.innerHeight - top) / height) + BESIDE);
    const inSight = listed.slice(from, until);
    return html`<div class="fleet" role="table" aria-label=${word("overview")} aria-rowcount=${listed.length + 1}>
      <div class="fleet-head" role="row" aria-rowindex="1">
        ${["state", "resource", "building", "why", "last_change", "proven", "last_look"].map(
          (each) => html`<span role="columnheader" title=${hint(each)}>${word(`col_${each}`)}</span>`,
        )}
      </div>
      <div class="fleet-rows" role="rowgroup" .style=${`height: ${listed.length * height}px`}>
        ${repeat(
          inSight,
          (each) => each.id,
          (each, at) => row(each, from + at, height),
        )}
      </div>
    </div>`;
  }

  /** @param {Partial<Wanted>} change */
  function want(change) {
    Object.assign(wanted, change);
    const asked = new URLSearchParams(
      Object.entries({ q: wanted.text, building: wanted.building, kind: wanted.kind, state: wanted.state }).filter(
        ([, value]) => value,
      ),
    );
    history.replaceState(null, "", `#/${asked.size ? `?${asked}` : ""}`);
    draw();
  }

  learnRights(draw);
  const live = follow(
    async (signal) => {
      const news = await lookAtFleet(signal, draw);
      trouble = undefined;
      draw();
      return news;
    },
    (error) => {
      trouble = error;
      draw();
    },
  );
  window.addEventListener("scroll", draw, { signal: over.signal, passive: true });
  window.addEventListener("resize", draw, { signal: over.signal });
  const ages = setInterval(draw, AGES_EVERY);
  drawNow();
  return () => {
    live.stop();
    over.abort();
    clearInterval(ages);
    cancelAnimationFrame(due);
  };
};

/** @param {Glance} each @param {number} at @param {number} height */
function row(each, at, height) {
  return html`<div class=${each.conflicts ? "fleet-row in-conflict" : "fleet-row"} role="row" aria-rowindex=${at + 2} .style=${`transform: translateY(${at * height}px)`}>
    <span role="cell" class="cell-state">${stateMark(each.state)}${each.conflicts ? html`<span class="state warn">${word("conflicts_n", { count: each.conflicts })}</span>` : nothing}</span>
    <span role="cell" class="cell-name"><a href="#/resources/${encodeURIComponent(each.id)}">${each.name || each.address}</a><span class="soft small one-line">${each.address}</span></span>
    <span role="cell" class="cell-building"><span class="one-line">${each.building || "–"}</span><span class="soft small one-line">${[each.floor && word("floor_n", { floor: each.floor }), kindWord("kind", each.kind)].filter(Boolean).join(" · ")}</span></span>
    <span role="cell" class="cell-why">${each.bulk_plan?.left ? progress(each.bulk_plan) : each.why ? html`<span class="why-text" title=${each.why}>${each.why}</span>` : html`<span class="soft small one-line in-card">${each.address}</span>`}</span>
    <span role="cell" class="cell-change"><span class="cell-label" aria-hidden="true">${word("card_change")}</span>${age(each.last_change)}<span class="soft small">${each.latency === null ? nothing : word("in_seconds", { duration: duration(each.latency) })}</span></span>
    <span role="cell" class="cell-proven"><span class="cell-label" aria-hidden="true">${word("card_proven")}</span>${each.proven_at ? age(each.proven_at) : html`<span class="soft">${word("not_proven")}</span>`}</span>
    <span role="cell" class="cell-look"><span class="cell-label" aria-hidden="true">${word("col_last_look")}</span>${age(each.last_look)}</span>
  </div>`;
}

/** What a column means, where its name alone does not say it. @param {string} column */
const hint = (column) => (worded(`col_${column}_hint`) ? word(`col_${column}_hint`) : "");

/** @param {{ total: number, done: number }} plan */
const progress = (plan) =>
  html`<label class="small">${word("plan_progress", { done: plan.done, total: plan.total })} <progress max=${plan.total} value=${plan.done}></progress></label>`;

/** @param {string | null} at */
const age = (at) =>
  at
    ? html`<time datetime=${at} title=${moment(new Date(at))}>${ago(new Date(at))}</time>`
    : html`<span class="soft">–</span>`;

const nothingLinked = () =>
  html`<div class="empty">
    <p>${word("nothing_linked")}</p>
    <a class="button main" href="#/set-up">${word("to_set_up")}</a>
  </div>`;

/** @param {unknown} trouble @param {number} heardAt */
function troubleNotice(trouble, heardAt) {
  if (trouble instanceof Refusal && trouble.code === "role")
    return html`<p class="notice bad" role="alert">${word("no_role")}</p>`;
  const said = trouble instanceof Error ? trouble.message : String(trouble);
  return html`<p class="notice warn" role="alert">${said} ${heardAt ? word("shown_as_of", { ago: ago(new Date(heardAt)) }) : nothing}</p>`;
}

/** @param {"building" | "kind"} field @param {string} value */
function kindWord(field, value) {
  return field === "kind" ? kindName(value) : value;
}

/** The height of a row, as the style sheet has it for this width. */
const rowHeight = () =>
  Number.parseFloat(getComputedStyle(document.documentElement).getPropertyValue("--fleet-row")) || 64;

/** Where the rows begin in the page. @param {HTMLElement} into */
function listTop(into) {
  const rows = into.querySelector(".fleet-rows");
  return rows ? rows.getBoundingClientRect().top + window.scrollY : 0;
}

/** @param {Event} event */
const valueOf = (event) => /** @type {HTMLInputElement | HTMLSelectElement} */ (event.target).value;
