/**
 * Moving a booking of one's own to another room: what is free at its time or at another one, and one press.
 *
 * The new booking stands before the old one goes. Where both stand in the end, that is said.
 */

import { html, nothing } from "lit-html";
import { ask, say } from "../kit/dialog.js";
import { whenText } from "../kit/times.js";
import { word } from "../kit/words.js";
import { body, isOtherTime, meant, scopeFields, timeFields, typed } from "./fields.js";
import { refusal, refusedOf } from "./refusal.js";
import { keepsDays } from "./repeating.js";
import { otherZone, place } from "./rooms.js";
import { bookingOf, callAsMe } from "./who.js";

/**
 * @typedef {import("./booking.js").Mine} Mine
 * @typedef {import("./rooms.js").Offer} Offer
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./rooms.js").When} When
 * @typedef {import("./refusal.js").Collision} Collision
 * @typedef {{ free: Offer[], later: Offer[] }} Offers
 * @typedef {{ scope: string, when?: When, without?: string[], says?: object, key?: string }} How
 */

const QUIET = 250;

/**
 * Moves a booking and says what became of it. Throws `Refusal`.
 * @param {Mine} mine
 * @param {Room} to
 * @param {How} how `without` are dates of a series that stay; `says` is what else is changed of it
 * @returns {Promise<Mine>} the booking in the other room
 */
export async function moveTo(mine, to, { scope, when, without = [], says, key = crypto.randomUUID() }) {
  const { booking, gone, stay } = await callAsMe(`${bookingOf(mine)}/move?scope=${scope}`, {
    method: "POST",
    body: { room: to.id, ...(when ? body(when) : {}), ...(without.length ? { without } : {}) },
    headers: { "Idempotency-Key": key },
  });
  if (says && Object.keys(says).length)
    await callAsMe(`${bookingOf(booking)}?scope=${scope === "one" ? "one" : "all"}`, { method: "PATCH", body: says });
  say(word("moved_to", { room: to.name, time: whenText(booking, to.zone) }));
  if (stay.length) say(word("moved_stay", { count: stay.length, room: mine.room.name }));
  if (!gone) say(word("moved_both", { room: to.name, old: mine.room.name }), { bad: true });
  return booking;
}

/**
 * Lets somebody choose another room for a booking of theirs.
 * @param {Mine} mine
 * @returns {Promise<Mine | undefined>} the booking in the other room; undefined where it stays
 */
export async function move(mine) {
  const { room } = mine;
  const present = typed(mine, room.zone);
  const form = { ...present, scope: "one" };
  /** @type {{ offers?: Offers, wrong: string, collision?: Collision, tried?: Offer, busy: boolean }} */
  const seen = { wrong: "", busy: false };
  let asking = new AbortController();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const when = () => (isOtherTime(form, present) ? meant(form, room.zone) : undefined);

  /** @param {() => void} again */
  async function look(again) {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      seen.offers = await callAsMe(`free?${query(when() ?? mine)}`, { signal });
      seen.wrong = "";
    } catch (error) {
      if (signal.aborted) return;
      seen.wrong = /** @type {Error} */ (error).message;
    }
    if (!signal.aborted) again();
  }

  const moved = await ask(
    word("move_heading", { room: room.name }),
    (/** @type {(answer?: Mine) => void} */ close, again) => {
      if (!timer) timer = setTimeout(() => look(again));
      const changed = () => {
        clearTimeout(timer);
        timer = setTimeout(() => look(again), QUIET);
        again();
      };
      /** @param {Offer} offer @param {string[]} [without] */
      async function take(offer, without = []) {
        Object.assign(seen, { busy: true, collision: undefined, tried: offer });
        again();
        // A time is named where it is another one: a booking of several days keeps them.
        const other = isOtherTime(typed(offer, room.zone), present) ? offer : undefined;
        try {
          close(await moveTo(mine, offer.room, { scope: form.scope, when: other, without }));
        } catch (error) {
          [seen.collision, seen.wrong] = refusedOf(error);
        }
        seen.busy = false;
        again();
      }
      const { collision, tried } = seen;
      if (collision && tried) {
        const { without, instead } = collision;
        const elsewhere = { ...collision, instead: instead.filter((each) => each.room.id !== room.id) };
        return refusal(elsewhere, {
          take,
          leaveOut: without.length
            ? { label: word("leave_dates", { room: room.name }), act: () => take(tried, without) }
            : undefined,
          back: () => {
            seen.collision = undefined;
            again();
          },
        });
      }
      const sameDay = form.scope !== "one" && keepsDays(mine.series?.rule ?? "");
      return html`<form class="stack" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
          ${mine.series ? scopeFields(form, again) : nothing}
          ${timeFields(form, room, changed, sameDay)}
        </form>
        ${seen.wrong ? html`<p class="wrong" role="alert">${seen.wrong}</p>` : offered(seen.offers, room, seen.busy, take)}
        <footer class="actions"><button type="button" @click=${() => close()}>${word("leave_it")}</button></footer>`;
    },
  );
  clearTimeout(timer);
  asking.abort();
  return moved;
}

/** @param {When} when */
function query({ start, end, all_day }) {
  return new URLSearchParams({ from: start, to: end, ...(all_day ? { all_day: "true" } : {}) });
}

/** @param {Offers | undefined} offers @param {Room} room @param {boolean} busy @param {(offer: Offer) => void} take */
function offered(offers, room, busy, take) {
  if (!offers) return html`<p class="soft waiting" role="status">${word("loading")}</p>`;
  const others = (/** @type {Offer[]} */ few) => few.filter((each) => each.room.id !== room.id);
  const [free, later] = [others(offers.free), others(offers.later)];
  if (!free.length && !later.length) return html`<p class="notice" role="status">${word("move_none")}</p>`;
  return html`<section class="stack" aria-labelledby="move-free">
    <div role="status"><h3 id="move-free">${word(free.length ? "move_free" : "a_little_later")}</h3></div>
    <ul class="offers">${(free.length ? free : later).map((each) => {
      const named = { room: each.room.name, time: whenText(each, each.room.zone) };
      return html`<li class="card offer">
        <div class="what"><strong>${each.room.name}</strong><p class="soft small">${place(each.room)}</p></div>
        <p class="time small">${named.time} ${otherZone(each.room, each)}</p>
        <button class="main" type="button" ?disabled=${busy} aria-label=${word("move_to", named)} @click=${() => take(each)}>${word("move_here")}</button>
      </li>`;
    })}</ul>
  </section>`;
}
