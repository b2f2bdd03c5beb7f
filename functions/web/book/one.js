/**
 * The page of one of one's own bookings: how it stands, and what can be done with it.
 */

import { html, nothing, render } from "lit-html";
import { follow } from "../kit/live.js";
import { word } from "../kit/words.js";
import { card } from "./card.js";
import { pageOfBooking } from "./rooms.js";
import { askWho, bookingOf, callAsMe, isKnown } from "./who.js";

/** @typedef {import("./booking.js").Mine} Mine */

/** @type {import("./main.js").View} */
export const one = (into, [room = "", id = ""]) => {
  const path = bookingOf({ id, room: { id: room } });
  /** @type {Mine | undefined} */
  let mine;
  let wrong = "";

  /** @param {AbortSignal} signal */
  async function look(signal) {
    const before = mine;
    mine = await callAsMe(path, { signal });
    wrong = "";
    draw();
    return before?.standing !== mine?.standing;
  }

  function draw() {
    render(
      html`${wrong ? html`<div class="notice bad" role="alert"><p>${wrong}</p><button type="button" @click=${() => following?.now()}>${word("try_again")}</button></div>` : nothing}
        ${mine ? nothing : html`<h1 class="for-ears">${word("title")}</h1>`}
        ${mine ? card(mine, done, { alone: true }) : wrong ? nothing : html`<p class="empty waiting">${word("loading")}</p>`}
        <p><a href="#/mine">${word("nav_mine")}</a></p>`,
      into,
    );
  }

  /** @param {Promise<unknown>} acted */
  async function done(acted) {
    const now = await acted;
    if (!now) return;
    if (now === true) location.hash = "#/mine";
    else {
      const { room: there, id: known } = /** @type {Mine} */ (now);
      if (there.id !== room || known !== id) location.hash = pageOfBooking(there, known);
      else following?.now();
    }
  }

  if (!isKnown()) {
    render(
      html`<div class="empty"><p>${word("who_for_mine")}</p><button class="main" type="button" @click=${() => askWho(null)}>${word("who_tell")}</button></div>`,
      into,
    );
    return () => {};
  }
  draw();
  const following = follow(look, (error) => {
    wrong = /** @type {Error} */ (error).message;
    mine = undefined;
    draw();
  });
  return () => following.stop();
};
