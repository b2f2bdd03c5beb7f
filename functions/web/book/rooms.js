/**
 * What is shown of a room, everywhere alike.
 */

import { html, nothing } from "lit-html";
import { sameClock, zoneName } from "../kit/times.js";
import { word } from "../kit/words.js";

/**
 * @typedef {{ id: string, name: string, kind: string, capacity: number | null, building: string, floor: string,
 *   zone: string, features: string[], bookable: boolean, days_ahead: number, gap_minutes: number }} Room
 * @typedef {{ all_day: boolean, start: string, end: string }} When
 * @typedef {{ room: Room } & When} Offer
 */

/** Where it is and for how many, in one line. @param {Room} room */
export function place(room) {
  const parts = [
    room.building,
    room.floor ? word("floor", { floor: room.floor }) : "",
    room.capacity ? word("holds", { count: room.capacity }) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}

/** @param {Room} room */
export const features = (room) =>
  room.features.length
    ? html`<ul class="chips" aria-label=${word("features")}>${room.features.map((each) => html`<li>${each}</li>`)}</ul>`
    : nothing;

/** Whether the clock of a zone shows the viewer's own time all through a stretch. @param {string} zone @param {When} when */
export function isOwnClock(zone, when) {
  const [start, end] = [when.start, when.end].map((each) => new Date(when.all_day ? `${each}T00:00:00Z` : each));
  return sameClock(/** @type {Date} */ (start), /** @type {Date} */ (end), zone);
}

/**
 * The zone of a room, where its clock shows another time than the viewer's in a stretch.
 * @param {Room} room
 * @param {When} when
 */
export const otherZone = (room, when) =>
  isOwnClock(room.zone, when) ? nothing : html`<span class="soft small">${zoneName(room.zone)}</span>`;

/** The address of one of one's own bookings on this page. @param {Room} room @param {string} booking */
export const pageOfBooking = (room, booking) =>
  `#/rooms/${encodeURIComponent(room.id)}/bookings/${encodeURIComponent(booking)}`;

/** The address of a room's day on this page. @param {Room} room @param {string} day */
export const dayOfRoom = (room, day) => `#/rooms/${encodeURIComponent(room.id)}?day=${day}`;
