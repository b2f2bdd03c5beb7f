/**
 * One's own bookings: when and where, how each stands as it was seen, and what can be done with it.
 */

import { html, nothing, render } from "lit-html";
import { follow } from "../kit/live.js";
import { longDay, ownZone, whenText } from "../kit/times.js";
import { language, word } from "../kit/words.js";
import { cancel, change } from "./booking.js";
import { named } from "./repeating.js";
import { dayOfRoom, otherZone, place } from "./rooms.js";
import { dayIn, instant, told } from "./wall.js";
import { callAsMe } from "./who.js";

/** @typedef {import("./booking.js").Mine} Mine */

const DAYS_AT_ONCE = 31;
const AGAIN = 60_000;
/** How many bookings are followed one by one until they stand. */
const FOLLOWED = 5;
const DAY = 86_400_000;
const LOOKS = {
  confirmed: "good",
  on_its_way: "moving",
  waiting_for_room: "moving",
  requested: "warn",
  held: "warn",
  refused: "bad",
  cancelled: "off",
  outside: "off",
};
const MOVING = new Set(["on_its_way", "waiting_for_room", "requested", "held"]);

/** @type {import("./main.js").View} */
export const mine = (into, _found, _query, _chosen) => {
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
    const moving = (bookings ?? []).filter((each) => MOVING.has(each.standing)).slice(0, FOLLOWED);
    const seen = await Promise.all(
      moving.map((each) => callAsMe(`rooms/${encodeURIComponent(each.room.id)}/bookings/${each.id}`, { signal })),
    );
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

  /** @param {Promise<boolean>} acted */
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

/** @param {Mine[]} bookings @param {(acted: Promise<boolean>) => void} done */
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
      <ul class="offers">${few.map((each) => card(each, day, done))}</ul>
    </section>`,
  )}`;
}

/** @param {Mine} each @param {string} day @param {(acted: Promise<boolean>) => void} done */
function card(each, day, done) {
  const stands = each.standing !== "refused" && each.standing !== "cancelled";
  const repeated = each.series ? named(each.series.rule) : undefined;
  const about = { room: each.room.name, time: whenText(each, each.room.zone) };
  return html`<li class="card mine ${each.standing}">
    <div class="what">
      <h3>${each.private ? word("private") : each.title || word("untitled")}</h3>
      <p><a href=${dayOfRoom(each.room, day)}>${each.room.name}</a> <span class="soft small">${place(each.room)}</span></p>
      <p>${whenText(each, each.room.zone)} ${otherZone(each.room)}</p>
      ${each.series ? html`<p class="soft small">${repeated ? word(`repeat_${repeated}`) : word("of_series")}</p>` : nothing}
    </div>
    <p class="standing"><span class="state ${LOOKS[/** @type {keyof typeof LOOKS} */ (each.standing)] ?? "off"}" role="status">${word(`standing_${each.standing}`)}</span></p>
    ${each.why ? html`<p class="why small">${each.why}</p>` : nothing}
    ${!each.changeable && stands ? html`<p class="soft small">${word("made_in_outlook")}</p>` : nothing}
    <p class="actions">
      ${each.story ? html`<a class="button plain" href="${each.story}?lang=${language()}" target="_blank" rel="noopener" aria-label=${word("story_of", about)}>${word("story")}</a>` : nothing}
      ${
        each.changeable && stands
          ? html`<button type="button" aria-label=${word("change_of", about)} @click=${() => done(change(each))}>${word("change_it")}</button>
              <button type="button" class="grave" aria-label=${word("cancel_of", about)} @click=${() => done(cancel(each))}>${word("cancel_it")}</button>`
          : nothing
      }
    </p>
  </li>`;
}
