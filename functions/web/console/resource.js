/**
 * One resource: its state and why, both sides on one axis, what waits for a person, and what may be ordered of it. Both
 * sides are read from the calendar and the platform themselves, so they are asked for only when something was seen to
 * change, and every half minute.
 */

/** @import { View } from "./views.js" */
/** @import { Sides, Look } from "./timeline.js" */
/** @import { Pending } from "./orders.js" */

import { html, nothing, render } from "lit-html";
import { call } from "../kit/api.js";
import { follow } from "../kit/live.js";
import { ago, dayOf, duration, longDay, moment, sameClock, zoneName } from "../kit/times.js";
import { word, worded } from "../kit/words.js";
import { doorPanels } from "./door_panels.js";
import { MOST, planned } from "./held.js";
import { bulkProgress, isDone, onTheirWay, orders } from "./orders.js";
import { policyCard } from "./policy.js";
import "./resource.css";
import { learnRights, mayOrder } from "./rights.js";
import { stateMark } from "./states.js";
import { asTable, timeline } from "./timeline.js";
import { moved } from "./timeline_layout.js";
import { openWhy } from "./why.js";

/** Milliseconds after which both sides are read again although nothing was seen to change. */
const SIDES_EVERY = 30_000;
const DAY = 86_400_000;
/** Milliseconds for which a plan that has ended is shown. */
const SHOWN_FOR = 600_000;
/** States in which something waits for a person. */
const WAITS = ["held", "linking"];

