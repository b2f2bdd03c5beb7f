/**
 * What somebody may order of a resource, each with what it means said before it is done. An order is answered at once
 * and carried out by the resource's own next run; it is followed here until that run has shown itself.
 */

import { html, nothing } from "lit-html";
import { call } from "../kit/api.js";
import { confirmed, say } from "../kit/dialog.js";
import { moment, whenText } from "../kit/times.js";
import { word } from "../kit/words.js";
import { mayGoLive } from "./go_live.js";

/** @typedef {{ verb: string, before: any, at: number }} Pending an order on its way */

/** Milliseconds after which an order that has not been seen to run is said to wait. */
const EXPECTED = 20_000;

/**
 * Sends an order. What comes of it is shown by the resource.
 * @param {any} resource
 * @param {Record<string, unknown> & { verb: string }} body
 * @returns {Promise<Pending | undefined>} undefined where it was refused, which has been said
 */
export async function order(resource, body) {
  try {
    await call(`resources/${encodeURIComponent(resource.id)}/commands`, { method: "POST", body });
    return { verb: body.verb, before: resource, at: Date.now() };
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
    return undefined;
  }
}

/** Whether the run that carries out an order has shown itself. @param {Pending} pending @param {any} resource */
export function isDone({ verb, before }, resource) {
  if (verb === "pause") return resource.state === "paused";
  if (verb === "resume") return resource.state !== "paused";
  if (verb === "unlink") return resource.state === "unlinked";
  if (before.state === "paused") return resource.state !== "paused" && resource.last_look !== before.last_look;
  return resource.last_look !== before.last_look || resource.failed_last !== before.failed_last;
}

/** Orders on their way, to be read. @param {Pending[]} all @param {any} resource */
export const onTheirWay = (all, resource) =>
  html`<div role="status">${all.map((each) => {
    const waits = resource.state === "paused" && !["resume", "unlink"].includes(each.verb);
    const late = Date.now() - each.at > EXPECTED;
    return html`<p class="notice">${word(`order_${each.verb}`)}: <span class=${waits || late ? "" : "waiting"}>${word(waits ? "waits_for_resume" : late ? "ordered_late" : "ordered")}</span></p>`;
  })}</div>`;

/**
 * The buttons of what may be ordered now.
 * @param {any} resource
 * @param {(pending: Pending | undefined) => void} ordered
 */
export function orders(resource, ordered) {
  if (resource.state === "unlinked") return nothing;
  const offered = [
    resource.state === "paused" ? "resume" : "pause",
    ...(resource.policy.shadow ? ["go_live"] : []),
    ...(["failing", "behind"].includes(resource.state) ? ["retry"] : []),
    "rebase",
    "prove",
    ...(resource.bulk_plan ? ["undo"] : []),
    "unlink",
  ];
  return html`<div class="row">${offered.map(
    (verb) =>
      html`<button type="button" class=${verb === "unlink" ? "grave" : verb === "resume" || verb === "retry" || verb === "go_live" ? "main" : ""} @click=${async () => ordered(await asked(resource, verb))}>${word(`order_${verb}`)}</button>`,
  )}</div>`;
}

/** @param {any} resource @param {string} verb */
async function asked(resource, verb) {
  if (verb === "unlink") return unlink(resource);
  if (verb === "undo") return undo(resource);
  if (verb === "go_live") return goLive(resource);
  const heading = `${word(`order_${verb}`)}: ${resource.name || resource.mailbox.address}`;
  const sure = await confirmed(heading, html`<p>${word(`order_${verb}_means`)}</p>`, {
    yes: word(`order_${verb}`),
  });
  return sure ? order(resource, { verb }) : undefined;
}

/** @param {any} resource */
async function goLive(resource) {
  try {
    return (await mayGoLive(resource)) ? order(resource, { verb: "go_live" }) : undefined;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
    return undefined;
  }
}

/** @param {any} resource */
async function unlink(resource) {
  const path = `resources/${encodeURIComponent(resource.id)}`;
  try {
    const { stays } = await call(path, { method: "DELETE" });
    const sure = await confirmed(
      `${word("order_unlink")}: ${resource.name}`,
      html`<p>${word("order_unlink_means")}</p><p>${word("mappings_stay", { count: stays.mappings })}</p>`,
      { yes: word("order_unlink"), grave: true },
    );
    if (!sure) return undefined;
    await call(`${path}?confirm=true`, { method: "DELETE" });
    return { verb: "unlink", before: resource, at: Date.now() };
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
    return undefined;
  }
}

/** @param {any} resource */
async function undo(resource) {
  try {
    const found = await call(`resources/${encodeURIComponent(resource.id)}/undo`);
    const sure = await confirmed(
      word("order_undo"),
      html`<p>${word("order_undo_means")}</p>
        <p>${word("undo_removes", { count: found.removes.length })} ${word("undo_keeps", { count: found.keeps.length })}</p>
        ${copies(found.removes, resource.zone)} ${found.keeps.length ? html`<h3>${word("undo_kept")}</h3>${copies(found.keeps, resource.zone)}` : nothing}`,
      { yes: word("order_undo"), grave: true },
    );
    return sure ? order(resource, { verb: "undo", plan: found.plan }) : undefined;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
    return undefined;
  }
}

/** @param {any[]} found @param {string} zone */
const copies = (found, zone) =>
  html`<ul class="small">${found.slice(0, 20).map((each) => html`<li>${whenText(each.when, zone)} · ${word(`side_${each.side}`)}${each.why ? html` · ${each.why}` : nothing}</li>`)}${found.length > 20 ? html`<li>${word("and_more", { count: found.length - 20 })}</li>` : nothing}</ul>`;

/** How far a plan of many bookings has come. @param {any} plan @param {string} zone */
export const bulkProgress = (plan, zone) =>
  html`<div class="notice ${plan.left ? "" : "good"}">
    <label>${word("plan_of", { order: word(`order_${plan.of}`), when: moment(new Date(plan.at), zone) })}: ${word("plan_progress", { done: plan.done, total: plan.total })}
      <progress max=${plan.total || 1} value=${plan.total ? plan.done : 1}></progress>
    </label>
  </div>`;
