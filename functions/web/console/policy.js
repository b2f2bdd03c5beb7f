/**
 * The settings that a resource follows: what each does, where its value comes from, and what another would do, for this
 * resource or for all that inherit it. Nothing is ordered before somebody has asked for it to be applied.
 */

/** @import { Pending } from "./orders.js" */

import { html, nothing, render } from "lit-html";
import { call } from "../kit/api.js";
import { ask, say } from "../kit/dialog.js";
import { kindName, word, worded } from "../kit/words.js";
import { order } from "./orders.js";
import { about, counts } from "./held.js";
import { fewOf } from "./policy_examples.js";
import "./policy.css";
import { mayOrder } from "./rights.js";

/** Settings as people look for them. */
const GROUPS = {
  sides: ["direction", "winner", "edits", "direct_entries", "received_edits", "free_counts", "units", "settle_seconds"],
  shown: ["titles", "join_links"],
  times: [
    "buffer_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "buffer_entries",
    "check_in_minutes",
    "released_by",
    "no_shows_reported_after",
  ],
  people: [
    "booker",
    "write_mode",
    "answer_within_minutes",
    "meeting_edits",
    "requests",
    "several_rooms",
    "unknown_bookers",
  ],
  guard: [
    "imports",
    "cancellations_held_above",
    "cancellations_share_held_above",
    "writes_held_above",
    "mails_held_above",
    "growth_held_above",
    "turns_held_above",
    "held_again_hours",
    "shadow",
  ],
  reading: ["days_back", "days_ahead", "sweep_minutes", "past_bookings"],
};

/** All settings by their groups; one that is new stands in the last until it is given its place. @param {Origin[]} all */
function groups(all) {
  const known = new Set(Object.values(GROUPS).flat());
  const unplaced = all.map((each) => each.name).filter((each) => !known.has(each));
  return Object.entries({ ...GROUPS, reading: [...GROUPS.reading, ...unplaced] });
}

/** Bookings that a preview shows as examples. */
const EXAMPLES = 6;

/** @typedef {string | number | boolean | null} Value */
/** @typedef {{ level: string, name: string }} Scope */
/** @typedef {{ name: string, value: Value, from: Scope, inherited: Value, inherited_from: Scope, alone: boolean }} Origin */

/** What each setting may be, as the API describes itself. @type {Promise<Record<string, any>> | undefined} */
let described;

/**
 * Shows the settings in an element of its own, which outlives the drawings of the page around it.
 * @param {HTMLElement} into
 * @param {any} resource
 * @param {(pending: Pending | undefined) => void} ordered
 */
