/** What the operations view says of each matter: templates, and nothing that asks anybody. */

import { html, nothing } from "lit-html";
import { ago, day, moment, whenText } from "../../kit/times.js";
import { locale, word, worded } from "../../kit/words.js";
import { stateMark } from "../states.js";
import { perResource, WORKING_HOURS } from "./use.js";

/** @import { Glance } from "../overview_rows.js" */

/** Rows of a list that is long. */
const FEW = 12;

/** @param {{ id: string, name: string }} each */
const link = (each) => html`<a href="#/resources/${each.id}">${each.name || each.id}</a>`;

/** @param {string | null} at */
const past = (at) =>
  at ? html`<time datetime=${at} title=${moment(new Date(at))}>${ago(new Date(at))}</time>` : nothing;

/** @param {string} text */
const fine = (text) => html`<p class="soft">${text}</p>`;

/**
 * Resources that do not come on by themselves.
 * @param {Glance[]} troubled
 * @param {(each?: Glance) => void} retry one, or all of them
 */
export const failing = (troubled, retry) =>
  troubled.length
    ? html`<ul class="lines">
          ${troubled.slice(0, FEW * 4).map(
            (each) =>
              html`<li>
                <div>
                  ${link(each)} ${stateMark(each.state)}
                  <p class="soft small">${each.why} ${each.since ? html`(${past(each.since)})` : nothing}</p>
                </div>
                <button type="button" aria-label="${word("try_again")}: ${each.name}" @click=${() => retry(each)}>
                  ${word("try_again")}
                </button>
              </li>`,
          )}
        </ul>
        ${
          troubled.length > 1
            ? html`<p>
                <button type="button" @click=${() => retry()}>
                  ${word("op_retry_all", { count: troubled.length })}
                </button>
              </p>`
            : nothing
        }`
    : fine(word("op_no_failing"));

/**
 * The subscriptions of linked resources, the soonest to end first.
 * @param {any[]} resources
 * @param {Date} now
 */
export function subscriptions(resources, now) {
  const linked = resources.filter((each) => each.state !== "unlinked");
  const missing = linked.filter((each) => !each.notifications_until || new Date(each.notifications_until) <= now);
  const live = linked
    .filter((each) => !missing.includes(each))
    .sort((one, other) => one.notifications_until.localeCompare(other.notifications_until));
  if (!linked.length) return fine(word("op_nothing_linked"));
  return html`<p>
      ${word("op_subscriptions", { count: live.length })}
      ${missing.length ? html`<span class="state warn">${word("op_unsubscribed", { count: missing.length })}</span>` : nothing}
    </p>
    <ul class="lines">
      ${[...missing, ...live].slice(0, FEW).map(
        (each) =>
          html`<li>
            ${link(each)}
            <span class=${missing.includes(each) ? "state warn" : "soft"}
              >${missing.includes(each) ? word("op_by_sweep", { minutes: each.policy.sweep_minutes }) : word("op_until", { at: moment(new Date(each.notifications_until)) })}</span
            >
          </li>`,
      )}
    </ul>
    ${linked.length > FEW ? fine(word("op_and_more", { count: linked.length - FEW })) : nothing}`;
}

/**
 * @param {{ at: string, sentence: string, mapping: string, resource: Glance }[]} decisions
 * @param {(each: any) => void} open the story of the booking that one is about
 */
export const decisions = (decisions, open) =>
  decisions.length
    ? html`<ul class="lines">
        ${decisions.map(
          (each) =>
            html`<li>
              <div>
                ${each.sentence}
                <p class="small row">
                  ${link(each.resource)}
                  <button type="button" class="link" aria-label="${word("why")}: ${each.resource.name}, ${each.sentence}" @click=${() => open(each)}>${word("why")}</button>
                </p>
              </div>
              <span class="soft small">${past(each.at)}</span>
            </li>`,
        )}
      </ul>`
    : fine(word("op_no_decisions"));

/** What somebody did, in words where there are some. @param {string} what */
const deed = (what) => (worded(`did_${what}`) ? word(`did_${what}`) : what.replaceAll("_", " "));

