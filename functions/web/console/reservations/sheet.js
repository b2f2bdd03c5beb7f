/**
 * The day sheet: what hangs at the reception or on a door, one page for each building or room. A room without bookings
 * stands on it too, because whoever reads it wants to know. It is seen on paper only.
 */

import { html, nothing } from "lit-html";
import { word } from "../../kit/words.js";
import { nameOf, ownerOf, timeOf, titleOf } from "./list.js";

/** @import { Found, Place, Row } from "./reading.js" */

/**
 * @param {Found} found
 * @param {string} day
 * @param {"building" | "room"} by
 */
export function sheetOf(found, day, by) {
  const taken = found.rows.filter((each) => each.state !== "cancelled");
  const rows = taken.filter((each) => each.first <= day && day <= each.last);
  /** @type {Map<string, Place[]>} */
  const pages = new Map();
  for (const each of found.places) {
    const key = by === "room" ? each.id : each.building;
    pages.set(key, [...(pages.get(key) ?? []), each]);
  }
  return html`<div class="sheet only-print">
    ${[...pages.values()].sort(inOrder).map(
      (places) =>
        html`<section class="page">
          <h1>${by === "room" ? places[0]?.name : places[0]?.building || word("rv_no_building")}</h1>
          <p class="date">${titleOf(day)}</p>
          ${[...places].sort(byName).map((place) => room(place, rows, by === "building"))}
        </section>`,
    )}
  </div>`;
}

/** @param {Place} place @param {Row[]} rows @param {boolean} named */
function room(place, rows, named) {
  const own = rows.filter((each) => each.resource === place.id);
  return html`<section class="place">
    ${named ? html`<h2>${place.name}</h2>` : nothing}
    ${
      own.length
        ? html`<table>
            <tbody>
              ${own.map(
                (each) =>
                  html`<tr>
                    <td class="when">${timeOf(each)}</td>
                    <td>${nameOf(each)}</td>
                    <td class="owner">${ownerOf(each) === each.title ? "" : ownerOf(each)}</td>
                  </tr>`,
              )}
            </tbody>
          </table>`
        : html`<p>${word("rv_free_day")}</p>`
    }
  </section>`;
}

/** @param {Place[]} one @param {Place[]} other */
const inOrder = ([one], [other]) =>
  (one?.building ?? "").localeCompare(other?.building ?? "") || (one && other ? byName(one, other) : 0);

/** @param {Place} one @param {Place} other */
const byName = (one, other) => one.name.localeCompare(other.name, undefined, { numeric: true });