export function policyCard(into, resource, ordered) {
  /** @type {Origin[]} */
  let origins = [];
  /** @type {Record<string, any>} */
  let kinds = {};
  /** @type {unknown} */
  let trouble;
  let open = false;
  let level = "resource";
  let booker = "";
  /** @type {Map<string, Value>} */
  const set = new Map();
  /** @type {Set<string>} */
  const released = new Set();

  const here = `resources/${encodeURIComponent(resource.id)}`;
  const name = () => (level === "building" ? resource.building : level === "kind" ? resource.kind : "");
  const changes = () => set.size + released.size;

  async function load() {
    open = true;
    draw();
    try {
      described ??= call("openapi.json").then((told) => told.components.schemas.Policy.properties);
      [kinds, { settings: origins }] = await Promise.all([described, call(`${here}/policy`)]);
      trouble = undefined;
    } catch (error) {
      described = undefined;
      trouble = error;
    }
    draw();
  }

  function draw() {
    render(
      html`<section class="card stack" aria-labelledby="policy-heading">
        <div class="view-head">
          <h2 id="policy-heading">${word("policy")}</h2>
          ${open ? nothing : html`<button type="button" @click=${load}>${word("policy_show")}</button>`}
        </div>
        ${trouble ? html`<p class="notice warn" role="alert">${message(trouble)}</p>` : nothing}
        ${open && !origins.length && !trouble ? html`<p class="waiting">${word("loading")}</p>` : nothing}
        ${origins.length ? html`${scopeChoice()} ${groups(origins).map(([group, names]) => section(group, names))} ${bar()}` : nothing}
      </section>`,
      into,
    );
  }

  function scopeChoice() {
    const levels = [
      "resource",
      ...(resource.kind ? ["kind"] : []),
      ...(resource.building ? ["building"] : []),
      "tenant",
    ];
    return html`<label class="field scope">${word("policy_for")}
      <select @change=${(/** @type {any} */ event) => chooseLevel(event.target.value)}>
        ${levels.map((each) => html`<option value=${each} ?selected=${each === level}>${word(`policy_for_${each}`, { name: each === "kind" ? kindName(resource.kind) : resource.building })}</option>`)}
      </select>
    </label>`;
  }

  /** @param {string} chosen */
  function chooseLevel(chosen) {
    level = chosen;
    for (const each of origins) if (each.alone && level !== "resource") forget(each.name);
    draw();
  }

  /** @param {string} group @param {string[]} names */
  function section(group, names) {
    const own = names.flatMap((each) => origins.filter((origin) => origin.name === each));
    return html`<section class="settings" aria-labelledby="group-${group}">
      <h3 id="group-${group}">${word(`group_${group}`)}</h3>
      ${own.map(setting)}
    </section>`;
  }

  /** @param {Origin} origin */
  function setting(origin) {
    const id = `policy-${origin.name}`;
    const locked = origin.alone && level !== "resource";
    const given = released.has(origin.name) ? origin.inherited : (set.get(origin.name) ?? origin.value);
    const changed = set.has(origin.name) || released.has(origin.name);
    return html`<div class="setting ${changed ? "changed" : ""}">
      <div class="setting-name"><label for=${id}>${nameOf(origin.name)}</label> <code class="soft small">${origin.name}</code></div>
      <p id="${id}-means" class="soft small">${word(`policy_${origin.name}`)}${locked ? html` <em>${word("only_alone")}</em>` : nothing}${level !== "resource" && origin.from.level === "resource" ? html` <em>${word("own_stays")}</em>` : nothing}</p>
      <div class="setting-value">${control(id, origin, given, locked)}</div>
      <div class="setting-origin"><span class="for-ears">${word("origin")}</span>
        <span class="origin ${origin.from.level}">${released.has(origin.name) ? word("inherits") : set.has(origin.name) ? word(`origin_${level}`) : word(`origin_${origin.from.level}`)}</span>
        ${level === "resource" && origin.from.level === "resource" && !origin.alone && !released.has(origin.name) ? html`<button type="button" class="link small" @click=${() => release(origin.name)}>${word("inherit_again", { value: shown(origin.name, origin.inherited) })}</button>` : nothing}
      </div>
    </div>`;
  }

  /** @param {string} id @param {Origin} origin @param {Value} given @param {boolean} locked */
  function control(id, origin, given, locked) {
    const kind = kinds[origin.name] ?? {};
    const choices = kind.enum ?? kind.anyOf?.find((/** @type {any} */ each) => each.enum)?.enum;
    if (choices) {
      const all = kind.anyOf ? [null, ...choices] : choices;
      return html`<select id=${id} aria-describedby="${id}-means" ?disabled=${locked} @change=${(/** @type {any} */ event) => change(origin, event.target.value === "" ? null : event.target.value)}>
        ${all.map((/** @type {Value} */ each) => html`<option value=${each ?? ""} .selected=${each === given}>${shown(origin.name, each)}</option>`)}
      </select>`;
    }
    if (kind.type === "boolean") {
      return html`<input id=${id} type="checkbox" aria-describedby="${id}-means" .checked=${Boolean(given)} ?disabled=${locked} @change=${(/** @type {any} */ event) => change(origin, event.target.checked)} />`;
    }
    return html`<input id=${id} type="number" aria-describedby="${id}-means" min=${kind.minimum} max=${kind.maximum} required .value=${String(given)} ?disabled=${locked} @change=${(/** @type {any} */ event) => event.target.reportValidity() && change(origin, event.target.valueAsNumber)} />`;
  }

  /** @param {Origin} origin @param {Value} value */
  function change(origin, value) {
    released.delete(origin.name);
    if (level === "resource" && value === origin.value) set.delete(origin.name);
    else set.set(origin.name, value);
    draw();
  }

  /** @param {string} setting */
  function release(setting) {
    set.delete(setting);
    released.add(setting);
    draw();
  }

  /** @param {string} setting */
  function forget(setting) {
    set.delete(setting);
    released.delete(setting);
  }

  function dropAll() {
    set.clear();
    released.clear();
    draw();
  }

  function bar() {
    if (!changes()) return nothing;
    return html`<div class="change-bar" role="group" aria-label=${word("changes_n", { count: changes() })}>
      ${set.get("write_mode") === "organizer" ? html`<label class="field">${word("tried_on")}<input type="email" .value=${booker} @input=${(/** @type {any} */ event) => (booker = event.target.value)} /></label>` : nothing}
      <strong>${word("changes_n", { count: changes() })}</strong>
      <span class="grow"></span>
      <button type="button" @click=${dropAll}>${word("drop_changes")}</button>
      <button type="button" class="main" @click=${foresee}>${word("preview_change")}</button>
    </div>`;
  }

  const asked = () => ({
    ...(level === "resource" ? { resource: resource.id } : { level, ...(name() ? { name: name() } : {}) }),
    settings: Object.fromEntries(set),
    ...(released.size ? { inherit: [...released] } : {}),
  });

  async function foresee() {
    if (await lookedAt(asked())) await apply();
  }

  async function apply() {
    const inherit = released.size ? { inherit: [...released] } : {};
    const settings = Object.fromEntries(set);
    if (level === "resource") {
      const tried = settings["write_mode"] === "organizer" ? { booker } : {};
      const sent = await order(resource, { verb: "policy", settings, ...inherit, ...tried });
      if (!sent) return;
      ordered(sent);
    } else {
      try {
        const done = await call("policies", {
          method: "POST",
          body: { level, ...(name() ? { name: name() } : {}), settings, ...inherit },
        });
        say(word("applied_to", { count: done.ordered.length }));
      } catch (error) {
        say(message(error), { bad: true });
        return;
      }
    }
    set.clear();
    released.clear();
    await load();
  }

  draw();
  return {
    /** Reads the values again, unless somebody is changing them. */
    refresh: () => {
      if (open && !changes()) load();
    },
  };
}

