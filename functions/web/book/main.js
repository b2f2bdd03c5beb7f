/**
 * The booking page: what is free, one room's day, one's own bookings, one of them. Looking needs no name. Nothing is
 * remembered here but what the address says and what somebody is just looking for; `?resource=` of the code at a door
 * opens with that room.
 */

import by from "words:book";
import { html, nothing, render } from "lit-html";
import "../kit/base.css";
import { say } from "../kit/dialog.js";
import { framed, here, main } from "../kit/frame.js";
import { signIn } from "../kit/signed_in.js";
import { speak, word } from "../kit/words.js";
import "./book.css";
import { mine } from "./mine.js";
import { one } from "./one.js";
import { room } from "./room.js";
import { search } from "./search.js";
import { askWho, choices } from "./who.js";

/**
 * @typedef {import("./who.js").Choices} Choices
 * @typedef {(into: HTMLElement, found: string[], query: URLSearchParams, chosen: Choices) => () => void} View
 */

/** @type {{ pattern: RegExp, view: View, nav?: string, path?: string }[]} */
const views = [
  { pattern: /^\/$/, view: search, nav: "nav_search", path: "/" },
  { pattern: /^\/rooms\/([^/]+)$/, view: room },
  { pattern: /^\/rooms\/([^/]+)\/bookings\/([^/]+)$/, view: one },
  { pattern: /^\/mine$/, view: mine, nav: "nav_mine", path: "/mine" },
];

/** @type {Choices | undefined} */
let chosen;

/** Who books, and how somebody else does. */
function beside() {
  if (!chosen) return nothing;
  if (chosen.me) return whoBooks(chosen);
  if (chosen.signed_in) return nothing;
  return html`<button class="who plain" type="button" @click=${somebodyElse}>${word("who_tell")}</button>`;
}

/** @param {Choices} known */
function whoBooks(known) {
  const name = known.me?.name || known.me?.address;
  if (known.signed_in) return html`<span class="who soft" title=${known.me?.address ?? ""}>${name}</span>`;
  return html`<button class="who plain" type="button" title=${word("who_change")} @click=${somebodyElse}>
    <span class="for-ears">${word("who_booking_as")} </span>${name}
  </button>`;
}

const somebodyElse = () => askWho(chosen?.me ?? null);

/** Shows who books from now on, and what is theirs. */
async function known() {
  chosen = await choices();
  const { path } = here();
  if (path === "/") frame.draw();
  else frame.show();
}

/** Learns who books and what there is to choose from, until it succeeds. */
async function begin() {
  frame.draw();
  render(html`<h1 class="for-ears">${word("title")}</h1><p class="empty waiting">${word("loading")}</p>`, main());
  try {
    chosen = await choices();
  } catch (error) {
    const { message, status } = /** @type {import("../kit/api.js").Refusal} */ (error);
    render(
      html`<h1 class="for-ears">${word("title")}</h1><div class="empty"><p role="alert">${message}</p>
      <button type="button" @click=${begin}>${word("try_again")}</button></div>`,
      main(),
    );
    if (status === 0) setTimeout(begin, 5000);
    return;
  }
  render(nothing, main());
  frame.start();
}

await speak(by);
document.title = word("title");
signIn();
const frame = framed({
  brand: word("title"),
  places: views.map((each) => ({
    ...each,
    view: (into, found, query) => each.view(into, found, query, /** @type {Choices} */ (chosen)),
  })),
  languages: Object.keys(by),
  named: (language) => language.toUpperCase(),
  beside,
});
const door = new URLSearchParams(location.search).get("resource");
if (door && !location.hash)
  history.replaceState(null, "", `${location.pathname}${location.search}#/rooms/${encodeURIComponent(door)}`);
window.addEventListener("lockstep:booker", known);
window.addEventListener("unhandledrejection", (event) =>
  say(String(event.reason?.message ?? event.reason), { bad: true }),
);
begin();
