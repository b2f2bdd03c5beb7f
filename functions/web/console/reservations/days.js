/**
 * Days as people mean them: calendar days such as "2026-03-02", of which each resource has its own, since midnight is
 * another instant in each zone. Pure but for the locale's zone data.
 */

import { dayOf } from "../../kit/times.js";

const HOUR = 3_600_000;

/** The day so many days later. @param {string} day @param {number} days */
export function later(day, days) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** The ranges that may be looked at: how many days before the chosen one they begin, and how many they have. */
export const RANGES = /** @type {Record<string, { before: number, days: number }>} */ ({
  day: { before: 0, days: 1 },
  week: { before: 0, days: 7 },
  month: { before: 0, days: 31 },
  year: { before: 183, days: 366 },
});

/** The first day of a range and the first behind it. @param {string} day @param {string} range */
export function daysOf(day, range) {
  const { before, days } = RANGES[range] ?? { before: 0, days: 1 };
  const first = later(day, -before);
  return { first, until: later(first, days) };
}

/** The stretch of time in which those days lie, wherever a resource stands. @param {{ first: string, until: string }} days */
export function windowOf({ first, until }) {
  const from = new Date(new Date(`${first}T00:00:00Z`).getTime() - 14 * HOUR);
  const to = new Date(new Date(`${until}T00:00:00Z`).getTime() + 12 * HOUR);
  return { from: from.toISOString(), to: to.toISOString() };
}

/**
 * The days of a booking in its resource's zone: its first, and its last.
 * @param {{ all_day: boolean, start: string, end: string }} when
 * @param {string} zone
 */
export function ownDays(when, zone) {
  if (when.all_day) return { first: when.start, last: later(when.end, -1) };
  const start = new Date(when.start);
  const end = new Date(Math.max(new Date(when.end).getTime() - 1, start.getTime()));
  return { first: dayOf(start, zone), last: dayOf(end, zone) };
}

/** The clock of a place at an instant, such as "09:00": for ordering and for programs. @param {string} at @param {string} zone */
export const clockOf = (at, zone) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit" }).format(new Date(at));