/**
 * Looks at what a change would do, page by page until all is looked at, as long as the dialog is open; tells whether
 * the change shall be applied. A refusal ends the reading until somebody asks for it to go on.
 * @param {Record<string, unknown>} asked
 */
async function lookedAt(asked) {
  /** @type {any[]} */
  const looked = [];
  const closed = new AbortController();
  let affected = 0;
  /** @type {string | null} */
  let next = "";
  /** @type {unknown} */
  let trouble;
  let reading = true;
  /** @type {() => void} */
  let again = () => {};

  async function readOn() {
    reading = true;
    trouble = undefined;
    again();
    try {
      do await readPage();
      while (next);
    } catch (error) {
      if (closed.signal.aborted) return;
      trouble = error;
    }
    reading = false;
    again();
  }

  async function readPage() {
    const page = await call("policies/preview", {
      method: "POST",
      body: { ...asked, ...(next ? { after: next } : {}) },
      signal: closed.signal,
    });
    looked.push(...page.resources);
    // Whoever is linked or unlinked meanwhile counts too.
    affected = Math.max(page.affected, looked.length);
    next = page.next;
    again();
  }

  const seen = () => word("preview_looked", { done: looked.length, total: affected });
  const answer = ask(
    word("preview_change"),
    (/** @type {(answer?: boolean) => void} */ close, redraw) => {
      again = redraw;
      return html`${trouble ? html`<p class="notice bad" role="alert">${message(trouble)}</p>` : nothing}
        ${affected > 1 ? html`<div role="status"><label>${seen()}<progress max=${affected} value=${looked.length}></progress></label></div>` : nothing}
        ${reading ? html`<p class="waiting">${word("loading")}</p>` : nothing}
        ${!reading && !trouble && !affected ? html`<p>${word("preview_none")}</p>` : nothing}
        ${looked.length ? html`${totals(looked)} ${examples(looked)} <ul class="plan-list" tabindex="0" aria-label=${seen()}>${looked.map(effect)}</ul>` : nothing}
        <footer class="actions">
          ${next && !reading ? html`<button type="button" @click=${readOn}>${word("preview_more")}</button>` : nothing}
          <button type="button" @click=${() => close()}>${word("leave_it")}</button>
          ${next && mayOrder() ? html`<button type="button" @click=${() => close(true)}>${word("apply_unseen")}</button>` : nothing}
          ${mayOrder() ? html`<button type="button" class="main" ?disabled=${reading || Boolean(trouble)} @click=${() => close(true)}>${word("apply_change")}</button>` : html`<p class="soft">${word("reads_only")}</p>`}
        </footer>`;
    },
    { wide: true },
  );
  readOn();
  const apply = (await answer) === true;
  closed.abort();
  return apply;
}

