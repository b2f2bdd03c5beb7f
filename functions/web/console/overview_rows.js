/**
 * Which resources the overview shows, in which order, and how many there are of each state. Pure.
 */

/** @import { State } from "./states.js" */

/**
 * A resource as `/api/overview` tells it.
 * @typedef {object} Glance
 * @property {string} id
 * @property {string} name
 * @property {string} kind
 * @property {string} building
 * @property {string} floor
 * @property {string} address
 * @property {State} state
 * @property {string | null} since
 * @property {string} why
 * @property {string | null} last_change
 * @property {number | null} latency seconds
 * @property {string | null} last_look
 * @property {string | null} proven_at
 * @property {number} conflicts
 * @property {number} open_steps
 * @property {{ total: number, done: number, left: number } | null} bulk_plan
 */

/**
 * What somebody looks for. `state` is a state, `conflict` for open overlaps, or empty for all that are linked.
 * @typedef {{ text: string, building: string, kind: string, state: string }} Wanted
 */

/** The pseudo state of a resource with open overlaps, whatever its state is. */
export const CONFLICT = "conflict";

/** @type {Record<string, number>} */
const RANK = { held: 0, failing: 1, behind: 2, linking: 3, shadow: 4, "in step": 5, paused: 6, unlinked: 7 };

/** How early somebody should look at a resource; less is earlier. @param {Glance} each */
export const rank = (each) => (each.conflicts > 0 && each.state !== "unlinked" ? 0 : (RANK[each.state] ?? 8));

/**
 * The resources to show, what needs somebody first, then by name.
 * @param {Iterable<Glance>} all
 * @param {Wanted} wanted
 * @param {(one: string, other: string) => number} compared how names are ordered where the viewer lives
 */
export function chosen(all, wanted, compared) {
  const parts = wanted.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  return [...all]
    .filter((each) => ofPlace(each, wanted) && inState(each, wanted.state) && says(each, parts))
    .sort((one, other) => rank(one) - rank(other) || compared(one.name, other.name) || (one.id < other.id ? -1 : 1));
}

/**
 * How many resources there are of each state, and with open overlaps, among those of the wanted place and text.
 * @param {Iterable<Glance>} all
 * @param {Wanted} wanted
 */
export function counted(all, wanted) {
  const parts = wanted.text.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  /** @type {Record<string, number>} */
  const counts = { "": 0 };
  for (const each of all) {
    if (!ofPlace(each, wanted) || !says(each, parts)) continue;
    counts[each.state] = (counts[each.state] ?? 0) + 1;
    if (each.state === "unlinked") continue;
    counts[""] = (counts[""] ?? 0) + 1;
    if (each.conflicts > 0) counts[CONFLICT] = (counts[CONFLICT] ?? 0) + 1;
  }
  return counts;
}

/**
 * The values of a field among all resources, ordered.
 * @param {Iterable<Glance>} all
 * @param {"building" | "kind"} field
 */
export const valuesOf = (all, field) => [...new Set([...all].map((each) => each[field]).filter(Boolean))].sort();

/** @param {Glance} each @param {Wanted} wanted */
const ofPlace = (each, wanted) =>
  (!wanted.building || each.building === wanted.building) && (!wanted.kind || each.kind === wanted.kind);

/** @param {Glance} each @param {string} state */
function inState(each, state) {
  if (!state) return each.state !== "unlinked";
  if (state === CONFLICT) return each.conflicts > 0 && each.state !== "unlinked";
  return each.state === state;
}

/** @param {Glance} each @param {string[]} parts */
function says(each, parts) {
  if (!parts.length) return true;
  const said = `${each.name} ${each.address} ${each.building} ${each.floor}`.toLocaleLowerCase();
  return parts.every((part) => said.includes(part));
}
