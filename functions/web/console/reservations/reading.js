/**
 * Reads the bookings of many resources page by page, so that the first are shown while the others are still read, and
 * keeps those that lie on the asked days where their resource stands.
 */

import { call } from "../../kit/api.js";
import { clockOf, ownDays, windowOf } from "./days.js";

/** @typedef {{ id: string, name: string, building: string, floor: string, zone: string }} Place */

/**
 * A booking with its place and its days there; the rest is as the API gives it.
 * @typedef {any} Row
 */

/**
 * @typedef {object} Found
 * @property {Row[]} rows by day, by the clock where they take place, and by place
 * @property {Place[]} places everything that was looked into
 * @property {{ resource: string, name: string, why: string }[]} unread
 * @property {boolean} whole whether nothing is left to read
 */

/**
 * @param {{ first: string, until: string, building: string, find: string, cancelled: boolean }} asked
 * @param {(found: Found) => void} show called after each page
 * @param {AbortSignal} signal
 */
export async function read(asked, show, signal) {
  /** @type {Found} */
  const found = { rows: [], places: [], unread: [], whole: false };
  for (let after = ""; ;) {
    const page = await call("reservations", { method: "POST", body: wanted(asked, after), signal });
    const places = new Map(page.resources.map((/** @type {Place} */ each) => [each.id, each]));
    found.places.push(...page.resources);
    found.unread.push(...page.unread);
    found.rows.push(...page.reservations.map((/** @type {any} */ each) => placed(each, places.get(each.resource))));
    found.rows = found.rows.filter((each) => each.last >= asked.first && each.first < asked.until).sort(inOrder);
    found.whole = !page.next;
    show(found);
    if (!page.next) return;
    after = page.next;
  }
}

/** @param {Parameters<typeof read>[0]} asked @param {string} after */
const wanted = ({ first, until, building, find, cancelled }, after) => ({
  ...windowOf({ first, until }),
  building: building || null,
  [isLink(find) ? "link" : "find"]: find || null,
  cancelled,
  after: after || null,
});

/** Whether somebody pasted where a meeting is joined. @param {string} text */
export const isLink = (text) => /^<?https?:\/\//i.test(text.trim());

/** @param {any} each @param {Place | undefined} place */
const placed = (each, place) => ({
  ...each,
  place,
  ...ownDays(each, place?.zone ?? "UTC"),
  begins: each.all_day ? "" : clockOf(each.start, place?.zone ?? "UTC"),
});

/** @param {Row} one @param {Row} other */
const inOrder = (one, other) =>
  one.first.localeCompare(other.first) ||
  one.begins.localeCompare(other.begins) ||
  one.place.name.localeCompare(other.place.name, undefined, { numeric: true });
