/**
 * The bookings of all resources: by day and range, found by words or by the link of a meeting, as a list, as a sheet to
 * print and as a file. What is looked at stands in the address, so that it can be linked to.
 */

/** @import { View } from "./views.js" */
/** @import { Found } from "./reservations/reading.js" */

import { html, nothing, render } from "lit-html";
import { call } from "../kit/api.js";
import { dayOf, moment } from "../kit/times.js";
import { word } from "../kit/words.js";
import "./reservations.css";
import { daysOf, later, RANGES } from "./reservations/days.js";
import { listOf, SHOWN } from "./reservations/list.js";
import { isLink, read } from "./reservations/reading.js";
import { sheetOf } from "./reservations/sheet.js";

/** @type {View} */
export const reservations = (into, _, query) => {
  const shown = new Reservations(into, query);
  shown.read();
  return () => shown.leave();
};

class Reservations {
  /** @type {Found} */
  found = { rows: [], places: [], unread: [], whole: false };
  problem = "";
  shown = SHOWN;
  /** @type {"building" | "room" | undefined} */
  sheet;
  readAt = new Date();
  /** @type {string[]} */
  buildings = [];
  reading = new AbortController();

  /** @param {HTMLElement} into @param {URLSearchParams} query */
  constructor(into, query) {
    this.into = into;
    into.classList.add("reservations");
    const range = query.get("range") ?? "day";
    this.asked = {
      day: query.get("day") ?? dayOf(new Date()),
      range: range in RANGES ? range : "day",
      building: query.get("building") ?? "",
      find: query.get("find") ?? "",
      cancelled: query.get("cancelled") ?? "",
    };
    this.draw();
  }

  leave() {
    this.reading.abort();
  }

  async read() {
    this.reading.abort();
    this.reading = new AbortController();
    const { signal } = this.reading;
    this.found = { rows: [], places: [], unread: [], whole: false };
    Object.assign(this, { problem: "", shown: SHOWN, sheet: undefined, readAt: new Date() });
    this.draw();
    try {
      await Promise.all([this.readBuildings(signal), read(this.wanted(), (found) => this.show(found), signal)]);
    } catch (error) {
      if (signal.aborted) return;
      this.problem = error instanceof Error ? error.message : String(error);
      this.draw();
    }
  }

  wanted() {
    const { day, range, building, find, cancelled } = this.asked;
    return { ...daysOf(day, range), building, find, cancelled: Boolean(cancelled) };
  }

  /** @param {AbortSignal} signal */
  async readBuildings(signal) {
    if (this.buildings.length) return;
    /** @type {Set<string>} */
    const found = new Set();
    for (let after = ""; ;) {
      const page = await call(`overview?${new URLSearchParams(after ? { after } : {})}`, { signal });
      for (const each of page.resources) if (each.building) found.add(each.building);
      if (!page.next) break;
      after = page.next;
    }
    this.buildings = [...found].sort();
    this.draw();
  }

  /** @param {Found} found */
  show(found) {
    this.found = found;
    this.draw();
  }

  /** Looks at something else: the address says what. @param {Partial<typeof this.asked>} change */
  ask(change) {
    const asked = { ...this.asked, ...change };
    this.asked = asked;
    const said = new URLSearchParams(Object.entries(asked).filter(([, value]) => value));
    history.replaceState(null, "", `#/reservations?${said}`);
    this.read();
  }

  draw() {
    const { asked, found, problem } = this;
    const { first } = this.wanted();
    render(
      html`<header class="view-head no-print">
          <h1>${word("reservations")}</h1>
          <span class="row">
            <button type="button" ?disabled=${!found.whole} @click=${() => this.export()}>${word("rv_export")}</button>
            <button type="button" ?disabled=${!found.whole} @click=${() => this.print("building")}>
              ${word("rv_print_building")}
            </button>
            <button type="button" ?disabled=${!found.whole} @click=${() => this.print("room")}>
              ${word("rv_print_room")}
            </button>
          </span>
        </header>
        ${this.search()}
        <p class="row no-print" role="status">${this.told()}</p>
        ${problem ? this.failed() : nothing}
        ${
          found.unread.length
            ? html`<div class="notice warn no-print">
                <p>${word("rv_unread", { count: found.unread.length })}</p>
                <ul class="small">
                  ${found.unread.map((each) => html`<li><strong>${each.name}</strong>: ${each.why}</li>`)}
                </ul>
              </div>`
            : nothing
        }
        <div class="days no-print">${listOf(found.rows, first, this.shown)}</div>
        ${found.whole && !found.rows.length ? this.nothing() : nothing}
        ${
          found.rows.length > this.shown
            ? html`<button type="button" class="no-print" @click=${() => this.more()}>
                ${word("rv_more", { count: found.rows.length - this.shown })}
              </button>`
            : nothing
        }
        ${this.sheet ? sheetOf(found, asked.day, this.sheet) : nothing}`,
      this.into,
    );
  }

