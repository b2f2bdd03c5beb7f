/**
 * How long a booking lasts, as it is chosen. 0 minutes stand for whole days.
 */

import { html } from "lit-html";
import { word } from "../kit/words.js";

const USUAL = [15, 30, 45, 60, 90, 120, 180, 240, 480, 0];

/** The choices, with the present one among them whatever it is. @param {number} chosen */
export function lengths(chosen) {
  const all = USUAL.includes(chosen) ? USUAL : [...USUAL, chosen].sort((one, other) => (one || 1e9) - (other || 1e9));
  return all.map((each) => html`<option value=${each} ?selected=${each === chosen}>${inWords(each)}</option>`);
}

/** @param {number} minutes */
export function inWords(minutes) {
  if (!minutes) return word("whole_day");
  if (minutes < 60) return word("minutes", { count: minutes });
  const [hours, rest] = [Math.floor(minutes / 60), minutes % 60];
  return rest ? word("hours_and_minutes", { hours, minutes: rest }) : word("hours", { count: hours });
}
