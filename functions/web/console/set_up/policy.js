/** The third step of the set-up: the few settings that all rooms of one order start with, each with what it does. */

import { html } from "lit-html";
import { word } from "../../kit/words.js";

/** @typedef {{ winner: string, direction: string, preview: boolean }} Chosen */

/** What most rooms want: both sides write, the earlier booking stays. @type {Chosen} */
export const USUAL = { winner: "first", direction: "both", preview: false };

/** The settings as the API takes them. @param {Chosen} chosen */
export const settingsOf = ({ winner, direction, preview }) => ({
  winner,
  direction,
  ...(preview ? { imports: "preview" } : {}),
});

/**
 * @param {Chosen} chosen
 * @param {(change: Partial<Chosen>) => void} change
 */
export function policyStep(chosen, change) {
  return html`<section class="card stack" aria-labelledby="su-policy">
    <header class="view-head">
      <h2 id="su-policy"><span class="step" aria-hidden="true">3</span> ${word("su_policy")}</h2>
      <span class="soft">${word("su_policy_later")}</span>
    </header>
    <div class="choices">
      ${one("winner", ["first", "platform", "calendar", "report"], chosen, change)}
      ${one("direction", ["both", "to_platform", "to_calendar"], chosen, change)}
    </div>
    <label class="check"
      ><input
        type="checkbox"
        .checked=${chosen.preview}
        @change=${(/** @type {any} */ event) => change({ preview: event.target.checked })}
      /><span>${word("su_preview")} <span class="soft small">${word("su_preview_hint")}</span></span></label
    >
  </section>`;
}

/**
 * @param {"winner" | "direction"} name
 * @param {string[]} values
 * @param {Chosen} chosen
 * @param {(change: Partial<Chosen>) => void} change
 */
function one(name, values, chosen, change) {
  return html`<fieldset class="choice">
    <legend>${word(`su_${name}`)}</legend>
    ${values.map(
      (value) =>
        html`<label class="check"
          ><input
            type="radio"
            name=${name}
            .checked=${chosen[name] === value}
            @change=${() => change({ [name]: value })}
          /><span>${word(`su_${name}_${value}`)} <span class="soft small">${word(`su_${name}_${value}_hint`)}</span></span></label
        >`,
    )}
  </fieldset>`;
}