/** @type {View} */
export const resource = (into, [id = ""], query) => {
  const here = `resources/${encodeURIComponent(id)}`;
  /** @type {any} */
  let shown;
  /** @type {Sides | undefined} */
  let sides;
  /** @type {Set<string>} */
  let conflicts = new Set();
  /** @type {any} */
  let plan;
  /** @type {unknown} */
  let trouble;
  /** @type {unknown} */
  let sidesTrouble;
  /** @type {Pending[]} */
  let pending = [];
  /** Whether whoever looks may only look. */
  const chosen = new Set();
  let span = query.get("show") === "day" ? "day" : "week";
  let list = query.get("as") === "list";
  let day = query.get("day") ?? "";
  let readFor = "";
  let readAt = 0;
  let planFor = "";
  let planWanted = false;
  const settings = document.createElement("div");
  const doors = document.createElement("div");
  /** @type {ReturnType<typeof policyCard> | undefined} */
  let policy;

  const days = () => {
    const first = day || dayOf(new Date(), shown.zone);
    return span === "day" ? [first] : Array.from({ length: 7 }, (_, at) => moved(first, at));
  };

  async function lookOnce(/** @type {AbortSignal} */ signal) {
    const found = await call(here, { signal });
    const news = JSON.stringify(found) !== JSON.stringify(shown);
    const others = shown && JSON.stringify(found.policy) !== JSON.stringify(shown.policy);
    shown = found;
    if (!policy) doorPanels(doors, shown);
    policy ??= policyCard(settings, shown, ordered);
    if (others) policy.refresh();
    trouble = undefined;
    pending = pending.filter((each) => !isDone(each, shown));
    draw();
    await Promise.all([readSides(signal), readPlan(signal)]);
    draw();
    return news || pending.length > 0 || Boolean(shown.bulk_plan?.left);
  }

  /** What has to be the same for what was read to be still good. */
  const seen = () => [shown.last_change, shown.open_steps, shown.conflicts, shown.mappings, shown.state].join(" ");

  async function readSides(/** @type {AbortSignal} */ signal) {
    if (shown.state === "unlinked" || !shown.platform) return;
    const wanted = days();
    const sought = `${seen()} ${wanted}`;
    if (sought === readFor && Date.now() - readAt < SIDES_EVERY) return;
    // A day more on either side: which instants a day of the resource's zone begins and ends at is for the layout.
    const window = `from=${moved(wanted[0] ?? "", -1)}T00:00:00Z&to=${moved(wanted.at(-1) ?? "", 2)}T00:00:00Z`;
    try {
      const [found, waiting] = await Promise.all([
        call(`${here}/sides?${window}`, { signal }),
        call(`${here}/open-steps`, { signal }),
      ]);
      sides = found;
      conflicts = new Set(
        waiting.open_steps
          .filter((/** @type {any} */ each) => each.cause === "conflict")
          .map((/** @type {any} */ each) => each.mapping),
      );
      sidesTrouble = undefined;
      [readFor, readAt] = [sought, Date.now()];
    } catch (error) {
      if (signal.aborted) throw error;
      sidesTrouble = error;
    }
  }

  async function readPlan(/** @type {AbortSignal} */ signal) {
    const needed = planWanted || WAITS.includes(shown.state);
    if (!needed || shown.state === "unlinked") {
      plan = undefined;
      return;
    }
    if (planFor === seen() && plan) return;
    try {
      plan = await call(`${here}/plan?limit=${MOST}`, { signal });
      planFor = seen();
    } catch (error) {
      if (signal.aborted) throw error;
      plan = { trouble: error };
    }
  }

  function draw() {
    render(
      shown
        ? page()
        : trouble
          ? html`<h1 class="for-ears">${word("title")}</h1><p class="notice bad" role="alert">${message(trouble)} <a href="#/">${word("nav_overview")}</a></p>`
          : html`<h1 class="for-ears">${word("title")}</h1><p class="empty waiting">${word("loading")}</p>`,
      into,
    );
  }

  const page = () =>
    html`${head(shown)} ${trouble ? html`<p class="notice warn" role="alert">${message(trouble)}</p>` : nothing}
      ${shown.warnings.map((/** @type {string} */ each) => html`<p class="notice warn">${each}</p>`)}
      ${isRecent(shown.bulk_plan) ? bulkProgress(shown.bulk_plan, shown.zone) : nothing}
      <div class="stack tight">${!mayOrder() ? html`<p class="soft">${word("reads_only")}</p>` : orders(shown, ordered)} ${onTheirWay(pending, shown)}</div>
      ${shown.state === "unlinked" ? html`<div class="empty"><p>${word("is_unlinked")}</p><a class="button" href="#/set-up">${word("link_again")}</a></div>` : html`${waits()} ${bothSides()}`}
      ${shown.state === "unlinked" ? nothing : [settings, shown.platform ? doors : nothing]} ${facts(shown)}`;

  function waits() {
    const held = shown.state === "held";
    // A plan that was approved meanwhile is shown no more.
    if (!held && !planWanted && !(plan && WAITS.includes(shown.state))) {
      return html`<section class="card stack"><div class="view-head"><h2>${word("plan_heading")}</h2>
        <button type="button" @click=${planNow}>${word("plan_now")}</button></div><p class="soft">${word("plan_now_means")}</p></section>`;
    }
    return html`<section class="card stack" aria-labelledby="plan-heading">
      <div class="view-head"><h2 id="plan-heading">${word(held ? "held_heading" : "plan_heading")}</h2>
        <button type="button" @click=${planNow}>${word("plan_now")}</button></div>
      ${!plan ? html`<p class="waiting">${word("loading")}</p>` : plan.trouble ? html`<p class="notice warn">${message(plan.trouble)}</p>` : planned(shown, plan, /** @type {Set<string>} */ (chosen), { again: draw, ordered, reads: !mayOrder() })}
    </section>`;
  }

  function planNow() {
    planWanted = true;
    planFor = "";
    plan = undefined;
    draw();
    live.now();
  }

  function bothSides() {
    const wanted = days();
    const policy = shown.policy;
    /** @type {Look} */
    const look = {
      days: wanted,
      zone: shown.zone,
      conflicts,
      buffers: {
        before: Math.max(policy.buffer_minutes, policy.buffer_before_minutes),
        after: Math.max(policy.buffer_minutes, policy.buffer_after_minutes),
      },
      open: (pair) => openWhy(shown, pair),
    };
    return html`<section class="stack" aria-labelledby="sides-heading">
      <div class="view-head">
        <h2 id="sides-heading">${word("both_sides")}</h2>
        ${navigation(wanted)}
      </div>
      ${sidesTrouble ? html`<p class="notice warn" role="alert">${message(sidesTrouble)}</p>` : nothing}
      ${sides ? html`${verdict(sides)} ${list ? asTable(sides, look) : timeline(sides, look)}` : sidesTrouble ? nothing : html`<p class="waiting">${word("reading_sides")}</p>`}
      <p class="legend"><span>≠ ${word("legend_differs")}</span><span>⚠ ${word("overlaps")}</span><span>${word("legend_zone", { zone: zoneName(shown.zone) })}${isOwnTime(shown.zone, wanted) ? nothing : html` (${word("not_yours")})`}</span></p>
    </section>`;
  }

  /** @param {string[]} wanted */
  function navigation(wanted) {
    const step = span === "day" ? 1 : 7;
    const first = wanted[0] ?? "";
    const said = (/** @type {string} */ each) => longDay(new Date(`${each}T12:00:00Z`), "UTC");
    return html`<div class="row">
      <div class="segments" role="group" aria-label=${word("shown_as")}>
        ${["day", "week"].map((each) => html`<button type="button" aria-pressed=${span === each} @click=${() => go({ span: each })}>${word(`show_${each}`)}</button>`)}
      </div>
      <div class="segments">
        <button type="button" aria-label=${word(`earlier_${span}`)} @click=${() => go({ day: moved(first, -step) })}>‹</button>
        <button type="button" @click=${() => go({ day: "" })}>${word("today")}</button>
        <button type="button" aria-label=${word(`later_${span}`)} @click=${() => go({ day: moved(first, step) })}>›</button>
      </div>
      <button type="button" aria-pressed=${list} @click=${() => go({ list: !list })}>${word("as_list")}</button>
      <span class="for-ears" role="status">${wanted.length > 1 ? `${said(first)} – ${said(wanted.at(-1) ?? "")}` : said(first)}</span>
    </div>`;
  }

  /** @param {{ span?: string, day?: string, list?: boolean }} change */
  function go(change) {
    span = change.span ?? span;
    day = change.day ?? day;
    list = change.list ?? list;
    const asked = new URLSearchParams({
      ...(span === "day" ? { show: "day" } : {}),
      ...(day ? { day } : {}),
      ...(list ? { as: "list" } : {}),
    });
    history.replaceState(null, "", `#/resources/${encodeURIComponent(id)}${asked.size ? `?${asked}` : ""}`);
    draw();
    live.now();
  }

  /** @param {Pending | undefined} given */
  function ordered(given) {
    if (!given) return;
    pending = [...pending, given];
    chosen.clear();
    draw();
    live.now();
  }

  const live = follow(lookOnce, (error) => {
    trouble = error;
    draw();
  });
  learnRights(draw);
  const ages = setInterval(draw, 5000);
  draw();
  return () => {
    live.stop();
    clearInterval(ages);
  };
};

