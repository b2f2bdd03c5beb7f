/**
 * Making a booking, changing one and cancelling one: the dialogs.
 *
 * What is refused is answered with what could be had instead; taking it is one press. Who books is asked here, where
 * nobody said it yet, and not before.
 */

import { html, nothing } from "lit-html";
import { ask, say } from "../kit/dialog.js";
import { whenText } from "../kit/times.js";
import { word } from "../kit/words.js";
import {
  body,
  isOtherTime,
  meant,
  repeatFields,
  scopeFields,
  series,
  submitting,
  timeFields,
  titleFields,
  typed,
} from "./fields.js";
import { refusal, refusedOf } from "./refusal.js";
import { keepsDays } from "./repeating.js";
import { otherZone, place } from "./rooms.js";
import { moveTo } from "./moving.js";
import { bookingOf, callAsMe, isKnown, keepWho, whoFields } from "./who.js";

/**
 * @typedef {import("./rooms.js").Offer} Offer
 * @typedef {import("./rooms.js").When} When
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {import("./refusal.js").Collision} Collision
 * @typedef {{ id: string, room: Room, title: string, private: boolean, standing: string, why: string, version: string,
 *   changeable: boolean, series: { rule: string, zone: string } | null, story: string | null } & When} Mine
 */

/**
 * Books what is offered: the time as it stands, or on the form where `open` says that it is still to be chosen.
 * @param {Offer} offer
 * @param {{ people?: number, open?: boolean, title?: string }} [how]
 * @returns {Promise<boolean>} whether it was booked
 */
export async function book(offer, { people = 0, open = false, title = "" } = {}) {
  const { room } = offer;
  const form = { ...typed(offer, room.zone), title, private: false, repeat: "", ends: "times", times: "10", until: "" };
  const who = { name: "", address: "" };
  const unknown = !isKnown();
  let key = crypto.randomUUID();
  /** @type {Collision | undefined} */
  let collision;
  let wrong = "";
  let busy = false;
  const made = await ask(
    word("book_heading", { room: room.name }),
    (/** @type {(answer?: Mine) => void} */ close, again) => {
      const when = () => (open ? meant(form, room.zone) : offer);
      /** @param {Room} where @param {When} at @param {string[]} [without] dates that the series does without */
      async function send(where, at, without = []) {
        if (unknown) keepWho(who);
        busy = true;
        collision = undefined;
        again();
        const wanted = { ...body(at), title: form.title, private: form.private, people, ...series(form) };
        try {
          const asked = { ...wanted, ...(without.length ? { without } : {}) };
          const headers = { "Idempotency-Key": key };
          close(
            await callAsMe(`rooms/${encodeURIComponent(where.id)}/bookings`, { method: "POST", body: asked, headers }),
          );
        } catch (error) {
          [collision, wrong] = refusedOf(error);
          // What was refused is over; what got no answer is asked again under the same key.
          if (/** @type {import("../kit/api.js").Refusal} */ (error).status) key = crypto.randomUUID();
        }
        busy = false;
        again();
      }
      if (collision) {
        const { without } = collision;
        return refusal(collision, {
          take: (given) => send(given.room, given),
          leaveOut: without.length
            ? { label: word("without_dates"), act: () => send(room, when(), without) }
            : undefined,
          back: () => {
            collision = undefined;
            again();
          },
        });
      }
      return html`<form class="stack" @submit=${submitting(() => send(room, when()))}>
        ${open ? timeFields(form, room, again) : html`<p class="chosen">${whenText(offer, room.zone)} ${otherZone(room, offer)}<br /><span class="soft small">${place(room)}</span></p>`}
        ${titleFields(form)}
        ${repeatFields(form, again)}
        ${unknown ? whoFields(who) : nothing}
        ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
        <footer class="actions">
          <button type="button" @click=${() => close()}>${word("leave_it")}</button>
          <button class="main" ?disabled=${busy}>${word("book")}</button>
        </footer>
      </form>`;
    },
  );
  if (!made) return false;
  say(word("booked", { room: made.room.name, time: whenText(made, made.room.zone) }));
  location.hash = "#/mine";
  return true;
}

