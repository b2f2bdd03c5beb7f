/**
 * The first step of the set-up: whether Lockstep is let into Microsoft 365, and the link for whoever can let it in.
 * It shows what the doctor observed, and never says that somebody has granted what was not seen.
 */

import { html, nothing } from "lit-html";
import { ago, moment } from "../../kit/times.js";
import { copied } from "../copied.js";
import { word } from "../../kit/words.js";

/**
 * @typedef {object} Tenant
 * @property {any[]} [findings] the doctor's; undefined until it has looked
 * @property {string} [lookedAt]
 * @property {{ url: string, until: string }} [link]
 * @property {string | null} [since] when the link was made last; null where nobody made one
 */

/** Whether linking can work as far as was seen. @param {Tenant} tenant */
export const isReached = (tenant) =>
  tenant.findings !== undefined && tenant.findings.every((each) => each.verdict !== "bad");

/**
 * @param {Tenant} tenant
 * @param {{ makeLink: () => void, lookAgain: () => void }} acts
 */
export function tenantStep(tenant, acts) {
  return html`<section class="card stack" aria-labelledby="su-tenant">
    <header class="view-head">
      <h2 id="su-tenant"><span class="step" aria-hidden="true">1</span> ${word("su_tenant")}</h2>
      <span role="status">${chip(tenant)}</span>
    </header>
    ${tenant.findings && !isReached(tenant) ? asked(tenant, acts) : nothing} ${findings(tenant, acts)}
  </section>`;
}

/** @param {Tenant} tenant */
function chip(tenant) {
  if (tenant.findings === undefined) return html`<span class="state moving">${word("su_looking")}</span>`;
  return isReached(tenant)
    ? html`<span class="state good">${word("su_reached")}</span>`
    : html`<span class="state warn">${word("su_not_reached")}</span>`;
}

/**
 * @param {Tenant} tenant
 * @param {{ makeLink: () => void }} acts
 */
function asked({ link, since }, acts) {
  return html`<div class="prose">
      <p>${word("su_ask")}</p>
      <details>
        <summary>${word("su_grants")}</summary>
        <ul class="grants">
          ${["people", "places", "calendars", "settings", "mail"].map((each) => html`<li>${word(`su_grants_${each}`)}</li>`)}
        </ul>
      </details>
    </div>
    ${
      link
        ? html`<label class="field"
              >${word("su_link")}
              <input readonly .value=${link.url} @focus=${(/** @type {any} */ event) => event.target.select()} />
              <span class="hint">${word("su_link_until", { until: moment(new Date(link.until)) })}</span>
            </label>
            <div class="row">
              <button type="button" class="main" @click=${() => copied(link.url)}>${word("su_copy")}</button>
              <a class="button" href=${mail(link.url)}>${word("su_mail")}</a>
            </div>`
        : html`<div class="row">
            <button type="button" class="main" @click=${acts.makeLink}>${word("su_make_link")}</button>
          </div>`
    }
    ${
      since
        ? html`<p class="waiting" role="status">
            ${word("su_waiting", { since: moment(new Date(since)), ago: ago(new Date(since)) })}
          </p>`
        : nothing
    }`;
}

/** @param {string} url */
const mail = (url) =>
  `mailto:?subject=${encodeURIComponent(word("su_mail_subject"))}&body=${encodeURIComponent(word("su_mail_body", { url }))}`;

/**
 * @param {Tenant} tenant
 * @param {{ lookAgain: () => void }} acts
 */
function findings(tenant, acts) {
  if (tenant.findings === undefined) return nothing;
  const worst = tenant.findings.filter((each) => each.verdict !== "ok");
  return html`<details class="findings" ?open=${!isReached(tenant)}>
    <summary>${word("su_findings", { count: tenant.findings.length, worth: worst.length })}</summary>
    <ul>
      ${[...tenant.findings].sort((one, other) => order(one) - order(other)).map(finding)}
    </ul>
    <p class="row">
      <span class="soft small">${word("su_looked_at", { at: moment(new Date(tenant.lookedAt ?? 0)) })}</span>
      <button type="button" @click=${acts.lookAgain}>${word("su_look_again")}</button>
    </p>
  </details>`;
}

/** @type {Record<string, string>} */
const COLOURS = { ok: "good", warn: "warn", bad: "bad", unknown: "off" };

/** @param {any} finding */
const order = (finding) => ["bad", "warn", "unknown", "ok"].indexOf(finding.verdict);

/** @param {any} each */
const finding = (each) =>
  html`<li class="finding">
    <span class="state ${COLOURS[each.verdict]}">${word(`su_verdict_${each.verdict}`)}</span>
    <div>
      <p><strong>${each.name}</strong>: ${each.seen}</p>
      ${each.effect ? html`<p class="soft">${each.effect}</p>` : nothing}
      ${
        each.mend
          ? html`<div class="mend">
              <code tabindex="0">${each.mend}</code>
              <button type="button" @click=${() => copied(each.mend)} aria-label=${word("su_copy_line", { check: each.name })}>
                ${word("su_copy")}
              </button>
            </div>`
          : nothing
      }
    </div>
  </li>`;
