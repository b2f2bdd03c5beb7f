/**
 * Who books. An account says it by itself; behind a key the page asks once, and keeps it in this browser.
 */

import { html, nothing } from "lit-html";
import { call } from "../kit/api.js";
import { ask } from "../kit/dialog.js";
import { word } from "../kit/words.js";

const KEPT = "lockstep.booker";

/**
 * @typedef {{ address: string, name: string }} Person
 * @typedef {{ me: Person | null, signed_in: boolean, buildings: string[], kinds: string[], features: string[], rooms: number }} Choices
 */

/** @returns {Person | undefined} */
function kept() {
  try {
    return JSON.parse(localStorage.getItem(KEPT) ?? "null") ?? undefined;
  } catch {
    return undefined;
  }
}

/** @returns {Record<string, string>} */
function headers() {
  const who = kept();
  return who ? { "x-lockstep-booker": who.address, "x-lockstep-booker-name": encodeURIComponent(who.name) } : {};
}

/**
 * Asks the booking page's API in the name of whoever books. Throws `Refusal`.
 * @param {string} path below /api/book
 * @param {import("../kit/api.js").Asked} [asked]
 */
export const callAsMe = (path, asked = {}) =>
  call(`book/${path}`, { ...asked, headers: { ...headers(), ...asked.headers } });

/** @returns {Promise<Choices>} */
export const choices = () => callAsMe("me");

/**
 * Asks who books, where nobody is known; Escape leaves it as it was.
 * @param {Person | null} known
 */
export async function askWho(known) {
  const told = await ask(word("who_heading"), (/** @type {(answer?: Person) => void} */ close) => {
    /** @param {SubmitEvent} event */
    const given = (event) => {
      event.preventDefault();
      const form = new FormData(/** @type {HTMLFormElement} */ (event.target));
      close({ address: String(form.get("address")).trim(), name: String(form.get("name")).trim() });
    };
    return html`<form class="stack" @submit=${given}>
      <p>${word("who_explained")}</p>
      <label class="field">${word("who_name")}
        <input name="name" autocomplete="name" maxlength="200" required data-first .value=${known?.name ?? ""} />
      </label>
      <label class="field">${word("who_address")}
        <input name="address" type="email" autocomplete="email" maxlength="320" required .value=${known?.address ?? ""} />
      </label>
      <footer class="actions"><button class="main">${word("who_go_on")}</button></footer>
    </form>`;
  });
  if (told) localStorage.setItem(KEPT, JSON.stringify(told));
  return told ?? nothing;
}
