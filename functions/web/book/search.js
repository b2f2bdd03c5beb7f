/**
 * The search: when, how long, for how many, where, with what. It asks by itself whenever something was changed.
 */

import { html, nothing, render } from "lit-html";
import { ownZone, whenText } from "../kit/times.js";
import { kindName, word } from "../kit/words.js";
import { book } from "./booking.js";
import { lengths } from "./lengths.js";
import { dayOfRoom, features, otherZone, place } from "./rooms.js";
import { dayIn, daysAfter, instant, minutesAfter, onGrid, timeIn, told } from "./wall.js";
import { callAsMe } from "./who.js";

/**
 * @typedef {import("./rooms.js").Offer} Offer
 * @typedef {{ free: Offer[], later: Offer[], fitting: number, looked_at: number }} Offers
 */

const QUIET = 250;

/** What was looked for last, while this page is open. */
const wish = {
  day: "",
  time: "",
  minutes: 30,
  people: "",
  building: "",
  kind: "",
  features: /** @type {string[]} */ ([]),
};

/** @returns {import("./rooms.js").When} */
function asked() {
  if (!wish.minutes) return { all_day: true, start: wish.day, end: daysAfter(wish.day, 1) };
  const start = instant(wish.day, wish.time, ownZone);
  return { all_day: false, start: told(start), end: told(minutesAfter(start, wish.minutes)) };
}

/** @type {import("./main.js").View} */
export const search = (into, _found, _query, chosen) => {
  const soon = onGrid(new Date(), 15);
  if (!wish.day || asked().end < told(soon))
    Object.assign(wish, { day: dayIn(soon, ownZone), time: timeIn(soon, ownZone) });
  let asking = new AbortController();
  /** @type {Offers | undefined} */
  let offers;
  /** @type {string | undefined} */
  let wrong;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;

  const draw = () =>
    render(
      html`<h1>${word("search_heading")}</h1>
        ${form(chosen, changed)}
        <section aria-labelledby="free" class="stack">
          <h2 id="free" class="for-ears">${word("free_rooms")}</h2>
          <p role="status" class=${offers && !offers.free.length && !offers.later.length ? "empty" : "soft"}>${wrong ? nothing : counted(offers)}</p>
          ${wrong ? html`<div class="notice bad" role="alert"><p>${wrong}</p><button type="button" @click=${look}>${word("try_again")}</button></div>` : found(offers, chosen)}
        </section>`,
      into,
    );

  async function look() {
    asking.abort();
    asking = new AbortController();
    const { signal } = asking;
    try {
      const given = await callAsMe(`free?${query()}`, { signal });
      if (signal.aborted) return;
      [offers, wrong] = [given, undefined];
    } catch (error) {
      if (signal.aborted) return;
      [offers, wrong] = [undefined, /** @type {Error} */ (error).message];
    }
    draw();
  }

  function changed() {
    clearTimeout(later);
    draw();
    if (wish.day && wish.time) later = setTimeout(look, QUIET);
  }

  const shown = () => document.hidden || look();
  document.addEventListener("visibilitychange", shown);
  draw();
  if (chosen.rooms) look();
  return () => {
    clearTimeout(later);
    asking.abort();
    document.removeEventListener("visibilitychange", shown);
  };
};

function query() {
  const { start, end, all_day } = asked();
  const given = new URLSearchParams({ from: start, to: end });
  if (all_day) given.set("all_day", "true");
  if (Number(wish.people) > 0) given.set("people", String(Math.floor(Number(wish.people))));
  if (wish.building) given.set("building", wish.building);
  if (wish.kind) given.set("kind", wish.kind);
  if (wish.features.length) given.set("features", wish.features.join(","));
  return given;
}

/** @param {import("./who.js").Choices} chosen @param {() => void} changed */
function form(chosen, changed) {
  /** @param {keyof typeof wish} name */
  const set = (name) => (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    Object.assign(wish, { [name]: name === "minutes" ? Number(value) : value });
    changed();
  };
  /** @param {string} each */
  const withOrWithout = (each) => (/** @type {Event} */ event) => {
    const { checked } = /** @type {HTMLInputElement} */ (event.target);
    wish.features = wish.features.filter((one) => one !== each).concat(checked ? [each] : []);
    changed();
  };
  return html`<form class="card search" role="search" @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
    <label class="field">${word("day")}
      <input type="date" required .value=${wish.day} min=${dayIn(new Date(), ownZone)} @change=${set("day")} />
    </label>
    <label class="field">${word("from")}
      <input type="time" required step="300" .value=${wish.time} ?disabled=${!wish.minutes} @change=${set("time")} />
    </label>
    <label class="field">${word("how_long")}
      <select @change=${set("minutes")}>${lengths(wish.minutes)}</select>
    </label>
    <label class="field">${word("people")}
      <input type="number" inputmode="numeric" min="0" max="10000" placeholder="–" .value=${wish.people} @input=${set("people")} />
    </label>
    ${one("building", word("building"), chosen.buildings, set("building"))}
    ${one("kind", word("kind"), chosen.kinds, set("kind"))}
    ${
      chosen.features.length
        ? html`<fieldset class="features"><legend>${word("features")}</legend>
            ${chosen.features.map(
              (each) =>
                html`<label class="check"><input type="checkbox" ?checked=${wish.features.includes(each)} @change=${withOrWithout(each)} />${each}</label>`,
            )}</fieldset>`
        : nothing
    }
  </form>`;
}

/** @param {"building" | "kind"} name @param {string} label @param {string[]} from @param {(event: Event) => void} set */
function one(name, label, from, set) {
  if (from.length < 2) return nothing;
  return html`<label class="field">${label}
    <select @change=${set}>
      <option value="" ?selected=${!wish[name]}>${word("any")}</option>
      ${from.map((each) => html`<option value=${each} ?selected=${wish[name] === each}>${name === "kind" ? kindName(each) : each}</option>`)}
    </select>
  </label>`;
}

/** What was found, in words that are also read aloud. @param {Offers | undefined} offers */
function counted(offers) {
  if (!offers) return nothing;
  if (!offers.fitting) return word("none_fits");
  const { length } = offers.free;
  if (length) return word(offers.looked_at < offers.fitting ? "free_best" : "free_count", { count: length });
  return offers.later.length ? word("none_free") : `${word("none_free")} ${word("none_later")}`;
}

/** @param {Offers | undefined} offers @param {import("./who.js").Choices} chosen */
function found(offers, chosen) {
  if (!chosen.rooms) return html`<p class="empty">${word("no_rooms")}</p>`;
  if (!offers) return html`<p class="empty waiting">${word("loading")}</p>`;
  if (offers.free.length) return html`<ul class="offers">${offers.free.map(card)}</ul>`;
  if (!offers.later.length) return nothing;
  return html`<h3>${word("a_little_later")}</h3><ul class="offers">${offers.later.map(card)}</ul>`;
}

/** @param {Offer} offer */
function card(offer) {
  const { room } = offer;
  const people = Number(wish.people) > 0 ? Math.floor(Number(wish.people)) : 0;
  return html`<li class="card offer">
    <div class="what">
      <h3><a href=${dayOfRoom(room, wish.day)}>${room.name}</a></h3>
      <p class="soft small">${place(room)}</p>
      ${features(room)}
    </div>
    <p class="time small">${whenText(offer, room.zone)} ${otherZone(room, offer)}</p>
    <button class="main" type="button" aria-label=${word("book_room", { room: room.name })} @click=${() => book(offer, { people })}>${word("book")}</button>
  </li>`;
}
