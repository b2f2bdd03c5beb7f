/**
 * What the next run of a resource would do, and what of it waits for a person: approved or discarded as a whole or in
 * part. Somebody decides about what they see: each booking is named in the order.
 */

import { html, nothing } from "lit-html";
import { confirmed } from "../kit/dialog.js";
import { whenText } from "../kit/times.js";
import { word } from "../kit/words.js";
import { order } from "./orders.js";

/** As many bookings as one order may name, and a plan may show. */
export const MOST = 500;

/**
 * A plan, with what waits to be chosen from.
 * @param {any} resource
 * @param {any} plan as the API gives it
 * @param {Set<string>} chosen mappings that are ticked; changed here
 * @param {{ again: () => void, ordered: (pending: import("./orders.js").Pending | undefined) => void, reads: boolean }} on
 */
export function planned(resource, plan, chosen, on) {
  const held = plan.bookings.filter((/** @type {any} */ each) => each.fate === "held" && each.mapping);
  const others = plan.bookings.filter((/** @type {any} */ each) => each.fate === "runs");
  return html`${held.length ? waiting(resource, plan, held, chosen, on) : html`<p class="soft">${word("nothing_held")}</p>`}
    ${
      others.length
        ? html`<h3>${word("next_run_does")}</h3><p>${counts(plan.runs)}</p>
          <ul class="plan-list">${others.slice(0, 50).map((/** @type {any} */ each) => html`<li class="plan-item">${about(each, resource.zone)}</li>`)}</ul>`
        : html`<p class="soft">${word("next_run_nothing")}</p>`
    }`;
}

/**
 * @param {any} resource @param {any} plan @param {any[]} held @param {Set<string>} chosen
 * @param {{ again: () => void, ordered: (pending: import("./orders.js").Pending | undefined) => void, reads: boolean }} on
 */
function waiting(resource, plan, held, chosen, on) {
  const known = new Set(held.map((each) => each.mapping));
  for (const each of [...chosen]) if (!known.has(each)) chosen.delete(each);
  const all = chosen.size === held.length;
  /** @param {string} verb */
  const decide = async (verb) => {
    const picked = held.filter((each) => chosen.has(each.mapping));
    const mails = picked.reduce((sum, each) => sum + each.mails, 0);
    const sure = await confirmed(
      word(`${verb}_n`, { count: picked.length }),
      html`<p>${word(`order_${verb}_means`)}</p>${verb === "approve" ? html`<p>${word("mails_follow", { count: mails })}</p>` : nothing}`,
      { yes: word(`${verb}_n`, { count: picked.length }), grave: verb === "discard" },
    );
    if (sure) on.ordered(await order(resource, { verb, mappings: picked.map((each) => each.mapping) }));
  };
  /** @param {Event} event @param {string} mapping */
  const tick = (event, mapping) => {
    if (/** @type {HTMLInputElement} */ (event.target).checked) chosen.add(mapping);
    else chosen.delete(mapping);
    on.again();
  };
  /** @param {Event} event */
  const tickAll = (event) => {
    chosen.clear();
    if (/** @type {HTMLInputElement} */ (event.target).checked) for (const each of held) chosen.add(each.mapping);
    on.again();
  };
  return html`<p>${plan.why}</p>
    <p>${word("would_do")}: ${counts(plan.held)}</p>
    <div class="row">
      <label class="check"><input type="checkbox" .checked=${all} .indeterminate=${!all && chosen.size > 0} @change=${tickAll} />${word("all_n", { count: held.length })}</label>
      ${
        on.reads
          ? nothing
          : html`<span class="grow"></span>
      <button type="button" class="grave" ?disabled=${!chosen.size} @click=${() => decide("discard")}>${word("discard_n", { count: chosen.size })}</button>
      <button type="button" class="main" ?disabled=${!chosen.size} @click=${() => decide("approve")}>${word("approve_n", { count: chosen.size })}</button>`
      }
    </div>
    <ul class="plan-list" aria-label=${word("what_waits")}>${held.map(
      (each) => html`<li class="plan-item">
        <label class="check"><input type="checkbox" .checked=${chosen.has(each.mapping)} @change=${(/** @type {Event} */ event) => tick(event, each.mapping)} /><span>${about(each, resource.zone)}</span></label>
      </li>`,
    )}</ul>
    ${plan.held.bookings > held.length ? html`<p class="soft">${word("and_more", { count: plan.held.bookings - held.length })}</p>` : nothing}`;
}

/** A booking of a plan: when it is, what would be done, and why. @param {any} each @param {string} zone */
export function about(each, zone) {
  const acts = each.steps.map((/** @type {any} */ step) =>
    word(`act_${step.action}`, { side: word(`side_${step.side}`) }),
  );
  const told = [
    ...new Set([
      ...each.steps.map((/** @type {any} */ step) => step.reason.sentence),
      ...each.decisions.map((/** @type {any} */ one) => one.sentence),
    ]),
  ];
  return html`<strong>${each.when ? whenText(each.when, zone) : word("unknown_time")}</strong>${each.private ? html` · ${word("private")}` : nothing}
    <span class="effect">${acts.join(" · ")}${each.mails ? html` · ${word("mails_n", { count: each.mails })}` : nothing}</span>
    <span class="soft small">${told.join(" ")}</span>`;
}

/** How much a plan would do, in words; what it would not do is left out. @param {any} counted */
export function counts(counted) {
  const said = ["created", "matched", "changed", "cancelled", "declined", "mails"]
    .filter((each) => counted[each])
    .map((each) => word(`plan_${each}`, { count: counted[each] }));
  return said.length ? said.join(", ") : word("plan_nothing");
}
