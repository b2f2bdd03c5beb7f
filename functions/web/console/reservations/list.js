/** Bookings as a list by day, to look at. Times are those of the resource; its zone is named where it is another one. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { clock, longDay, ownZone, whenText, zoneName } from "../../kit/times.js";
import { word } from "../../kit/words.js";
import { isSentence } from "../why.js";
import { clockOf } from "./days.js";

/** @import { Row } from "./reading.js" */

/** Bookings shown at first, and more each time somebody asks. */
export const SHOWN = 300;

/** @type {Record<string, string>} */
const KIND = {
  linked: "good",
  creating: "moving",
  awaiting_room: "moving",
  refused: "bad",
  held: "warn",
  outside: "off",
  over: "off",
  cancelled: "off",
  unknown: "warn",
};

/**
 * @param {Row[]} rows
 * @param {string} first days before are shown under it
 * @param {number} shown
 */
export function listOf(rows, first, shown) {
  /** @type {Map<string, Row[]>} */
  const byDay = new Map();
  for (const each of rows.slice(0, shown)) {
    const day = each.first < first ? first : each.first;
    byDay.set(day, [...(byDay.get(day) ?? []), each]);
  }
  return [...byDay].map(
    ([day, own]) =>
      html`<section class="day" aria-label=${titleOf(day)}>
        <h2>${titleOf(day)}</h2>
        <ul>
          ${repeat(own, keyOf, entry)}
        </ul>
      </section>`,
  );
}

/** @param {string} day */
export const titleOf = (day) => longDay(new Date(`${day}T12:00:00Z`), "UTC");

/** @param {Row} row */
const keyOf = (row) => row.mapping ?? `${row.resource} ${row.booking}`;

/** What a booking is called to whoever may read it. @param {Row} row */
export const nameOf = (row) => (row.private ? word("private") : row.title || word("rv_untitled"));

/** "09:00 – 10:00" where it begins and ends on one day. @param {Row} row */
export function timeOf(row) {
  const zone = row.place.zone;
  if (row.all_day || row.first !== row.last) return whenText(row, zone);
  return `${clock(new Date(row.start), zone)} – ${clock(new Date(row.end), zone)}`;
}

/** Whether clocks there show another time than the viewer's. @param {Row} row */
const hasOtherClock = (row) => !row.all_day && clockOf(row.start, ownZone) !== row.begins;

/** How it stands; what waits for approval is not refused. @param {Row} row */
const standing = (row) => (row.state === "refused" && row.reason === "held" ? "held" : row.state);

/** Who booked. @param {Row} row */
export const ownerOf = (row) => row.owner?.name || row.owner?.address || "";

/** @param {Row} row */
function entry(row) {
  const { place } = row;
  const where = [place.building, place.floor && word("su_floor", { floor: place.floor })].filter(Boolean).join(" · ");
  return html`<li class="reservation" tabindex="-1">
    <div class="time">
      ${timeOf(row)} ${hasOtherClock(row) ? html`<span class="soft small zone">${zoneName(place.zone)}</span>` : nothing}
    </div>
    <div>
      <strong class=${row.private ? "soft" : ""}>${nameOf(row)}</strong>
      ${ownerOf(row) && ownerOf(row) !== row.title ? html`<div class="soft">${ownerOf(row)}</div>` : nothing}
    </div>
    <div>
      <a href="#/resources/${place.id}">${place.name}</a>
      ${where ? html`<div class="soft small">${where}</div>` : nothing}
    </div>
    <div class="how">
      <span class="state ${KIND[standing(row)] ?? ""}">${word(`rv_state_${standing(row)}`)}</span>
      <details>
        <summary aria-label=${word("rv_ids_of", { name: nameOf(row), time: timeOf(row) })}>${word("rv_ids")}</summary>
        <dl class="ids small">
          ${row.origin ? fact("rv_origin", word(`rv_origin_${row.origin}`)) : nothing}
          ${isSentence(row.reason) ? fact("rv_reason", row.reason) : nothing} ${fact("rv_event", row.event, true)}
          ${fact("rv_booking", row.booking, true)} ${fact("rv_mapping", row.mapping, true)}
        </dl>
      </details>
    </div>
  </li>`;
}

/** @param {string} name @param {string | null} value */
const fact = (name, value, mono = false) =>
  value
    ? html`<dt>${word(name)}</dt>
        <dd class=${mono ? "mono" : ""}>${value}</dd>`
    : nothing;
