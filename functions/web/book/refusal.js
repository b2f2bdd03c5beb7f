/**
 * Why a room does not take a booking, and what could be had instead; taking it is one press.
 */

import { html, nothing } from "lit-html";
import { Refusal } from "../kit/api.js";
import { whenText } from "../kit/times.js";
import { word } from "../kit/words.js";
import { otherZone, place } from "./rooms.js";

/**
 * @typedef {import("./rooms.js").Offer} Offer
 * @typedef {import("./rooms.js").When} When
 * @typedef {{ error: { code: string, message: string }, refused: (When & { sentence: string })[], without: string[],
 *   instead: Offer[] }} Collision
 */

/** @param {unknown} error @returns {[Collision | undefined, string]} */
export function refusedOf(error) {
  if (!(error instanceof Refusal)) throw error;
  return error.status === 409 && error.body?.instead ? [error.body, ""] : [undefined, error.message];
}

/**
 * Why not, and what instead.
 * @param {Collision} collision
 * @param {{ take: (given: Offer) => unknown, back: () => void, leaveOut?: { label: string, act: () => unknown } }} then
 *   `leaveOut` is how to go on with the other dates of a series
 */
export function refusal(collision, { take, back, leaveOut }) {
  const dates = collision.refused.length > 1 ? collision.refused : [];
  return html`<div class="notice warn" role="alert"><p>${collision.error.message}</p></div>
    ${dates.length ? html`<ul class="dates small">${dates.map((each) => html`<li>${each.sentence}</li>`)}</ul>` : nothing}
    ${
      collision.instead.length
        ? html`<h3>${word("instead")}</h3>
            <ul class="offers">${collision.instead.map(
              (each) => html`<li class="card offer">
                <div class="what"><strong>${each.room.name}</strong><p class="soft small">${place(each.room)}</p></div>
                <p class="time small">${whenText(each, each.room.zone)} ${otherZone(each.room, each)}</p>
                <button class="main" type="button" aria-label=${word("take_room", { room: each.room.name, time: whenText(each, each.room.zone) })} @click=${() => take(each)}>${word("take")}</button>
              </li>`,
            )}</ul>`
        : html`<p class="soft">${word("nothing_instead")}</p>`
    }
    <footer class="actions">
      <button type="button" @click=${back}>${word("back")}</button>
      ${leaveOut ? html`<button class="main" type="button" @click=${leaveOut.act}>${leaveOut.label}</button>` : nothing}
    </footer>`;
}