/**
 * Moves a booking of one's own or changes what it says.
 * @param {Mine} mine
 * @returns {Promise<Mine | undefined>} the booking as it stands then; undefined where it was left as it is
 */
export async function change(mine) {
  const { room } = mine;
  const present = typed(mine, room.zone);
  const form = { ...present, title: mine.title, private: mine.private, scope: "one" };
  /** @type {Collision | undefined} */
  let collision;
  let wrong = "";
  let busy = false;
  const changed = await ask(
    word("change_heading", { room: room.name }),
    (/** @type {(answer?: Mine) => void} */ close, again) => {
      /** @param {() => Promise<Mine | undefined>} act */
      async function tried(act) {
        busy = true;
        collision = undefined;
        again();
        try {
          const done = await act();
          if (done) close(done);
        } catch (error) {
          [collision, wrong] = refusedOf(error);
        }
        busy = false;
        again();
      }
      const titled = () => (mine.private && form.private ? {} : { title: form.title, private: form.private });
      /** @param {When | undefined} when @param {string[]} [without] */
      const save = (when, without = []) =>
        tried(() =>
          callAsMe(`${bookingOf(mine)}?scope=${form.scope}`, {
            method: "PATCH",
            body: { ...titled(), ...(when ? body(when) : {}), ...(without.length ? { without } : {}) },
          }),
        );
      const when = () => (isOtherTime(form, present) ? meant(form, room.zone) : undefined);
      if (collision) {
        const { without } = collision;
        return refusal(collision, {
          take: (given) =>
            given.room.id === room.id
              ? save(given)
              : tried(() => moveTo(mine, given.room, { scope: form.scope, when: given, says: titled() })),
          leaveOut: without.length ? { label: word("without_dates"), act: () => save(when(), without) } : undefined,
          back: () => {
            collision = undefined;
            again();
          },
        });
      }
      const sameDay = form.scope !== "one" && keepsDays(mine.series?.rule ?? "");
      return html`<form class="stack" @submit=${submitting(() => save(when()))}>
        ${mine.series ? scopeFields(form, again) : nothing}
        ${timeFields(form, room, again, sameDay)}
        ${form.scope !== "one" && form.day !== present.day ? html`<p class="soft small">${word("series_moves")}</p>` : nothing}
        ${mine.private ? nothing : titleFields(form)}
        ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
        <footer class="actions">
          <button type="button" @click=${() => close()}>${word("leave_it")}</button>
          <button class="main" ?disabled=${busy}>${word("change")}</button>
        </footer>
      </form>`;
    },
  );
  if (changed && changed.room.id === room.id) say(word("changed"));
  return changed;
}

/**
 * Cancels a booking of one's own, after asking.
 * @param {Mine} mine
 * @returns {Promise<boolean>} whether it was cancelled
 */
export async function cancel(mine) {
  const form = { scope: "one" };
  let wrong = "";
  const done = await ask(word("cancel_heading"), (/** @type {(answer?: boolean) => void} */ close, again) => {
    async function send() {
      try {
        await callAsMe(`${bookingOf(mine)}?scope=${form.scope}`, { method: "DELETE" });
        close(true);
      } catch (error) {
        wrong = /** @type {Error} */ (error).message;
        again();
      }
    }
    return html`<form class="stack" @submit=${submitting(send)}>
      <p class="chosen">${mine.room.name}, ${whenText(mine, mine.room.zone)}</p>
      ${mine.series ? scopeFields(form, again) : nothing}
      ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
      <footer class="actions">
        <button type="button" @click=${() => close()}>${word("keep_it")}</button>
        <button class="grave">${word("cancel_it")}</button>
      </footer>
    </form>`;
  });
  if (done) say(word("cancelled"));
  return done === true;
}
