/**
 * How long changes took: for each resource its last change, when it was and how many seconds passed until both sides
 * were written; in words for whoever sees no points. Pure.
 */

import { duration } from "../../kit/times.js";
import { word } from "../../kit/words.js";

/** @import { Glance } from "../overview_rows.js" */

/** The last changes of the last so many hours are shown. */
export const HOURS = 24;

/**
 * @param {Iterable<Glance>} all
 * @param {Date} now
 * @returns {{ at: number, seconds: number, name: string }[]} by time
 */
export function changesOf(all, now) {
  const since = now.getTime() - HOURS * 3_600_000;
  const found = [];
  for (const { name, last_change, latency } of all) {
    const at = last_change ? Date.parse(last_change) : 0;
    if (latency !== null && at >= since) found.push({ at: at / 1000, seconds: latency, name });
  }
  return found.sort((one, other) => one.at - other.at);
}

/** The value below which a part of all lies. @param {number[]} values @param {number} part */
export function quantile(values, part) {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? 0;
}

/** What the points say, in words. @param {{ seconds: number }[]} points */
export const inWords = (points) => {
  const values = points.map((each) => each.seconds);
  return word("op_latency_said", {
    count: points.length,
    middle: duration(quantile(values, 0.5)),
    most: duration(quantile(values, 0.95)),
    worst: duration(quantile(values, 1)),
  });
};