  search() {
    const { asked } = this;
    /** @param {SubmitEvent} event */
    const given = (event) => {
      event.preventDefault();
      const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
      this.ask({ find: String(form.get("find")).trim() });
    };
    const step = asked.range === "week" ? 7 : asked.range === "month" ? 28 : 1;
    return html`<form class="card asked no-print" role="search" aria-label=${word("rv_search")} @submit=${given}>
      <div class="when">
        <button type="button" class="icon" aria-label=${word("rv_before")} @click=${() => this.ask({ day: later(asked.day, -step) })}>‹</button>
        <label class="field"
          >${word("rv_day")}
          <input type="date" .value=${asked.day} required
            @change=${(/** @type {any} */ event) => event.target.value && this.ask({ day: event.target.value })}
          />
        </label>
        <button type="button" class="icon" aria-label=${word("rv_after")} @click=${() => this.ask({ day: later(asked.day, step) })}>›</button>
        <button type="button" @click=${() => this.ask({ day: dayOf(new Date()) })}>${word("rv_today")}</button>
      </div>
      <label class="field"
        >${word("rv_range")}
        <select @change=${(/** @type {any} */ event) => this.ask({ range: event.target.value })}>
          ${Object.keys(RANGES).map((each) => html`<option value=${each} ?selected=${each === asked.range}>${word(`rv_range_${each}`)}</option>`)}
        </select>
      </label>
      <label class="field"
        >${word("su_building")}
        <select @change=${(/** @type {any} */ event) => this.ask({ building: event.target.value })}>
          <option value="">${word("su_all_buildings")}</option>
          ${this.buildings.map((each) => html`<option ?selected=${each === asked.building}>${each}</option>`)}
        </select>
      </label>
      <label class="field words"
        >${word("rv_find")}
        <input name="find" type="search" .value=${asked.find} placeholder=${word("rv_find_hint")} />
      </label>
      <button class="main">${word("rv_search")}</button>
      <label class="check"
        ><input type="checkbox" .checked=${Boolean(asked.cancelled)}
          @change=${(/** @type {any} */ event) => this.ask({ cancelled: event.target.checked ? "1" : "" })}
        />${word("rv_cancelled_too")}</label
      >
    </form>`;
  }

  told() {
    const { found, readAt } = this;
    const count = { count: found.rows.length, places: found.places.length };
    if (this.problem) return nothing;
    if (!found.whole)
      return html`<span class="waiting">${found.places.length ? word("rv_reading", count) : word("loading")}</span>`;
    return html`<span class="soft">${word("rv_read", { ...count, at: moment(readAt) })}</span>
      <button type="button" class="link" @click=${() => this.read()}>${word("rv_again")}</button>`;
  }

  failed() {
    return html`<div class="notice bad row no-print" role="alert">
      <span>${this.problem}</span>
      <button type="button" @click=${() => this.read()}>${word("try_again")}</button>
    </div>`;
  }

  nothing() {
    const { asked } = this;
    return html`<div class="empty no-print">
      <p>${word(asked.find ? (isLink(asked.find) ? "rv_none_joined" : "rv_none_found") : "rv_none")}</p>
      ${
        asked.find && asked.range !== "year"
          ? html`<button type="button" @click=${() => this.ask({ range: "year" })}>${word("rv_look_wider")}</button>`
          : !asked.find && ["day", "week"].includes(asked.range)
            ? html`<button type="button" @click=${() => this.ask({ range: "month" })}>${word("rv_look_ahead")}</button>`
            : nothing
      }
    </div>`;
  }

  more() {
    const before = this.shown;
    this.shown += SHOWN;
    this.draw();
    // The button may be gone: whoever uses the keyboard goes on behind what was shown before.
    const first = /** @type {NodeListOf<HTMLElement>} */ (this.into.querySelectorAll("li.reservation"))[before];
    first?.focus({ preventScroll: true });
  }

  async export() {
    const { tableOf } = await import("./reservations/table.js");
    const file = new Blob([tableOf(this.found.rows, word)], { type: "text/csv;charset=utf-8" });
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `lockstep-${this.wanted().first}.csv`;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  /** @param {"building" | "room"} by */
  print(by) {
    this.sheet = by;
    this.draw();
    window.print();
  }
}
