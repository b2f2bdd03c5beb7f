/**
 * One's own bookings: when and where, how each stands as it was seen, and what can be done with it.
 */

import { html, nothing, render } from "lit-html";
import { follow } from "../kit/live.js";
import { longDay, ownZone } from "../kit/times.js";
import { word } from "../kit/words.js";
import { card, isMoving } from "./card.js";
import { dayIn, instant, told } from "./wall.js";
import { askWho, bookingOf, callAsMe, isKnown } from "./who.js";

/** @typedef {import("./booking.js").Mine} Mine */

const DAYS_AT_ONCE = 31;
const AGAIN = 60_000;
/** How many bookings are followed one by one until they stand. */
const FOLLOWED = 5;
const DAY = 86_400_000;

/** @type {import("./main.js").View} */
export const mine = (into, _found, _query, _chosen) => {
  if (!isKnown()) return unknown(into);
  const over = new AbortController();
  let months = 1;
  /** @type {Mine[] | undefined} */
  let bookings;
  let wrong = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;

  async function look() {
    clearTimeout(timer);
    try {
      bookings = await all(months, over.signal);
      wrong = "";
    } catch (error) {
      if (over.signal.aborted) return;
      wrong = /** @type {Error} */ (error).message;
    }
    draw();
    if (!document.hidden) timer = setTimeout(look, AGAIN);
  }

  /** Looks after those alone that do not stand yet; tells whether one of them moved. */
  async function lookAfter(/** @type {AbortSignal} */ signal) {
    const moving = (bookings ?? []).filter(isMoving).slice(0, FOLLOWED);
    const seen = await Promise.all(moving.map((each) => callAsMe(bookingOf(each), { signal })));
    const by = new Map(seen.map((each) => [each.id, each]));
    const moved = moving.some((each) => by.get(each.id).standing !== each.standing);
    if (moved) {
      bookings = bookings?.map((each) => by.get(each.id) ?? each);
      draw();
    }
    return moved;
  }

  function draw() {
    render(
      html`<h1>${word("mine_heading")}</h1>
        ${wrong ? html`<div class="notice bad" role="alert"><p>${wrong}</p><button type="button" @click=${look}>${word("try_again")}</button></div>` : nothing}
        ${bookings ? list(bookings, done) : wrong ? nothing : html`<p class="empty waiting">${word("loading")}</p>`}
        ${bookings ? html`<p class="more"><button type="button" @click=${further}>${word("look_further")}</button> <span class="soft small">${word("until_day", { day: longDay(new Date(Date.now() + months * DAYS_AT_ONCE * DAY)) })}</span></p>` : nothing}`,
      into,
    );
  }

  /** @param {Promise<unknown>} acted */
  async function done(acted) {
    if (!(await acted)) return;
    await look();
    following.now();
  }

  function further() {
    months += 1;
    look();
  }

  draw();
  look();
  const following = follow(lookAfter, () => {});
  return () => {
    clearTimeout(timer);
    over.abort();
    following.stop();
  };
};

/** @param {number} months @param {AbortSignal} signal @returns {Promise<Mine[]>} */
async function all(months, signal) {
  const now = Date.now();
  const parts = await Promise.all(
    Array.from({ length: months }, (_, place) => {
      const [from, to] = [place, place + 1].map((each) => told(new Date(now + each * DAYS_AT_ONCE * DAY)));
      return callAsMe(`mine?from=${from}&to=${to}`, { signal });
    }),
  );
  const seen = new Map(parts.flatMap((each) => each.bookings).map((each) => [each.id, each]));
  return [...seen.values()];
}

/** Asks who it is whose bookings are looked for. @param {HTMLElement} into */
function unknown(into) {
  render(
    html`<h1>${word("mine_heading")}</h1>
      <div class="empty"><p>${word("who_for_mine")}</p><button class="main" type="button" @click=${() => askWho(null)}>${word("who_tell")}</button></div>`,
    into,
  );
  return () => {};
}

/** @param {Mine[]} bookings @param {(acted: Promise<unknown>) => void} done */
function list(bookings, done) {
  if (!bookings.length)
    return html`<div class="empty"><p>${word("none_of_mine")}</p><a class="button main" href="#/">${word("nav_search")}</a></div>`;
  /** @type {Map<string, Mine[]>} */
  const days = new Map();
  for (const each of bookings) {
    const day = each.all_day ? each.start : dayIn(new Date(each.start), each.room.zone);
    days.set(day, [...(days.get(day) ?? []), each]);
  }
  return html`${[...days].map(
    ([day, few]) => html`<section class="stack">
      <h2 class="day">${longDay(instant(day, "12:00", ownZone))}</h2>
      <ul class="offers">${few.map((each) => html`<li>${card(each, done)}</li>`)}</ul>
    </section>`,
  )}`;
}