/** @param {any} shown */
function head(shown) {
  return html`<div class="stack resource-head">
    <p class="small"><a href="#/">${word("nav_overview")}</a></p>
    <div class="row"><h1>${shown.name || shown.mailbox.address}</h1> ${stateMark(shown.state)} ${shown.conflicts ? html`<span class="state warn">${word("conflicts_n", { count: shown.conflicts })}</span>` : nothing}</div>
    ${shown.why ? html`<p>${shown.why}</p>` : nothing}
    <dl class="figures">
      ${figure("col_last_change", shown.last_change, shown.latency === null ? "" : word("in_seconds", { duration: duration(shown.latency) }))}
      ${figure("col_proven", shown.proven_at, shown.differences_at_proof ? word("found_at_proof", { count: shown.differences_at_proof }) : "", "not_proven")}
      ${figure("col_last_look", shown.last_look, "")} ${figure("state_since", shown.since, "")}
      <div><dt>${word("kept_in_step")}</dt><dd>${word("bookings_n", { count: shown.mappings })}</dd></div>
    </dl>
  </div>`;
}

/** @param {string} name @param {string | null} at @param {string} more @param {string} [never] */
const figure = (name, at, more, never) =>
  html`<div title=${worded(`${name}_hint`) ? word(`${name}_hint`) : ""}><dt>${word(name)}</dt><dd>${at ? html`<time datetime=${at} title=${moment(new Date(at))}>${ago(new Date(at))}</time>` : never ? word(never) : "–"}${more ? html` <span class="soft small">${more}</span>` : nothing}</dd></div>`;

/** @param {any} shown */
function facts(shown) {
  const told = [
    [
      "col_building",
      [shown.building, shown.floor && word("floor_n", { floor: shown.floor })].filter(Boolean).join(", "),
    ],
    ["capacity", shown.capacity],
    ["zone", `${zoneName(shown.zone)} (${shown.zone})`],
    ["features", shown.features.join(", ")],
    ["contact", [shown.contact, shown.phone].filter(Boolean).join(", ")],
    ["mailbox", shown.mailbox.address],
    ["platform_id", shown.platform],
    ["notifications_until", shown.notifications_until && moment(new Date(shown.notifications_until))],
  ].filter(([, value]) => value);
  return html`<section class="card stack" aria-labelledby="facts-heading"><h2 id="facts-heading">${word("facts")}</h2>
    <dl class="facts">${told.map(([name, value]) => html`<div><dt>${word(String(name))}</dt><dd>${value}</dd></div>`)}</dl></section>`;
}

/** Whether the last plan of many bookings still runs, or has ended just now. @param {any} plan */
const isRecent = (plan) => Boolean(plan && (plan.left || Date.now() - Date.parse(plan.at) < SHOWN_FOR));

/** Whether a zone's clocks show on these days what the viewer's own show. @param {string} zone @param {string[]} days */
function isOwnTime(zone, days) {
  const [first, last] = [days[0], days.at(-1)].map((day) => new Date(day ? `${day}T00:00:00Z` : Date.now()));
  return sameClock(/** @type {Date} */ (first), new Date(/** @type {Date} */ (last).getTime() + DAY), zone);
}

/** @param {Sides} sides */
const verdict = (sides) =>
  html`<p role="status">${sides.equal ? html`<span class="state good">${word("sides_equal")}</span>` : html`<span class="state bad">${word("sides_differ", { count: sides.pairs.filter((each) => !each.equal).length })}</span>`} <span class="soft small">${word("read_ago", { ago: ago(new Date(sides.looked_at)) })}</span></p>`;

/** @param {unknown} trouble */
const message = (trouble) => (trouble instanceof Error ? trouble.message : String(trouble));
