/**
 * Orders the same of all resources that are shown: each carries it out in its own run, so that one that cannot harms no
 * other. What is shown when it is confirmed is what is named in the order.
 */

/** @import { Glance } from "./overview_rows.js" */

import { html } from "lit-html";
import { call } from "../kit/api.js";
import { ask, say } from "../kit/dialog.js";
import { word } from "../kit/words.js";

/** What may be ordered of many at once. */
const TOGETHER = ["pause", "resume", "retry", "prove", "rebase"];
/** As many resources as one order may name. */
const AT_ONCE = 500;
/** Names that are read out before an order is given. */
const NAMED = 10;

/**
 * Asks what to order of the resources shown, and orders it.
 * @param {Glance[]} shown
 */
export async function orderMany(shown) {
  const linked = shown.filter((each) => each.state !== "unlinked");
  let verb = "";
  const sure = await ask(
    word("order_many_n", { count: linked.length }),
    (/** @type {(answer?: boolean) => void} */ close, again) =>
      html`<fieldset class="stack plain">
          <legend class="for-ears">${word("order_many")}</legend>
          ${TOGETHER.map(
            (each) =>
              html`<label class="check"><input type="radio" name="verb" value=${each} .checked=${verb === each} @change=${() => {
                verb = each;
                again();
              }} /><span><strong>${word(`order_${each}`)}</strong><br /><span class="soft small">${word(`order_${each}_means`)}</span></span></label>`,
          )}
        </fieldset>
        <p class="soft small">${linked
          .slice(0, NAMED)
          .map((each) => each.name || each.address)
          .join(", ")}${linked.length > NAMED ? ` ${word("and_more", { count: linked.length - NAMED })}` : ""}</p>
        <footer class="actions">
          <button type="button" @click=${() => close()}>${word("leave_it")}</button>
          <button type="button" class="main" ?disabled=${!verb} @click=${() => close(true)}>${word("order_many_do", { count: linked.length })}</button>
        </footer>`,
  );
  if (sure && verb) await orderOf(linked, verb);
}

/** @param {Glance[]} linked @param {string} verb */
async function orderOf(linked, verb) {
  let reached = 0;
  try {
    for (let first = 0; first < linked.length; first += AT_ONCE) {
      const resources = linked.slice(first, first + AT_ONCE).map((each) => each.id);
      reached += (await call("orders", { method: "POST", body: { verb, resources } })).ordered.length;
    }
    say(`${word(`order_${verb}`)}: ${word("applied_to", { count: reached })}`);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    say(`${said} ${word("applied_to", { count: reached })}`, { bad: true });
  }
}
