/**
 * A day as a list: what is taken, and the free stretches between. Pure.
 */

/**
 * @typedef {{ all_day: boolean, start: string, end: string, what: string, title: string, private: boolean,
 *   booking?: string | null }} Taken
 * @typedef {{ what: string, start: Date, end: Date, title: string, private: boolean, booking: string }} Line
 */

/** Free stretches shorter than this are not worth a line. */
const SHORTEST = 5 * 60_000;

/**
 * @param {Taken[]} taken in the order of their starts
 * @param {Date} from the day's first moment
 * @param {Date} to the first moment of the next day
 * @param {Date} now what is free before now is over
 * @returns {Line[]}
 */
export function agenda(taken, from, to, now) {
  const inside = taken
    .map((each) => ({
      what: each.what,
      title: each.title,
      private: each.private,
      booking: each.booking ?? "",
      // Whole days are the day itself, whichever part of them it is.
      start: each.all_day ? from : new Date(Math.max(Date.parse(each.start), from.getTime())),
      end: each.all_day ? to : new Date(Math.min(Date.parse(each.end), to.getTime())),
    }))
    .filter((each) => each.start < each.end)
    .sort((one, other) => one.start.getTime() - other.start.getTime());
  /** @type {Line[]} */
  const lines = [];
  let reached = from;
  for (const each of inside) {
    lines.push(...free(reached, each.start, now), each);
    if (each.end > reached) reached = each.end;
  }
  lines.push(...free(reached, to, now));
  return lines;
}

/** @param {Date} since @param {Date} until @param {Date} now @returns {Line[]} */
function free(since, until, now) {
  const start = since < now ? now : since;
  if (until.getTime() - start.getTime() < SHORTEST) return [];
  return [{ what: "free", title: "", private: false, booking: "", start, end: until }];
}
