/**
 * The panels at a resource's door: who runs the rooms makes one, opens its address on the tablet, and withdraws it. An
 * address holds the panel's token and is told once, when the panel is made; it is kept nowhere here.
 */

import { html, nothing, render } from "lit-html";
import { call } from "../kit/api.js";
import { confirmed, say } from "../kit/dialog.js";
import { ago, moment } from "../kit/times.js";
import { word } from "../kit/words.js";
import { copied } from "./copied.js";
import { mayOrder } from "./rights.js";

/** @typedef {{ id: string, name: string, made_at: string, seen_at: string | null }} Panel */

/**
 * Shows the panels of a resource in an element; they are read when somebody opens them.
 * @param {HTMLElement} into
 * @param {{ id: string }} resource
 */
export function doorPanels(into, resource) {
  const here = `resources/${encodeURIComponent(resource.id)}/panels`;
  /** @type {Panel[] | undefined} */
  let panels;
  /** @type {{ name: string, address: string } | undefined} */
  let made;
  let name = "";
  let trouble = "";

  /** Does something, and shows the panels as they are after it. @param {() => Promise<unknown>} act */
  async function then(act) {
    trouble = "";
    try {
      await act();
      panels = (await call(here)).panels;
    } catch (error) {
      trouble = error instanceof Error ? error.message : String(error);
    }
    draw();
  }

  /** @param {Event} event */
  function make(event) {
    event.preventDefault();
    then(async () => {
      made = await call(here, { method: "POST", body: { name } });
      name = "";
    });
  }

  /** @param {Panel} panel */
  async function withdraw(panel) {
    const heading = `${word("panel_withdraw")}: ${panel.name}`;
    const sure = await confirmed(heading, html`<p>${word("panel_withdraw_means")}</p>`, {
      yes: word("panel_withdraw"),
      grave: true,
    });
    if (!sure) return;
    await then(() => call(`${here}/${panel.id}`, { method: "DELETE" }));
    if (!trouble) say(word("panel_withdrawn", { name: panel.name }));
  }

  /** @param {Panel} panel */
  const line = (panel) =>
    html`<li class="row">
      <strong>${panel.name}</strong>
      <span class="soft small">${panel.seen_at ? word("panel_seen", { ago: ago(new Date(panel.seen_at)) }) : word("panel_unseen", { at: moment(new Date(panel.made_at)) })}</span>
      <span class="grow"></span>
      ${mayOrder() ? html`<button type="button" class="grave" aria-label="${word("panel_withdraw")}: ${panel.name}" @click=${() => withdraw(panel)}>${word("panel_withdraw")}</button>` : nothing}
    </li>`;

  /** @param {{ name: string, address: string }} panel */
  const address = (panel) =>
    html`<div class="notice good stack" role="status">
      <label class="field">${word("panel_address", { name: panel.name })}
        <input readonly .value=${panel.address} @focus=${(/** @type {any} */ event) => event.target.select()} />
        <span class="hint">${word("panel_address_once")}</span>
      </label>
      <div class="row">
        <button type="button" class="main" @click=${() => copied(panel.address)}>${word("su_copy")}</button>
        <a class="button" href=${panel.address} target="_blank" rel="noopener">${word("panel_open")}</a>
      </div>
    </div>`;

  const making = () =>
    html`<form class="row" @submit=${make}>
      <label class="field">${word("panel_name")}
        <input required maxlength="80" autocomplete="off" placeholder=${word("panel_name_hint")} .value=${name} @input=${(
          /** @type {any} */ event,
        ) => {
          name = event.target.value;
        }} />
      </label>
      <button>${word("panel_make")}</button>
    </form>`;

  function draw() {
    render(
      html`<section class="card stack" aria-labelledby="panels-heading">
        <div class="view-head">
          <h2 id="panels-heading">${word("panels")}</h2>
          ${panels || trouble ? nothing : html`<button type="button" @click=${() => then(async () => {})}>${word("panels_show")}</button>`}
        </div>
        <p class="soft">${word("panels_about")}</p>
        ${trouble ? html`<p class="notice bad" role="alert">${trouble}</p>` : nothing}
        ${made ? address(made) : nothing}
        ${panels?.length ? html`<ul class="plain-list">${panels.map(line)}</ul>` : panels ? html`<p>${word("panels_none")}</p>` : nothing}
        ${panels && mayOrder() ? making() : nothing}
      </section>`,
      into,
    );
  }

  draw();
}
