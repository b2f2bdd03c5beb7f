/**
 * One room's day: what is taken when, and the free stretches between, each a way to book.
 */

import { html, nothing, render } from "lit-html";
import { ref } from "lit-html/directives/ref.js";
import { clock, longDay } from "../kit/times.js";
import { word } from "../kit/words.js";
import { book } from "./booking.js";
import { inWords } from "./lengths.js";
import { otherZone, features, pageOfBooking, place } from "./rooms.js";
import { agenda } from "./agenda.js";
import { dayIn, daysAfter, instant, minutesAfter, onGrid, told } from "./wall.js";
import { callAsMe } from "./who.js";

/**
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./agenda.js").Taken} Taken
 * @typedef {{ room: Room, day: string, from: string, to: string, taken: Taken[] }} Day
 */

const AGAIN = 15_000;
const LONGEST = 60;
/** A shorter stretch is only booked where somebody means it. */
const WORTH_IT = 30 * 60_000;

/** @type {import("./main.js").View} */
export const room = (into, [id = ""], query, _chosen) => {
  const over = new AbortController();
  /** @type {Day | undefined} */
  let day;
  let wrong = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function look() {
    clearTimeout(timer);
    const named = query.get("day");
    try {
      day = await callAsMe(`rooms/${encodeURIComponent(id)}${named ? `?day=${named}` : ""}`, { signal: over.signal });
      wrong = "";
    } catch (error) {
      if (over.signal.aborted) return;
      wrong = /** @type {Error} */ (error).message;
    }
    draw();
    if (!document.hidden) timer = setTimeout(look, AGAIN);
  }

  function draw() {
    if (!day) {
      render(
        wrong
          ? html`<h1 class="for-ears">${word("title")}</h1><div class="empty"><p role="alert">${wrong}</p><button type="button" @click=${look}>${word("try_again")}</button></div>`
          : html`<h1 class="for-ears">${word("title")}</h1><p class="empty waiting">${word("loading")}</p>`,
        into,
      );
      return;
    }
    const { room: shown } = day;
    render(
      html`<header class="room-head">
          <div><h1>${shown.name}</h1>
            <p class="soft">${place(shown)} ${otherZone(shown, { all_day: false, start: day.from, end: day.to })}</p>
            ${features(shown)}</div>
          <button class="main" type="button" ?disabled=${!shown.bookable} @click=${() => free(soonest(/** @type {Day} */ (day)))}>${word("book")}</button>
        </header>
        ${shown.bookable ? nothing : html`<p class="notice warn">${word("not_bookable")}</p>`}
        ${wrong ? html`<p class="notice bad" role="alert">${wrong}</p>` : nothing}
        ${days(day, go)}
        ${lines(day, free)}`,
      into,
    );
  }

  /** @param {string} to */
  const go = (to) => {
    if (to) location.hash = `#/rooms/${encodeURIComponent(id)}?day=${to}`;
  };

  /** Books from a moment on; how long is asked. @param {{ start: Date, minutes: number }} from */
  async function free({ start, minutes }) {
    if (!day) return;
    const when = { all_day: false, start: told(start), end: told(minutesAfter(start, Math.min(minutes, LONGEST))) };
    if (!(await book({ room: day.room, ...when }, { open: true }))) look();
  }

  const shown = () => document.hidden || look();
  document.addEventListener("visibilitychange", shown);
  draw();
  look();
  return () => {
    clearTimeout(timer);
    over.abort();
    document.removeEventListener("visibilitychange", shown);
  };
};

/** The first free stretch of the day that is still to come, else nine o'clock. @param {Day} day */
function soonest(day) {
  const first = agenda(day.taken, new Date(day.from), new Date(day.to), onGrid(new Date(), 5)).find(
    (each) => each.what === "free" && each.end.getTime() - each.start.getTime() >= WORTH_IT,
  );
  if (first) {
    const nine = instant(day.day, "09:00", day.room.zone);
    const start = first.start < nine && nine < first.end ? nine : first.start;
    return { start, minutes: Math.round((first.end.getTime() - start.getTime()) / 60_000) };
  }
  return { start: instant(day.day, "09:00", day.room.zone), minutes: LONGEST };
}

/** @param {Day} day @param {(to: string) => void} go */
function days(day, go) {
  const { zone } = day.room;
  const noon = instant(day.day, "12:00", zone);
  const today = dayIn(new Date(), zone);
  return html`<nav class="days" aria-label=${word("day")}>
    <button class="icon" type="button" aria-label=${word("day_before")} ?disabled=${day.day <= today} @click=${() => go(daysAfter(day.day, -1))}>‹</button>
    <h2 aria-live="polite">${longDay(noon, zone)}</h2>
    <button class="icon" type="button" aria-label=${word("day_after")} @click=${() => go(daysAfter(day.day, 1))}>›</button>
    <label class="pick"><span class="for-ears">${word("other_day")}</span>
      <input type="date" .value=${day.day} min=${today} @change=${(/** @type {Event} */ event) => go(/** @type {HTMLInputElement} */ (event.target).value)} /></label>
  </nav>`;
}

/** @param {Day} day @param {(from: { start: Date, minutes: number }) => void} free */
function lines(day, free) {
  const { zone } = day.room;
  const all = agenda(day.taken, new Date(day.from), new Date(day.to), onGrid(new Date(), 5));
  if (!all.length) return html`<p class="empty">${word("day_over")}</p>`;
  /** @param {{ start: Date, end: Date }} each */
  const time = (each) =>
    html`<span class="when">${clock(each.start, zone)}<span class="soft"> – ${clock(each.end, zone)}</span></span>`;
  return html`<ol class="agenda">${all.map((each) => {
    const minutes = Math.round((each.end.getTime() - each.start.getTime()) / 60_000);
    const height = ref((element) => {
      // As long as it lasts, within reason: the style is set by script, which the page's policy allows.
      if (element instanceof HTMLElement) element.style.minHeight = `${Math.min(44 + minutes * 0.3, 104)}px`;
    });
    if (each.what === "free") {
      return html`<li class="free" ${height}><button type="button" ?disabled=${!day.room.bookable} @click=${() => free({ start: each.start, minutes })}>
        ${time(each)}<span class="label">${word("free_for", { length: inWords(minutes) })}</span><span class="do">${word("book")}</span></button></li>`;
    }
    const own = each.booking ? pageOfBooking(day.room, each.booking) : "";
    return html`<li class=${each.what} ${height}>${time(each)}<span class="label">${own ? html`<a href=${own}>${label(each)}</a>` : label(each)}</span></li>`;
  })}</ol>`;
}

/** @param {{ what: string, title: string, private: boolean }} each */
function label(each) {
  if (each.what === "closed") return word("closed");
  const title = each.private ? word("private") : each.title;
  if (each.what === "blocked") return title ? `${word("not_available")}: ${title}` : word("not_available");
  if (each.what === "mine")
    return html`<strong>${title || word("your_booking")}</strong>${title ? html` <span class="soft">${word("yours")}</span>` : nothing}`;
  return title || word("taken");
}
