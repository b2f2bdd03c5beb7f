/**
 * Where bookings stand on the axis of one day: in minutes of the wall clock of the resource's zone. Pure.
 */

/**
 * A time as the API gives it.
 * @typedef {{ all_day: boolean, start: string, end: string }} When
 */

/** @typedef {{ from: number, until: number, before: boolean, after: boolean }} Stretch minutes of a day, and whether it goes on */

const DAY = 1440;

/** @type {Map<string, Intl.DateTimeFormat>} */
const clocks = new Map();

/**
 * The date and the minute on the wall clock of a zone.
 * @param {Date} at
 * @param {string} zone
 */
export function wall(at, zone) {
  let clock = clocks.get(zone);
  if (!clock) {
    clock = new Intl.DateTimeFormat("sv-SE", {
      timeZone: zone,
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      hourCycle: "h23",
    });
    clocks.set(zone, clock);
  }
  const [day = "", time = ""] = clock.format(at).split(" ");
  return { day, minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5)) };
}

/**
 * Which part of a day a time takes; undefined where none.
 * @param {When} when
 * @param {string} day such as "2026-03-02"
 * @param {string} zone
 * @returns {Stretch | undefined}
 */
export function stretchOn(when, day, zone) {
  if (when.all_day) {
    if (day < when.start || day >= when.end) return undefined;
    return { from: 0, until: DAY, before: day > when.start, after: nextDay(day) < when.end };
  }
  const start = wall(new Date(when.start), zone);
  const end = wall(new Date(when.end), zone);
  if (day < start.day || day > end.day || (day === end.day && end.minute === 0 && day !== start.day)) return undefined;
  const from = start.day === day ? start.minute : 0;
  const until = end.day === day ? end.minute : DAY;
  // On the day on which clocks go back, an end may read earlier than its start.
  return { from, until: Math.max(until, from), before: start.day < day, after: end.day > day };
}

/**
 * Puts stretches that lie on each other into lanes, first come, first served.
 * @param {{ from: number, until: number }[]} stretches
 * @returns {{ lanes: number[], count: number }} the lane of each, in their order
 */
export function lanesOf(stretches) {
  /** @type {number[]} */
  const free = [];
  const lanes = new Array(stretches.length).fill(0);
  const inOrder = stretches.map((each, at) => ({ ...each, at })).sort((one, other) => one.from - other.from);
  for (const { from, until, at } of inOrder) {
    const lane = free.findIndex((each) => each <= from);
    const taken = lane < 0 ? free.length : lane;
    // What takes no time takes its place all the same.
    free[taken] = Math.max(until, from + 1);
    lanes[at] = taken;
  }
  return { lanes, count: Math.max(free.length, 1) };
}

/**
 * The hours that an axis shows: those of a working day, and all in which something stands.
 * @param {{ from: number, until: number }[]} stretches
 * @returns {{ first: number, last: number }} hours, the last one exclusive
 */
export function hoursOf(stretches) {
  let [first, last] = [7, 19];
  for (const { from, until } of stretches) {
    // A whole day says nothing about the hours that are worth seeing.
    if (from === 0 && until === DAY) continue;
    first = Math.min(first, Math.floor(from / 60));
    last = Math.max(last, Math.ceil(until / 60));
  }
  return { first, last };
}

/** The day after one such as "2026-02-28". @param {string} day */
export const nextDay = (day) => moved(day, 1);

/** A day some days later, or earlier. @param {string} day @param {number} days */
export function moved(day, days) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}
