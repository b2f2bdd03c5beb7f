/**
 * Both sides of a booking beside each other, in the form in which they are compared; what differs has a mark, a frame and
 * a word. Of a private booking its time is shown, and "private".
 */

/** @import { Pair, Shown } from "./timeline.js" */

import { html, nothing } from "lit-html";
import { whenText } from "../kit/times.js";
import { word, worded } from "../kit/words.js";
import { titleOf } from "./timeline.js";

const SIDES = /** @type {const} */ (["calendar", "platform"]);

/**
 * @param {Pair} pair
 * @param {any} told what its story says of each side as it is now
 * @param {string} zone
 */
export function versions(pair, told, zone) {
  const differs = new Set(pair.differences);
  const shown = SIDES.map((side) => pair[side]);
  const rows = [
    row("time", shown, differs, (each) => whenText(each, zone)),
    row("title", shown, differs, titleOf),
    ...(shown.some((each) => each?.private) && !differs.has("organiser")
      ? []
      : [row("organiser", shown, differs, (each) => each.organiser?.name || each.organiser?.address || "–")]),
    ...(differs.has("private") ? [row("private", shown, differs, (each) => word(each.private ? "yes" : "no"))] : []),
    row("status", shown, differs, (each) => word(`status_${each.status}`)),
  ];
  return html`<table class="versions">
    <thead>
      <tr>
        <td></td>
        ${SIDES.map((side) => html`<th scope="col" class=${side}>${word(`side_${side}`)}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows}
      ${answered(told)}
      <tr>
        <th scope="row">${word("version_key")}</th>
        ${SIDES.map((side) => html`<td><code class="key small">${pair[side]?.key ?? told[side]?.key ?? "–"}</code></td>`)}
      </tr>
    </tbody>
  </table>`;
}

/**
 * @param {string} name
 * @param {(Shown | null)[]} shown
 * @param {Set<string>} differs
 * @param {(each: Shown) => unknown} said
 */
function row(name, shown, differs, said) {
  const missing = (name === "time" || name === "status") && [...differs].some((each) => each.startsWith("not_on_"));
  const marked = differs.has(name) || (missing && name === "status");
  return html`<tr class=${marked ? "differs" : ""}>
    <th scope="row">${marked ? html`<span class="mark" aria-hidden="true">≠</span> ` : nothing}${word(`differs_${name}`)}${marked ? html`<span class="for-ears"> (${word("version_differs")})</span>` : nothing}</th>
    ${shown.map((each) => html`<td>${each ? said(each) : html`<span class="soft">${name === "status" ? word("not_there") : "–"}</span>`}</td>`)}
  </tr>`;
}

/** What the room has answered, where the calendar tells, and how it was proven that a side has it no longer. @param {any} told */
function answered(told) {
  const said = SIDES.map((side) => (worded(`shows_${told[side]?.shows}`) ? word(`shows_${told[side].shows}`) : ""));
  if (!said.some(Boolean)) return nothing;
  return html`<tr>
    <th scope="row">${word("version_answer")}</th>
    ${said.map((each) => html`<td>${each || "–"}</td>`)}
  </tr>`;
}
