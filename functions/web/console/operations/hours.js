/** The hours of a measure as a chart needs them: every hour of the stretch, with nothing where nothing was. Pure. */

/**
 * @typedef {{ count: number, median: number | null, p95: number | null, slowest: number | null }} Tally seconds
 * @typedef {Tally & { of: string, hours: (Tally & { at: string })[] }} Measure
 * @typedef {{ at: number[], median: (number | null)[], p95: (number | null)[] }} Grid `at` in seconds, by the hour
 */

const HOUR = 3600;

/**
 * @param {{ from: string, to: string }} stretch its first hour is a full one, its last one may still run
 * @param {Measure} measure
 * @returns {Grid}
 */
export function grid({ from, to }, measure) {
  const known = new Map(measure.hours.map((each) => [Date.parse(each.at) / 1000, each]));
  /** @type {Grid} */
  const found = { at: [], median: [], p95: [] };
  for (let at = Date.parse(from) / 1000; at <= Date.parse(to) / 1000; at += HOUR) {
    found.at.push(at);
    found.median.push(known.get(at)?.median ?? null);
    found.p95.push(known.get(at)?.p95 ?? null);
  }
  return found;
}
