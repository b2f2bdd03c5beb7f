/**
 * The booking page: what is free, one room's day, one's own bookings, one of them. Looking needs no name. Nothing is remembered here but what the address
 * says and what somebody is just looking for; `?resource=` of the code at a door opens with that room.
 */

import by from "words:book";
import { html, nothing, render } from "lit-html";
import "../kit/base.css";
import { say } from "../kit/dialog.js";
import { signIn } from "../kit/signed_in.js";
import { choose, language, speak, word } from "../kit/words.js";
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

/** @type {(() => void) | undefined} */
let leave;
/** @type {Choices | undefined} */
let chosen;

function here() {
  const [path = "/", query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: new URLSearchParams(query) };
}

function frame() {
  const { path } = here();
  render(
    html`<a class="skip button" href="#main" @click=${toMain}>${word("skip")}</a>
      <header class="top no-print">
        <a class="brand" href="#/">${word("title")}</a>
        <nav aria-label=${word("nav")}>
          ${views
            .filter((each) => each.nav)
            .map(
              (each) =>
                html`<a href="#${each.path}" aria-current=${each.path === path ? "page" : "false"}>${word(each.nav ?? "")}</a>`,
            )}
        </nav>
        ${chosen?.me ? whoBooks(chosen) : chosen && !chosen.signed_in ? html`<button class="who plain" type="button" @click=${somebodyElse}>${word("who_tell")}</button>` : nothing}
        <label class="tongue"><span class="for-ears">${word("language")}</span>
          <select @change=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.target).value)}>
            ${Object.keys(by).map((each) => html`<option value=${each} ?selected=${each === language()}>${each.toUpperCase()}</option>`)}
          </select>
        </label>
      </header>
      <main id="main" tabindex="-1"></main>`,
    /** @type {HTMLElement} */ (document.getElementById("app")),
  );
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
  if (path === "/") frame();
  else show();
}

/** @param {Event} event */
function toMain(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function show() {
  if (!chosen) return;
  leave?.();
  frame();
  const { path, query } = here();
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const into = document.createElement("div");
  into.className = "view";
  main.replaceChildren(into);
  leave = undefined;
  for (const { pattern, view } of views) {
    const found = pattern.exec(path);
    if (found) {
      leave = view(into, found.slice(1).map(decodeURIComponent), query, chosen);
      return;
    }
  }
  render(html`<p class="empty">${word("no_such_view")} <a href="#/">${word("nav_search")}</a></p>`, into);
}

function shown() {
  show();
  window.scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

/** Learns who books and what there is to choose from, until it succeeds. */
async function begin() {
  frame();
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  render(html`<p class="empty waiting">${word("loading")}</p>`, main);
  try {
    chosen = await choices();
  } catch (error) {
    const { message, status } = /** @type {import("../kit/api.js").Refusal} */ (error);
    render(
      html`<div class="empty"><p role="alert">${message}</p>
      <button type="button" @click=${begin}>${word("try_again")}</button></div>`,
      main,
    );
    if (status === 0) setTimeout(begin, 5000);
    return;
  }
  render(nothing, main);
  show();
}

await speak(by);
document.title = word("title");
signIn();
const door = new URLSearchParams(location.search).get("resource");
if (door && !location.hash)
  history.replaceState(null, "", `${location.pathname}${location.search}#/rooms/${encodeURIComponent(door)}`);
window.addEventListener("hashchange", shown);
window.addEventListener("lockstep:booker", known);
window.addEventListener("unhandledrejection", (event) =>
  say(String(event.reason?.message ?? event.reason), { bad: true }),
);
begin();
