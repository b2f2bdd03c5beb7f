/**
 * Why a booking is as it is: its decisions from the first to the last, what waits, and both sides as they are now.
 */

/** @import { Pair } from "./timeline.js" */

import { html, nothing } from "lit-html";
import { call } from "../kit/api.js";
import { ask } from "../kit/dialog.js";
import { moment, whenText } from "../kit/times.js";
import { word, worded } from "../kit/words.js";
import { differenceText, titleOf } from "./timeline.js";
import { versions } from "./versions.js";

/**
 * Opens the story of a booking.
 * @param {{ id: string, zone: string, name?: string }} resource
 * @param {Pair} pair
 */
export async function openWhy(resource, pair) {
  const shown = pair.calendar ?? pair.platform;
  /** @type {any} */
  let told;
  /** @type {unknown} */
  let trouble;
  const heading = shown ? titleOf(shown) : [word("why"), resource.name].filter(Boolean).join(": ");
  const closed = ask(
    heading,
    (_, again) => {
      redraw = again;
      return trouble
        ? html`<p class="notice bad" role="alert">${message(trouble)}</p>`
        : told
          ? story(told, resource.zone, pair)
          : html`<p class="waiting">${word("loading")}</p>`;
    },
    { wide: true },
  );
  try {
    // What the ledger does not know yet has no story: the next look begins it.
    told = pair.mapping
      ? await call(`resources/${encodeURIComponent(resource.id)}/why?mapping=${encodeURIComponent(pair.mapping)}`)
      : UNKNOWN;
  } catch (error) {
    trouble = error;
  }
  redraw();
  await closed;
}

let redraw = () => {};

/** @param {unknown} trouble */
const message = (trouble) => (trouble instanceof Error ? trouble.message : String(trouble));

/** What is told of a booking of which the ledger knows nothing yet. */
const UNKNOWN = { mapping: null, calendar: null, platform: null, open_steps: [], history: [] };

/** @param {any} told @param {string} zone @param {Pair} pair */
function story(told, zone, pair) {
  const { mapping } = told;
  // Opened from a decision, the sides have not been compared: its time is told, and nothing about what differs.
  const seen = pair.calendar ?? pair.platform;
  const when = told.calendar?.when ?? told.platform?.when;
  return html`${seen ? versions(pair, told, zone) : nothing}
    <p>${seen ? differenceText(pair) : when ? whenText(when, zone) : mapping ? word("unknown_time") : nothing}${mapping ? html` · ${mappingWord(mapping)} · ${word("made_on", { side: word(`side_${mapping.origin}`) })}` : nothing}${inWords(mapping?.reason)}</p>
    ${
      told.open_steps.length
        ? html`<section class="told"><h3>${word("what_waits")}</h3><ul class="plain-list">${told.open_steps.map((/** @type {any} */ each) => html`<li><span class="state warn">${stepWord(each.cause)}</span> ${each.cause === "conflict" ? nothing : each.reason} <span class="soft small">${word("since_n", { when: moment(new Date(each.since), zone) })}</span></li>`)}</ul></section>`
        : nothing
    }
    <section class="told"><h3>${word("decisions")}</h3>
      ${told.history.length ? html`<ol class="story">${told.history.map((/** @type {any} */ each) => html`<li><time class="soft small" datetime=${each.at}>${moment(new Date(each.at), zone)}</time><span>${each.sentence}</span></li>`)}</ol>` : html`<p class="soft">${word(mapping ? "no_decisions" : "not_known_yet")}</p>`}
    </section>
    ${mapping ? html`<p class="soft small">${word("mapping")} <code>${mapping.id}</code></p>` : nothing}`;
}

/** Whether a reason is a sentence; one that is a code is told by its decision. @param {string} [reason] */
export const isSentence = (reason) => Boolean(reason?.includes(" "));

/** @param {string} [reason] */
const inWords = (reason) => (isSentence(reason) ? html`<br /><span class="soft">${reason}</span>` : nothing);

/** How both sides belong together; what waits for approval is not refused. @param {{ state: string, reason: string }} mapping */
function mappingWord({ state, reason }) {
  const standing = state === "refused" && reason === "held" ? "held" : state;
  return worded(`mapping_${standing}`) ? word(`mapping_${standing}`) : standing;
}

/** @param {string} cause */
const stepWord = (cause) => (worded(`step_${cause}`) ? word(`step_${cause}`) : cause);
