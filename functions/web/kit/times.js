/**
 * Dates and times as the viewer's locale writes them. Instants are shown in the zone that the caller names: a
 * resource's own, since a room does not travel with whoever looks at it. Pure but for the locale.
 */

import { locale, word } from "./words.js";

/** The zone in which the viewer lives. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** @type {Map<string, Intl.DateTimeFormat>} */
const formats = new Map();

/**
 * @param {Intl.DateTimeFormatOptions} how
 * @param {string} [zone]
 */
function format(how, zone = ownZone) {
  const key = `${locale()} ${zone} ${JSON.stringify(how)}`;
  const found = formats.get(key) ?? new Intl.DateTimeFormat(locale(), { ...how, timeZone: zone });
  formats.set(key, found);
  return found;
}

/**
 * How hours are written: "09:00" on a clock of 24 hours, "9:00 AM" on one of twelve.
 * @returns {Intl.DateTimeFormatOptions}
 */
function hours() {
  const { hour12 } = format({ hour: "numeric" }).resolvedOptions();
  return { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit" };
}

/**
 * Whether two zones' clocks show the same all through a stretch of time: the names of zones alone say nothing.
 * @param {Date} from
 * @param {Date} to
 * @param {string} zone
 * @param {string} [other]
 */
export function sameClock(from, to, zone, other = ownZone) {
  if (zone === other) return true;
  for (let at = from.getTime(); at < to.getTime(); at += DAY) if (offset(at, zone) !== offset(at, other)) return false;
  return offset(to.getTime(), zone) === offset(to.getTime(), other);
}

/** How far a zone's clock is ahead of UTC, as a text. @param {number} at @param {string} zone */
const offset = (at, zone) =>
  format({ timeZoneName: "longOffset" }, zone)
    .formatToParts(at)
    .find((each) => each.type === "timeZoneName")?.value;

/** Such as "14:30". @param {Date} at @param {string} [zone] */
export const clock = (at, zone) => format(hours(), zone).format(at);

/**
 * What people call a zone, such as "Central European Time": its name in the tables is a city that is seldom theirs.
 * @param {string} zone
 */
export const zoneName = (zone) =>
  format({ timeZoneName: "longGeneric" }, zone)
    .formatToParts()
    .find((each) => each.type === "timeZoneName")?.value ?? zone.replaceAll("_", " ");

/** Such as "Mon 2 Mar". @param {Date} at @param {string} [zone] */
export const day = (at, zone) => format({ weekday: "short", day: "numeric", month: "short" }, zone).format(at);

/** Such as "Monday, 2 March 2026". @param {Date} at @param {string} [zone] */
export const longDay = (at, zone) =>
  format({ weekday: "long", day: "numeric", month: "long", year: "numeric" }, zone).format(at);

/** Such as "2 Mar 2026, 14:30". @param {Date} at @param {string} [zone] */
export const moment = (at, zone) => format({ dateStyle: "medium", timeStyle: "short" }, zone).format(at);

/** A stretch of time, its day said once. @param {Date} start @param {Date} end @param {string} [zone] */
export const span = (start, end, zone) =>
  format({ weekday: "short", day: "numeric", month: "short", ...hours() }, zone).formatRange(start, end);

/**
 * A booking's time: of whole days its dates, else a span in the zone.
 * @param {{ all_day: boolean, start: string, end: string }} when as the API gives it
 * @param {string} [zone]
 */
export function whenText(when, zone) {
  if (!when.all_day) return span(new Date(when.start), new Date(when.end), zone);
  const first = new Date(`${when.start}T00:00:00Z`);
  const last = new Date(new Date(`${when.end}T00:00:00Z`).getTime() - DAY);
  const how = format({ weekday: "short", day: "numeric", month: "short" }, "UTC");
  const days = first >= last ? how.format(first) : how.formatRange(first, last);
  return word("all_day", { days });
}

/** The calendar day of an instant in a zone, such as "2026-03-02". @param {Date} at @param {string} [zone] */
export const dayOf = (at, zone = ownZone) =>
  new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(at);

/**
 * How long ago something was, in the largest unit that says enough: "3 minutes ago".
 * @param {Date} at
 * @param {Date} [now]
 */
export function ago(at, now = new Date()) {
  const seconds = Math.round((at.getTime() - now.getTime()) / 1000);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(seconds, "second");
}

/** A duration to read: "4 ms", "0.14 s", "3 min", "2 h". @param {number} seconds */
export function duration(seconds) {
  /** @param {number} value @param {string} unit @param {number} digits */
  const say = (value, unit, digits) =>
    new Intl.NumberFormat(locale(), {
      style: "unit",
      unit,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  if (seconds > 0 && seconds < 0.1) return say(seconds * 1000, "millisecond", 0);
  if (seconds < 10) return say(seconds, "second", 2);
  if (seconds < 90) return say(seconds, "second", 0);
  if (seconds < 5400) return say(seconds / 60, "minute", 0);
  return seconds < 129600 ? say(seconds / 3600, "hour", 0) : say(seconds / 86400, "day", 0);
}

/** The same in a column of numbers, by the signs that all languages share. @param {number} seconds */
export function brief(seconds) {
  const [value, unit, digits] =
    seconds < 0.1
      ? [seconds * 1000, "ms", 0]
      : seconds < 10
        ? [seconds, "s", 2]
        : seconds < 90
          ? [seconds, "s", 0]
          : seconds < 5400
            ? [seconds / 60, "min", 0]
            : [seconds / 3600, "h", 0];
  return `${new Intl.NumberFormat(locale(), { maximumFractionDigits: Number(digits) }).format(Number(value))}\u202f${unit}`;
}

const DAY = 86_400_000;

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];
