/**
 * All resources as the overview knows them: read whole once, and then only what was written since. What is known stays
 * while the app cannot be reached, and while other views are shown.
 */

/** @import { Glance } from "./overview_rows.js" */

import { call } from "../kit/api.js";

/** Milliseconds after which everything is read again, so that rows that are gone go here too. */
const READ_AGAIN = 3_600_000;

/** @type {Map<string, Glance>} */
let rows = new Map();
/** @type {string | null} */
let asOf = null;
let readAt = 0;
let heardAt = 0;
let changes = 0;

/** What is known now. `whole` tells that all of it was read; `version` rises with each change. */
export const fleet = () => ({ rows, whole: readAt > 0, heardAt, version: changes });

/**
 * Asks what is new; tells whether anything was.
 * @param {AbortSignal} signal
 * @param {() => void} more called while a long list is still being read
 */
export async function lookAtFleet(signal, more) {
  const anew = !asOf || Date.now() - readAt > READ_AGAIN;
  const before = changes;
  /** @type {Map<string, Glance>} */
  const read = anew ? new Map() : rows;
  let first = "";
  for (let after = ""; ;) {
    const page = await call(path(anew, after), { signal });
    first ||= page.as_of;
    for (const each of page.resources) keep(read, each);
    if (anew && !readAt) rows = read;
    if (!page.next) break;
    after = page.next;
    more();
  }
  if (anew && rows.size !== read.size) changes += 1;
  if (anew) {
    rows = read;
    readAt = Date.now();
  }
  asOf = first;
  heardAt = Date.now();
  return changes !== before;
}

/** @param {Map<string, Glance>} into @param {Glance} each */
function keep(into, each) {
  if (JSON.stringify(rows.get(each.id)) !== JSON.stringify(each)) changes += 1;
  into.set(each.id, each);
}

/** @param {boolean} anew @param {string} after */
function path(anew, after) {
  const query = new URLSearchParams();
  if (!anew && asOf) query.set("changed_since", asOf);
  if (after) query.set("after", after);
  return `overview?${query}`;
}
