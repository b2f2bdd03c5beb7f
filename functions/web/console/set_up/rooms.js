/**
 * The second step of the set-up: choosing rooms among those that were found, and adding those of a list. What was
 * chosen stays chosen, whatever the search shows.
 */

import { html, nothing } from "lit-html";
import { live } from "lit-html/directives/live.js";
import { repeat } from "lit-html/directives/repeat.js";
import { word } from "../../kit/words.js";
import { buildingsOf, named, narrowed } from "./choosing.js";

/** Rooms shown at first: more are a long way to scroll, and the search is the shorter one. */
const SHOWN = 200;

/** @import { Room } from "./choosing.js" */
/** @import { Mistake } from "./pasted.js" */

/**
 * @typedef {object} Choosing
 * @property {Room[] | undefined} rooms undefined while nobody has looked
 * @property {string[]} looked a sentence for each place in which was looked
 * @property {string} [problem]
 * @property {boolean} looking
 * @property {string} search
 * @property {string} building
 * @property {boolean} all whether also what is far down is shown
 * @property {Set<string>} chosen addresses in small letters
 * @property {Mistake[]} mistakes of the list that was pasted last
 * @property {number} added
 */

/**
 * @typedef {object} Acts
 * @property {(change: Partial<Choosing>) => void} change
 * @property {(rooms: Room[], wanted: boolean) => void} choose
 * @property {(group?: string) => void} discover
 * @property {(text: string) => void} paste
 */

/** @param {Choosing} state @param {Acts} acts */
export function roomsStep(state, acts) {
  return html`<section class="card stack" aria-labelledby="su-rooms">
    <header class="view-head">
      <h2 id="su-rooms"><span class="step" aria-hidden="true">2</span> ${word("su_rooms")}</h2>
      <span class="soft" role="status">${word("su_chosen", { count: state.chosen.size })}</span>
    </header>
    ${state.problem ? html`<p class="notice bad">${state.problem}</p>` : nothing}
    ${state.rooms === undefined ? (state.problem ? nothing : html`<p class="soft">${word("su_rooms_later")}</p>`) : list(state, state.rooms, acts)}
    ${more(state, acts)}
  </section>`;
}

/** @param {Choosing} state @param {Room[]} rooms @param {Acts} acts */
function list(state, rooms, acts) {
  const found = narrowed(rooms, state.search, state.building);
  const free = found.filter((each) => !each.linked);
  const chosen = free.filter((each) => state.chosen.has(each.address.toLowerCase())).length;
  const shown = state.all ? found : found.slice(0, SHOWN);
  if (!rooms.length) return html`<p class="empty">${word("su_no_rooms")}</p>`;
  return html`<div class="narrow">
      <label class="field"
        >${word("su_search")}
        <input
          type="search"
          .value=${state.search}
          @input=${(/** @type {any} */ event) => acts.change({ search: event.target.value })}
        />
      </label>
      <label class="field"
        >${word("su_building")}
        <select @change=${(/** @type {any} */ event) => acts.change({ building: event.target.value })}>
          <option value="">${word("su_all_buildings")}</option>
          ${buildingsOf(rooms).map((each) => html`<option ?selected=${each === state.building}>${each}</option>`)}
        </select>
      </label>
    </div>
    <fieldset class="rooms">
      <legend class="for-ears">${word("su_rooms")}</legend>
      <label class="check all"
        ><input
          type="checkbox"
          .checked=${live(free.length > 0 && chosen === free.length)}
          .indeterminate=${chosen > 0 && chosen < free.length}
          ?disabled=${!free.length}
          @change=${(/** @type {any} */ event) => acts.choose(free, event.target.checked)}
        />${free.length ? word("su_select_all", { count: free.length }) : word("su_all_linked")}</label
      >
      <ul>
        ${repeat(
          shown,
          (each) => each.address,
          (each) => entry(each, state, acts),
        )}
      </ul>
      ${found.length ? nothing : html`<p class="empty">${word("su_none_fits")}</p>`}
      ${
        found.length > shown.length
          ? html`<button type="button" class="plain" @click=${() => acts.change({ all: true })}>
              ${word("su_show_all", { count: found.length })}
            </button>`
          : nothing
      }
    </fieldset>`;
}

/** @param {Room} room @param {Choosing} state @param {Acts} acts */
function entry(room, state, acts) {
  const about = [room.building, room.floor && word("su_floor", { floor: room.floor }), seats(room)].filter(Boolean);
  return html`<li>
    <label class="check room"
      ><input
        type="checkbox"
        .checked=${live(state.chosen.has(room.address.toLowerCase()))}
        ?disabled=${Boolean(room.linked)}
        @change=${(/** @type {any} */ event) => acts.choose([room], event.target.checked)}
      /><span class="what"><strong>${named(room)}</strong> <span class="soft small">${room.address}</span></span>
      <span class="soft small">${about.join(" · ")}</span></label
    >
    ${room.linked ? html`<a class="small" href="#/resources/${room.linked}">${word("su_linked")}</a>` : nothing}
  </li>`;
}

/** @param {Room} room */
const seats = (room) => (room.capacity ? word("su_seats", { count: room.capacity }) : "");

/** @param {Choosing} state @param {Acts} acts */
function more(state, acts) {
  /** @param {SubmitEvent} event */
  const pasted = (event) => {
    event.preventDefault();
    acts.paste(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("list")));
  };
  /** @param {any} event */
  const opened = async (event) => {
    const [file] = event.target.files;
    if (!file) return;
    const text = await file.text();
    event.target.closest("form").elements.list.value = text;
    acts.paste(text);
  };
  /** @param {SubmitEvent} event */
  const group = (event) => {
    event.preventDefault();
    acts.discover(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("group")).trim());
  };
  return html`<details class="more" ?open=${state.mistakes.length > 0}>
    <summary>${word("su_more")}</summary>
    <form class="stack" @submit=${pasted}>
      <label class="field"
        >${word("su_paste")}
        <span class="hint">${word("su_paste_hint")}</span>
        <textarea name="list" rows="5" spellcheck="false" class="mono" aria-invalid=${state.mistakes.length > 0} aria-describedby="su-mistakes"></textarea>
      </label>
      <div class="row">
        <button>${word("su_add")}</button>
        <label class="file button">${word("su_file")}<input type="file" accept=".csv,.tsv,.txt,text/csv" @change=${opened} /></label>
      </div>
      <div id="su-mistakes" role="status">
        ${state.added ? html`<p>${word("su_added", { count: state.added })}</p>` : nothing}
        ${
          state.mistakes.length
            ? html`<p class="wrong">${word("su_mistakes", { count: state.mistakes.length })}</p>
                <ul class="mistakes">
                  ${state.mistakes.map(
                    (each) =>
                      html`<li>
                        <strong>${word("su_line", { line: each.line })}</strong> ${word(each.wrong, each.places)}
                        <span class="soft mono">${each.said}</span>
                      </li>`,
                  )}
                </ul>`
            : nothing
        }
      </div>
    </form>
    <form class="row group" @submit=${group}>
      <label class="field"
        >${word("su_group")}<input name="group" type="email" placeholder="rooms@example.com" required />
      </label>
      <button ?disabled=${state.looking}>${word("su_look_group")}</button>
    </form>
    ${state.looked.length ? html`<ul class="soft small">${state.looked.map((each) => html`<li>${each}</li>`)}</ul>` : nothing}
  </details>`;
}
