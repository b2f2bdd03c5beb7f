/** The use of resources by building and week, added up over the pages in which the API gives it. */

import { call } from "../../kit/api.js";
import { dayOf } from "../../kit/times.js";

/** Whole weeks that are looked back on, and the hours of a week in which people work. */
export const WEEKS = 8;
export const WORKING_HOURS = 40;

/**
 * @typedef {{ resources: number, used: number, bookings: number, hours: number }} Use
 * @typedef {{ weeks: string[], buildings: Map<string, Map<string, Use>>, unread: number }} Uses
 */

/** Adds pages up. @param {{ use: any[], unread: number }[]} pages @returns {Uses} */
export function added(pages) {
  /** @type {Uses} */
  const sum = { weeks: [], buildings: new Map(), unread: 0 };
  const weeks = new Set();
  for (const page of pages) {
    sum.unread += page.unread;
    for (const { building, week, resources, used, bookings, hours } of page.use) {
      weeks.add(week);
      const own = sum.buildings.get(building) ?? new Map();
      const so = own.get(week) ?? { resources: 0, used: 0, bookings: 0, hours: 0 };
      own.set(week, {
        resources: so.resources + resources,
        used: so.used + used,
        bookings: so.bookings + bookings,
        hours: so.hours + hours,
      });
      sum.buildings.set(building, own);
    }
  }
  sum.weeks = [...weeks].sort();
  return sum;
}

/** Hours that a resource of these was taken in the week. @param {Use} use */
export const perResource = (use) => (use.resources ? use.hours / use.resources : 0);

/** The stretch of the last whole weeks, to the last Monday. @param {Date} now */
export function lastWeeks(now) {
  const monday = new Date(`${dayOf(now)}T00:00:00Z`);
  monday.setUTCDate(monday.getUTCDate() - ((monday.getUTCDay() + 6) % 7));
  const first = new Date(monday);
  first.setUTCDate(first.getUTCDate() - 7 * WEEKS);
  // Half a day inside, so that no zone counts a week that is not whole.
  return {
    from: new Date(first.getTime() + 15 * 3_600_000).toISOString(),
    to: new Date(monday.getTime() - 15 * 3_600_000).toISOString(),
  };
}

/** @param {Date} now */
export async function readUse(now) {
  const pages = [];
  for (let after = ""; ;) {
    const page = await call(`use?${new URLSearchParams({ ...lastWeeks(now), ...(after && { after }) })}`);
    pages.push(page);
    if (!page.next) return added(pages);
    after = page.next;
  }
}
