/**
 * Who books. An account says it by itself; behind a key the page asks once, when somebody books or wants to see their
 * bookings, and keeps it in this browser.
 */

import { html } from "lit-html";
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

/** Whether an account says who books. */
let signedIn = false;

/**
 * Forgets whoever has left, so that somebody else can be named.
 * @param {import("../kit/api.js").Refusal} error
 * @returns {never}
 */
function forgetLeaver(error) {
  if (error.code === "booker_left") localStorage.removeItem(KEPT);
  throw error;
}

/** @returns {Promise<Choices>} */
export async function choices() {
  const found = await callAsMe("me").catch(forgetLeaver);
  signedIn = found.signed_in;
  return found;
}

/** Whether it is known who books. */
export const isKnown = () => signedIn || Boolean(kept());

/** The path of one of one's own bookings. @param {{ id: string, room: { id: string } }} mine */
export const bookingOf = (mine) => `rooms/${encodeURIComponent(mine.room.id)}/bookings/${encodeURIComponent(mine.id)}`;

/** Keeps who books in this browser, and lets the page show it. @param {Person} who */
export function keepWho(who) {
  localStorage.setItem(KEPT, JSON.stringify({ address: who.address.trim(), name: who.name.trim() }));
  window.dispatchEvent(new Event("lockstep:booker"));
}

/** The fields that ask who books. @param {Person} who what is typed @param {boolean} [first] whether they are what is typed first */
export function whoFields(who, first = false) {
  /** @param {"name" | "address"} name */
  const set = (name) => (/** @type {Event} */ event) => {
    who[name] = /** @type {HTMLInputElement} */ (event.target).value;
  };
  return html`<p class="soft small">${word("who_explained")}</p>
    <div class="times">
      <label class="field">${word("who_name")}
        <input name="name" autocomplete="name" maxlength="200" required ?data-first=${first} .value=${who.name} @input=${set("name")} />
      </label>
      <label class="field">${word("who_address")}
        <input name="address" type="email" autocomplete="email" maxlength="320" required .value=${who.address} @input=${set("address")} />
      </label>
    </div>`;
}

/**
 * Asks who books; Escape leaves it as it was.
 * @param {Person | null} known
 * @returns {Promise<boolean>} whether it was told
 */
export async function askWho(known) {
  const who = { name: known?.name ?? "", address: known?.address ?? "" };
  const told = await ask(
    word("who_heading"),
    (/** @type {(answer?: boolean) => void} */ close) =>
      html`<form class="stack" @submit=${(/** @type {Event} */ event) => {
        event.preventDefault();
        close(true);
      }}>
        ${whoFields(who, true)}
        <footer class="actions"><button class="main">${word("who_go_on")}</button></footer>
      </form>`,
  );
  if (told) keepWho(who);
  return told === true;
}
