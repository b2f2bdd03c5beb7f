/**
 * The end of a shadow. It permits what was planned until now, so that is shown first: what stands otherwise than it
 * would, what is too new to tell, and how often another did the same.
 */

import { html, nothing } from "lit-html";
import { call } from "../kit/api.js";
import { confirmed } from "../kit/dialog.js";
import { whenText } from "../kit/times.js";
import { word } from "../kit/words.js";

/** Bookings that are named before the order is given. */
const NAMED = 20;

/**
 * Asks whether a resource shall go live. Throws `Refusal`.
 * @param {any} resource
 * @returns {Promise<boolean>}
 */
export async function mayGoLive(resource) {
  const report = await call(`resources/${encodeURIComponent(resource.id)}/shadow?limit=${NAMED}`);
  return confirmed(`${word("order_go_live")}: ${resource.name || resource.mailbox.address}`, shown(report, resource), {
    yes: word("order_go_live"),
    grave: true,
  });
}

/** @param {any} report as the API gives it @param {any} resource */
function shown({ different, pending, agreed, differences }, { zone }) {
  const more = different - differences.length;
  return html`<p>${word("order_go_live_means")}</p>
    <p>${word(different ? "shadow_different" : "shadow_equal", { count: different })}</p>
    ${
      different
        ? html`<ul class="small" aria-label=${word("order_go_live")}>
            ${differences.map(
              (/** @type {any} */ each) =>
                html`<li>${each.when ? whenText(each.when, zone) : word("unknown_time")} · ${each.reason.sentence}</li>`,
            )}
            ${more > 0 ? html`<li>${word("and_more", { count: more })}</li>` : nothing}
          </ul>`
        : nothing
    }
    ${pending ? html`<p>${word("shadow_pending", { count: pending })}</p>` : nothing}
    ${agreed ? html`<p class="soft">${word("shadow_agreed", { count: agreed })}</p>` : nothing}`;
}
