/**
 * How a series is asked for: the choices of the form, as a rule of RFC 5545. Pure.
 */

/** What can be chosen, and what it means; the words are `repeat_…`. */
const RULES = {
  daily: "FREQ=DAILY",
  weekdays: "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
  weekly: "FREQ=WEEKLY",
  fortnightly: "FREQ=WEEKLY;INTERVAL=2",
  monthly: "FREQ=MONTHLY",
};

export const repetitions = /** @type {(keyof typeof RULES)[]} */ (Object.keys(RULES));

/**
 * @param {string} chosen one of `repetitions`
 * @param {{ times?: number, until?: string }} ends after so many times, or on a day (inclusive)
 * @returns {string} the RRULE
 */
export function rule(chosen, { times, until }) {
  const how = RULES[/** @type {keyof typeof RULES} */ (chosen)];
  return until ? `${how};UNTIL=${until.replaceAll("-", "")}` : `${how};COUNT=${times ?? 1}`;
}

/**
 * Which choice a rule of the platform is, so that it can be told in words; undefined where it is none of ours.
 * @param {string} text
 */
export function named(text) {
  const parts = new Map(text.split(";").map((each) => /** @type {[string, string]} */ (each.split("="))));
  const frequency = parts.get("FREQ");
  const interval = parts.get("INTERVAL") ?? "1";
  if (frequency === "DAILY" && interval === "1") return "daily";
  if (frequency === "MONTHLY" && interval === "1") return "monthly";
  if (frequency !== "WEEKLY") return undefined;
  if (parts.get("BYDAY")?.split(",").length === 5) return "weekdays";
  return { 1: "weekly", 2: "fortnightly" }[interval];
}

/** Whether a series has to keep its days: those of work moved by a day would be others. @param {string} text */
export const keepsDays = (text) => named(text) === "weekdays";
