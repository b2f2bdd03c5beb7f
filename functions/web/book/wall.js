/**
 * Wall clocks and instants: what somebody types is a day and a time of day in a zone, what the API takes is an instant.
 * Where a clock is put back the first of two equal times is meant, where it is put forward the time after the gap. Pure.
 */

const MINUTE = 60_000;
const DAY = 86_400_000;

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/** @param {string} zone */
function clockOf(zone) {
  const found =
    clocks.get(zone) ??
    new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
  clocks.set(zone, found);
  return found;
}

/**
 * What the clock of a zone shows at an instant, as if it were UTC, in milliseconds.
 * @param {number} at
 * @param {string} zone
 */
function shown(at, zone) {
  /** @type {Record<string, number>} */
  const parts = {};
  for (const { type, value } of clockOf(zone).formatToParts(at)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/**
 * The instant at which the clock of a zone shows a day and a time of day.
 * @param {string} day such as "2026-03-29"
 * @param {string} time such as "09:30"
 * @param {string} zone
 */
export function instant(day, time, zone) {
  const wanted = Date.parse(`${day}T${time}:00Z`);
  const offsets = [wanted - DAY, wanted + DAY].map((near) => shown(near, zone) - near);
  const found = offsets.map((offset) => wanted - offset).filter((at) => shown(at, zone) === wanted);
  // In a gap no instant shows it: the offset before the gap leads as far behind it as was asked for.
  return new Date(found.length ? Math.min(...found) : wanted - (offsets[0] ?? 0));
}

/** The time of day that the clock of a zone shows, such as "09:30". @param {Date} at @param {string} zone */
export const timeIn = (at, zone) => new Date(shown(at.getTime(), zone)).toISOString().slice(11, 16);

/** The day that the calendar of a zone shows, such as "2026-03-29". @param {Date} at @param {string} zone */
export const dayIn = (at, zone) => new Date(shown(at.getTime(), zone)).toISOString().slice(0, 10);

/** A day so many days later. @param {string} day @param {number} days */
export const daysAfter = (day, days) =>
  new Date(Date.parse(`${day}T00:00:00Z`) + days * DAY).toISOString().slice(0, 10);

/** The next moment that is a multiple of so many minutes. @param {Date} at @param {number} minutes */
export const onGrid = (at, minutes) => new Date(Math.ceil(at.getTime() / (minutes * MINUTE)) * minutes * MINUTE);

/** An instant as the API takes it, to the second. @param {Date} at */
export const told = (at) => `${at.toISOString().slice(0, 19)}Z`;

/** @param {Date} at @param {number} minutes */
export const minutesAfter = (at, minutes) => new Date(at.getTime() + minutes * MINUTE);
