/**
 * One of one's own bookings: when and where, how it stands as it was seen, and what can be done with it.
 */

import { html, nothing } from "lit-html";
import { whenText } from "../kit/times.js";
import { language, word } from "../kit/words.js";
import { cancel, change } from "./booking.js";
import { move } from "./moving.js";
import { named } from "./repeating.js";
import { dayOfRoom, otherZone, pageOfBooking, place } from "./rooms.js";
import { dayIn } from "./wall.js";

/** @typedef {import("./booking.js").Mine} Mine */

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

/** Whether a booking does not stand yet. @param {Mine} each */
export const isMoving = (each) => MOVING.has(each.standing);

/** Whether a booking takes place, as far as is known. @param {Mine} each */
export const stands = (each) => each.standing !== "refused" && each.standing !== "cancelled";

/**
 * @param {Mine} each
 * @param {(acted: Promise<unknown>) => void} done hears of what somebody does with it
 * @param {{ alone?: boolean }} [how] whether it is what the page is about
 */
export function card(each, done, { alone = false } = {}) {
  const repeated = each.series ? named(each.series.rule) : undefined;
  const about = { room: each.room.name, time: whenText(each, each.room.zone) };
  const day = each.all_day ? each.start : dayIn(new Date(each.start), each.room.zone);
  const title = each.private ? word("private") : each.title || word("untitled");
  return html`<article class="card mine ${each.standing}">
    <div class="what">
      ${alone ? html`<h1>${title}</h1>` : html`<h3><a href=${pageOfBooking(each.room, each.id)}>${title}</a></h3>`}
      <p><a href=${dayOfRoom(each.room, day)}>${each.room.name}</a> <span class="soft small">${place(each.room)}</span></p>
      <p>${about.time} ${otherZone(each.room, each)}</p>
      ${each.series ? html`<p class="soft small">${repeated ? word(`repeat_${repeated}`) : word("of_series")}</p>` : nothing}
    </div>
    <p class="standing"><span class="state ${LOOKS[/** @type {keyof typeof LOOKS} */ (each.standing)] ?? "off"}" role="status">${word(`standing_${each.standing}`)}</span></p>
    ${each.why ? html`<p class="why small">${each.why}</p>` : nothing}
    ${!each.changeable && stands(each) ? html`<p class="soft small">${word("made_in_outlook")}</p>` : nothing}
    <p class="actions">
      ${each.story ? html`<a class="button plain" href="${each.story}?lang=${language()}" target="_blank" rel="noopener" aria-label=${word("story_of", about)}>${word("story")}</a>` : nothing}
      ${
        each.changeable && stands(each)
          ? html`<button type="button" aria-label=${word("change_of", about)} @click=${() => done(change(each))}>${word("change_it")}</button>
              <button type="button" aria-label=${word("move_of", about)} @click=${() => done(move(each))}>${word("move_it")}</button>
              <button type="button" class="grave" aria-label=${word("cancel_of", about)} @click=${() => done(cancel(each))}>${word("cancel_it")}</button>`
          : nothing
      }
    </p>
  </article>`;
}