/** @param {any[]} looked */
function totals(looked) {
  /** @param {"runs" | "held"} fate */
  const sum = (fate) => {
    /** @type {Record<string, number>} */
    const all = {};
    for (const each of looked)
      for (const [name, count] of Object.entries(each[fate] ?? {})) all[name] = (all[name] ?? 0) + Number(count);
    return all;
  };
  return html`<dl class="figures">
    <div><dt>${word("preview_runs")}</dt><dd>${counts(sum("runs"))}</dd></div>
    <div><dt>${word("preview_holds")}</dt><dd>${counts(sum("held"))}</dd></div>
  </dl>`;
}

/** Some bookings to which it would happen, of as many resources as there are. @param {any[]} looked */
function examples(looked) {
  const few = fewOf(looked, EXAMPLES);
  if (!few.length) return nothing;
  return html`<section class="stack tight" aria-labelledby="examples-heading">
    <h3 id="examples-heading">${word("preview_examples")}</h3>
    <ul class="examples-of-change">${few.map(
      ({ resource, booking }) =>
        html`<li class="plan-item"><span class="row">${looked.length > 1 ? html`<strong>${resource.name}</strong>` : nothing}<span class="state ${booking.fate === "held" ? "warn" : "good"}">${word(booking.fate === "held" ? "preview_would_wait" : "preview_would_run")}</span></span> ${about(booking, resource.zone)}</li>`,
    )}</ul>
  </section>`;
}

/** What people call a setting. @param {string} name */
const nameOf = (name) => (worded(`setting_${name}`) ? word(`setting_${name}`) : name);

/** @param {any} each */
const effect = (each) =>
  html`<li class="plan-item"><strong>${each.name || each.id}</strong>
    <span class="effect small">${Object.keys(each.after).map((name) => html`${nameOf(name)}: ${shown(name, each.before[name])} → ${shown(name, each.after[name])} `)}</span>
    <span class="soft small">${each.runs ? `${word("preview_runs")}: ${counts(each.runs)} · ${word("preview_holds")}: ${counts(each.held)}` : nothing} ${each.why}</span>
  </li>`;

/** What people call a value of a setting. @param {string} setting @param {Value} value */
function shown(setting, value) {
  const own = `value_${setting}_${value ?? "none"}`;
  if (worded(own)) return word(own);
  return value === true ? word("yes") : value === false ? word("no") : value === null ? word("none") : String(value);
}

/** @param {unknown} trouble */
const message = (trouble) => (trouble instanceof Error ? trouble.message : String(trouble));
