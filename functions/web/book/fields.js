/**
 * The fields of the dialogs: time, title, repetition, and how much of a series is meant. A time is typed on the clock of
 * the room.
 */

import { html, nothing } from "lit-html";
import { zoneName } from "../kit/times.js";
import { word } from "../kit/words.js";
import { lengths } from "./lengths.js";
import { repetitions, rule } from "./repeating.js";
import { isOwnClock } from "./rooms.js";
import { dayIn, daysAfter, instant, minutesAfter, timeIn, told } from "./wall.js";

/**
 * @typedef {import("./rooms.js").When} When
 * @typedef {import("./rooms.js").Room} Room
 */

/**
 * What a form of a time holds: a day, a time of day and a length, on the clock of the room.
 * @typedef {{ day: string, time: string, minutes: number }} Typed
 */

/** @param {When} when @param {string} zone @returns {Typed} */
export function typed(when, zone) {
  if (when.all_day) return { day: when.start, time: "09:00", minutes: 0 };
  const [start, end] = [new Date(when.start), new Date(when.end)];
  return {
    day: dayIn(start, zone),
    time: timeIn(start, zone),
    minutes: Math.round((end.getTime() - start.getTime()) / 60_000),
  };
}

/** @param {Typed} form @param {string} zone @returns {When} */
export function meant(form, zone) {
  if (!form.minutes) return { all_day: true, start: form.day, end: daysAfter(form.day, 1) };
  const start = instant(form.day, form.time, zone);
  return { all_day: false, start: told(start), end: told(minutesAfter(start, form.minutes)) };
}

/** @param {When} when */
export const body = (when) => ({ start: when.start, end: when.end, ...(when.all_day ? { all_day: true } : {}) });

/** Whether a form says another time than another one. @param {Typed} one @param {Typed} other */
export const isOtherTime = (one, other) =>
  one.day !== other.day || one.time !== other.time || one.minutes !== other.minutes;

/**
 * @param {Typed} form
 * @param {Room} room
 * @param {() => void} again
 * @param {boolean} [sameDay] a series keeps its days: only its time of day and length can be changed here
 */
export function timeFields(form, room, again, sameDay = false) {
  /** @param {"day" | "time" | "minutes"} name */
  const set = (name) => (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    Object.assign(form, { [name]: name === "minutes" ? Number(value) : value });
    again();
  };
  return html`<div class="times">
    <label class="field">${word("day")}<input type="date" required ?disabled=${sameDay} .value=${form.day} @change=${set("day")} /></label>
    <label class="field">${word("from")}<input type="time" required step="300" ?disabled=${!form.minutes} .value=${form.time} @change=${set("time")} /></label>
    <label class="field">${word("how_long")}<select @change=${set("minutes")}>${lengths(form.minutes)}</select></label>
  </div>
  ${isOwnClock(room.zone, meant(form, room.zone)) ? nothing : html`<p class="soft small">${word("in_zone", { zone: zoneName(room.zone) })}</p>`}
  ${sameDay ? html`<p class="soft small">${word("series_keeps_days")}</p>` : nothing}`;
}

/** @param {{ title: string, private: boolean }} form */
export const titleFields = (form) => html`<label class="field">${word("booking_title")}
    <input maxlength="255" autocomplete="off" .value=${form.title} @input=${(/** @type {Event} */ event) => {
      form.title = /** @type {HTMLInputElement} */ (event.target).value;
    }} />
  </label>
  <label class="check"><input type="checkbox" ?checked=${form.private} @change=${(/** @type {Event} */ event) => {
    form.private = /** @type {HTMLInputElement} */ (event.target).checked;
  }} />
    <span>${word("private_booking")}</span></label>`;

/**
 * @param {{ repeat: string, ends: string, times: string, until: string, day: string }} form
 * @param {() => void} again
 */
export function repeatFields(form, again) {
  /** @param {"repeat" | "ends" | "times" | "until"} name */
  const set = (name) => (/** @type {Event} */ event) => {
    form[name] = /** @type {HTMLInputElement} */ (event.target).value;
    again();
  };
  return html`<div class="times">
    <label class="field">${word("repeat")}
      <select @change=${set("repeat")}>
        <option value="" ?selected=${!form.repeat}>${word("repeat_never")}</option>
        ${repetitions.map((each) => html`<option value=${each} ?selected=${form.repeat === each}>${word(`repeat_${each}`)}</option>`)}
      </select>
    </label>
    ${
      form.repeat
        ? html`<label class="field">${word("ends")}
              <select @change=${set("ends")}>
                <option value="times" ?selected=${form.ends === "times"}>${word("ends_times")}</option>
                <option value="until" ?selected=${form.ends === "until"}>${word("ends_until")}</option>
              </select>
            </label>
            ${
              form.ends === "times"
                ? html`<label class="field">${word("how_often")}<input type="number" inputmode="numeric" required min="2" max="400" .value=${form.times} @change=${set("times")} /></label>`
                : html`<label class="field">${word("last_day")}<input type="date" required min=${form.day} .value=${form.until} @change=${set("until")} /></label>`
            }`
        : nothing
    }
  </div>`;
}

/**
 * @param {{ repeat: string, ends: string, times: string, until: string }} form
 */
export function series(form) {
  if (!form.repeat) return {};
  return {
    recurrence: {
      rule: rule(form.repeat, form.ends === "times" ? { times: Number(form.times) } : { until: form.until }),
    },
  };
}

/** @param {{ scope: string }} form @param {() => void} again */
export const scopeFields = (form, again) => html`<fieldset class="scope"><legend>${word("scope")}</legend>
  ${["one", "following", "all"].map(
    (each) =>
      html`<label class="check"><input type="radio" name="scope" value=${each} ?checked=${form.scope === each} @change=${() => {
        form.scope = each;
        again();
      }} />${word(`scope_${each}`)}</label>`,
  )}</fieldset>`;

/** @param {() => unknown} send */
export const submitting = (send) => (/** @type {Event} */ event) => {
  event.preventDefault();
  send();
};
