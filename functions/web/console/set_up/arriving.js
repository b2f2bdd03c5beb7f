/** Rooms coming into step: how many have arrived, and of each that has not what it waits for and who can help. */

import { html, nothing } from "lit-html";
import { repeat } from "lit-html/directives/repeat.js";
import { word } from "../../kit/words.js";
import { stateMark } from "../states.js";

/** @import { Journey } from "./linking.js" */

/** Whether it is tried again and again without success. @param {Journey} each */
const isStuck = ({ resource }) =>
  resource?.state === "failing" || (["linking", "behind"].includes(resource?.state) && resource.attempts > 1);

/** Whether nothing more is to be done for a room. @param {Journey} each */
export const hasArrived = (each) => ["in step", "shadow"].includes(each.resource?.state);

/**
 * @param {Journey[]} all
 * @param {{ again: (each: Journey) => void, leaveOut: (each: Journey) => void, retry: (each: Journey) => void, clear: () => void }} acts
 */
export function arriving(all, acts) {
  const arrived = all.filter(hasArrived).length;
  const stuck = all.filter((each) => each.refused || isStuck(each)).length;
  // What needs somebody first, then what is on its way, then what has arrived.
  const ordered = [...all].sort((one, other) => urgency(one) - urgency(other));
  return html`<section class="card stack" aria-labelledby="su-arriving">
    <header class="view-head">
      <h2 id="su-arriving" tabindex="-1">${word("su_arriving")}</h2>
      <span role="status"
        >${word("su_arrived", { arrived, count: all.length })}${stuck ? `, ${word("su_stuck", { count: stuck })}` : ""}</span
      >
    </header>
    <progress aria-labelledby="su-arriving" max=${all.length} value=${arrived}></progress>
    ${
      arrived === all.length
        ? html`<div class="notice good row spread">
            <span>${word("su_all_arrived", { count: arrived })}</span>
            <span class="row"
              ><a class="button" href="#/">${word("nav_overview")}</a>
              <button type="button" class="plain" @click=${acts.clear}>${word("su_clear")}</button></span
            >
          </div>`
        : nothing
    }
    <ul class="arriving">
      ${repeat(
        ordered,
        (each) => each.address,
        (each) => journey(each, acts),
      )}
    </ul>
  </section>`;
}

/** @param {Journey} each */
function urgency(each) {
  if (each.refused || isStuck(each)) return 0;
  const place = ["failing", "held", "behind", "paused"].indexOf(each.resource?.state);
  return place >= 0 ? place + 1 : hasArrived(each) ? 9 : 8;
}

/**
 * @param {Journey} each
 * @param {{ again: (each: Journey) => void, leaveOut: (each: Journey) => void, retry: (each: Journey) => void }} acts
 */
function journey(each, acts) {
  const { resource, refused } = each;
  const name = resource?.name || each.name || each.address;
  const plan = resource?.bulk_plan;
  return html`<li>
    <div class="what">
      ${resource ? html`<a href="#/resources/${resource.id}"><strong>${name}</strong></a>` : html`<strong>${name}</strong>`}
      ${said(each) ? html`<p class="soft small">${said(each)}</p>` : nothing}
      ${
        plan?.left
          ? html`<label class="small soft"
              >${word("su_import", { done: plan.done, count: plan.total })}
              <progress max=${plan.total} value=${plan.done}></progress
            ></label>`
          : nothing
      }
    </div>
    ${chip(each)}
    <span class="row">
      ${
        refused
          ? html`<button type="button" aria-label=${word("su_again_of", { name })} @click=${() => acts.again(each)}>${word("try_again")}</button>
              <button type="button" class="plain" aria-label=${word("su_leave_out_of", { name })} @click=${() => acts.leaveOut(each)}>
                ${word("su_leave_out")}
              </button>`
          : nothing
      }
      ${
        isStuck(each)
          ? html`<button type="button" aria-label=${word("su_again_of", { name })} @click=${() => acts.retry(each)}>${word("try_again")}</button>`
          : nothing
      }
      ${resource?.state === "held" ? html`<a class="button" href="#/resources/${resource.id}">${word("su_see_plan")}</a>` : nothing}
    </span>
  </li>`;
}

/** @param {Journey} each */
const said = ({ refused, resource }) => refused ?? resource?.why ?? "";

/** @param {Journey} each */
function chip({ refused, resource }) {
  if (refused) return html`<span class="state bad">${word("su_state_refused")}</span>`;
  if (!resource) return html`<span class="state moving">${word("su_state_asking")}</span>`;
  return stateMark(resource.state);
}
