/**
 * What is shown of a room, everywhere alike.
 */

import { html, nothing } from "lit-html";
import { ownZone, zoneName } from "../kit/times.js";
import { word } from "../kit/words.js";
import { timeIn } from "./wall.js";

const HALF_A_YEAR = 182 * 86_400_000;

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

/** Whether the clock of a zone shows the viewer's own time, now and half a year from now. @param {string} zone */
export const isOwnClock = (zone) =>
  [0, HALF_A_YEAR].every((later) => {
    const at = new Date(Date.now() + later);
    return timeIn(at, zone) === timeIn(at, ownZone);
  });

/** The zone of a room, where its clock shows another time than the viewer's. @param {Room} room */
export const otherZone = (room) =>
  isOwnClock(room.zone) ? nothing : html`<span class="soft small">${zoneName(room.zone)}</span>`;

/** The address of a room's day on this page. @param {Room} room @param {string} day */
export const dayOfRoom = (room, day) => `#/rooms/${encodeURIComponent(room.id)}?day=${day}`;
