/**
 * What a door says some time after it was last asked, worked out from what was known then: bookings begin and end
 * although nobody can be asked. Pure. On another day nothing is known.
 */

/** @import { Door, Shown } from "./panel.js" */

const SOON = 10 * 60_000;

/** @param {string} at */
const ms = (at) => Date.parse(at);

/**
 * @param {Door} door as it was
 * @param {Date} now
 * @returns {Door} as it is now, as far as it was known; nothing is offered
 */
export function later(door, now) {
  const quiet = { ...door, can_book: null, can_extend: null, can_end: false, check_in: null, check_in_until: null };
  if (dayOf(now, door.zone) !== dayOf(new Date(door.now), door.zone)) {
    return { ...quiet, state: "unknown", until: null, current: null, next: null, day: [], closed: [] };
  }
  const at = now.getTime();
  const running = door.day.filter((each) => ms(each.start) <= at && at < ms(each.end));
  const shut = door.closed.find((each) => ms(each.start) <= at && at < ms(each.end));
  const next = door.day.find((each) => ms(each.start) > at) ?? (isAfter(door.next, at) ? door.next : null);
  if (running[0]) {
    return { ...quiet, state: "taken", current: running[0], next, until: takenUntil(door, running[0]) };
  }
  if (shut) return { ...quiet, state: "closed", current: null, next, until: shut.end };
  const ends = [...door.day, ...door.closed].map((each) => each.start).filter((start) => ms(start) > at);
  const until = ends.sort((one, other) => ms(one) - ms(other))[0] ?? null;
  return { ...quiet, state: until && ms(until) - at <= SOON ? "soon" : "free", current: null, next, until };
}

/** @param {Shown | null} shown @param {number} at */
const isAfter = (shown, at) => shown !== null && ms(shown.start) > at;

/** The end of the bookings that follow each other without a pause. @param {Door} door @param {Shown} first */
function takenUntil(door, first) {
  let until = first.end;
  for (const each of door.day) {
    if (ms(each.start) <= ms(until) && ms(each.end) > ms(until)) until = each.end;
  }
  return until;
}

/** @param {Date} at @param {string} zone */
const dayOf = (at, zone) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, dateStyle: "short" }).format(at);
