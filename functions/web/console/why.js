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

/**
 * Opens the story of a booking.
 * @param {{ id: string, zone: string }} resource
 * @param {Pair} pair
 */
export async function openWhy(resource, pair) {
  const shown = pair.calendar ?? pair.platform;
  /** @type {any} */
  let told;
  /** @type {unknown} */
  let trouble;
  const heading = shown ? titleOf(shown) : word("why");
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
      : unknown(pair);
  } catch (error) {
    trouble = error;
  }
  redraw();
  await closed;
}

let redraw = () => {};

/** @param {unknown} trouble */
const message = (trouble) => (trouble instanceof Error ? trouble.message : String(trouble));

/** A booking that stands on a side and of which nothing is known yet. @param {Pair} pair */
function unknown(pair) {
  /** @param {import("./timeline.js").Shown | null} side */
  const seen = (side) => side && { key: side.key, takes_place: true, when: side, private: side.private, shows: "" };
  return { mapping: null, calendar: seen(pair.calendar), platform: seen(pair.platform), open_steps: [], history: [] };
}

/** @param {any} told @param {string} zone @param {Pair} pair */
function story(told, zone, pair) {
  const { mapping } = told;
  return html`<div class="both-sides">
      ${side("calendar", told.calendar, zone)} ${side("platform", told.platform, zone)}
    </div>
    <p>${differenceText(pair)}${mapping ? html` · ${mappingWord(mapping)} · ${word("made_on", { side: word(`side_${mapping.origin}`) })}` : nothing}${inWords(mapping?.reason)}</p>
    ${
      told.open_steps.length
        ? html`<section><h3>${word("what_waits")}</h3><ul class="plain-list">${told.open_steps.map((/** @type {any} */ each) => html`<li><span class="state warn">${stepWord(each.cause)}</span> ${each.cause === "conflict" ? nothing : each.reason} <span class="soft small">${word("since_n", { when: moment(new Date(each.since), zone) })}</span></li>`)}</ul></section>`
        : nothing
    }
    <section><h3>${word("decisions")}</h3>
      ${told.history.length ? html`<ol class="story">${told.history.map((/** @type {any} */ each) => html`<li><time class="soft small" datetime=${each.at}>${moment(new Date(each.at), zone)}</time><span>${each.sentence}</span></li>`)}</ol>` : html`<p class="soft">${word(mapping ? "no_decisions" : "not_known_yet")}</p>`}
    </section>
    ${mapping ? html`<p class="soft small">${word("mapping")} <code>${mapping.id}</code></p>` : nothing}`;
}

/** @param {"calendar" | "platform"} name @param {any} seen @param {string} zone */
function side(name, seen, zone) {
  return html`<section class="card side ${name}">
    <h3>${word(`side_${name}`)}</h3>
    ${
      seen
        ? html`<p>${seen.takes_place ? (seen.when ? whenText(seen.when, zone) : "") : html`<span class="state off">${word("not_there")}</span>`}${seen.private ? html` · ${word("private")}` : nothing}</p>
          ${seen.shows ? html`<p class="soft small">${seen.shows}</p>` : nothing}
          <p class="small"><code class="key">${seen.key}</code></p>`
        : html`<p class="soft">${word("not_there")}</p>`
    }
  </section>`;
}

/** A reason that is a sentence; one that is a code is told by its decision. @param {string} [reason] */
const inWords = (reason) => (reason?.includes(" ") ? html`<br /><span class="soft">${reason}</span>` : nothing);

/** How both sides belong together; what waits for approval is not refused. @param {{ state: string, reason: string }} mapping */
function mappingWord({ state, reason }) {
  const standing = state === "refused" && reason === "held" ? "held" : state;
  return worded(`mapping_${standing}`) ? word(`mapping_${standing}`) : standing;
}

/** @param {string} cause */
const stepWord = (cause) => (worded(`step_${cause}`) ? word(`step_${cause}`) : cause);