/** @param {any[]} acts @param {Map<string, Glance>} resources */
export const acts = (acts, resources) =>
  acts.length
    ? html`<ul class="lines">
        ${acts.map(
          (each) =>
            html`<li>
              <div>
                <strong>${deed(each.what)}</strong> ${each.resource ? link({ id: each.resource, name: resources.get(each.resource)?.name ?? "" }) : nothing} <span class="soft">${each.who.name}</span>
                ${each.outcome === "done" ? nothing : html`<span class="state warn">${word(`op_act_${each.outcome}`)}</span>`}
                ${each.resources > 1 ? html`<span class="soft small">${word("op_act_resources", { count: each.resources })}</span>` : nothing}
              </div>
              <span class="soft small">${past(each.at)}</span>
            </li>`,
        )}
      </ul>`
    : fine(word("op_no_acts"));

/** @param {any[]} lapses */
export const lapses = (lapses) =>
  lapses.length
    ? html`<ul class="lines">
        ${lapses.map(
          (each) =>
            html`<li>
              <div>${each.name} <span class="soft small">${each.kind}</span></div>
              <span class=${each.warning === null ? "soft" : each.days_left <= 7 ? "state bad" : "state warn"}
                >${each.on ? word("op_lapses_on", { on: day(new Date(each.on), "UTC"), count: each.days_left }) : word("op_lapses_unknown")}</span
              >
            </li>`,
        )}
      </ul>`
    : fine(word("op_no_lapses"));

/** @param {any[]} resources of the drift report */
export function drift(resources) {
  const found = resources.flatMap((each) => each.drift.map((/** @type {any} */ one) => ({ ...one, of: each })));
  return found.length
    ? html`<ul class="lines">
        ${found.slice(0, FEW * 2).map(
          (each) =>
            html`<li>
              <div>
                ${link(each.of)} ${word(`op_drift_${each.found}`, { side: word(`op_side_${each.side}`) })}
                <p class="soft small">${whenText(each)}</p>
              </div>
              <span class="soft small">${past(each.found_at)}</span>
            </li>`,
        )}
      </ul>`
    : fine(word("op_no_drift"));
}

/** @param {any[]} series to which nobody comes */
export const missed = (series) =>
  series.length
    ? html`<ul class="lines">
        ${series.map(
          (each) =>
            html`<li>
              <div>
                <strong>${each.private ? word("private") : each.title || word("rv_untitled")}</strong> ${link({ id: each.resource, name: each.name })}
                <p class="soft small">${each.private ? nothing : each.organiser?.name || each.organiser?.address}</p>
              </div>
              <span class="soft">${word("op_missed_times", { count: each.times })}, ${day(new Date(each.last), "UTC")}</span>
            </li>`,
        )}
      </ul>`
    : fine(word("op_no_missed"));

/** @param {import("./use.js").Uses} uses */
export function use({ weeks, buildings, unread }) {
  if (!buildings.size) return fine(word("op_nothing_linked"));
  const number = new Intl.NumberFormat(locale(), { maximumFractionDigits: 1 });
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${word("op_use")}>
      <table class="use">
        <thead>
          <tr>
            <th scope="col">${word("op_building")}</th>
            ${weeks.map((each) => html`<th scope="col">${day(new Date(each), "UTC")}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${[...buildings].map(
            ([building, own]) =>
              html`<tr>
                <th scope="row">${building || word("rv_no_building")}</th>
                ${weeks.map((week) => {
                  const each = own.get(week);
                  if (!each) return html`<td></td>`;
                  const hours = perResource(each);
                  return html`<td>
                    <span class="number">${word("op_hours", { hours: number.format(hours) })}</span>
                    <meter min="0" max=${WORKING_HOURS} value=${Math.min(hours, WORKING_HOURS)} aria-label=${word("op_use_of", { building, hours: number.format(hours) })}></meter>
                    <span class="soft small">${word("op_bookings", { count: each.bookings })}</span>
                  </td>`;
                })}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${unread ? fine(word("op_use_unread", { count: unread })) : nothing}`;
}
