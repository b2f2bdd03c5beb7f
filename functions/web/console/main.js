/**
 * The console: a frame with the ways to its views, and the view that the address names. Nothing is remembered here but
 * what the address says, so that every view can be linked to, and gone back from.
 */

import by from "words:console";
import { html, render } from "lit-html";
import "../kit/base.css";
import { signIn } from "../kit/signed_in.js";
import { choose, language, speak, word } from "../kit/words.js";
import "./console.css";
import { views } from "./views.js";

/** @type {(() => void) | undefined} */
let leave;

function here() {
  const [path = "/", query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: new URLSearchParams(query) };
}

function frame() {
  const { path } = here();
  render(
    html`<a class="skip button" href="#main" @click=${toMain}>${word("skip")}</a>
      <header class="top no-print">
        <a class="brand" href="#/">Lockstep</a>
        <nav aria-label=${word("nav")}>
          ${views
            .filter((each) => each.nav)
            .map(
              (each) =>
                html`<a href="#${each.path}" aria-current=${each.path === path ? "page" : "false"}>${word(each.nav ?? "")}</a>`,
            )}
        </nav>
        <label class="tongue"><span class="for-ears">${word("language")}</span>
          <select @change=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.target).value)}>
            ${Object.keys(by).map((each) => html`<option value=${each} ?selected=${each === language()}>${named(each)}</option>`)}
          </select>
        </label>
      </header>
      <main id="main" tabindex="-1"></main>`,
    /** @type {HTMLElement} */ (document.getElementById("app")),
  );
  // On a phone the ways scroll sideways: the one that was taken is in sight.
  document.querySelector("nav [aria-current=page]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** @param {string} each */
const named = (each) => new Intl.DisplayNames([each], { type: "language" }).of(each) ?? each;

/** @param {Event} event */
function toMain(event) {
  event.preventDefault();
  document.getElementById("main")?.focus();
}

function show() {
  leave?.();
  frame();
  const { path, query } = here();
  const main = /** @type {HTMLElement} */ (document.getElementById("main"));
  const into = document.createElement("div");
  into.className = "view";
  main.replaceChildren(into);
  for (const { pattern, view } of views) {
    const found = pattern.exec(path);
    if (found) {
      leave = view(into, found.slice(1).map(decodeURIComponent), query);
      return;
    }
  }
  leave = undefined;
  render(html`<p class="empty">${word("no_such_view")} <a href="#/">${word("nav_overview")}</a></p>`, into);
}

function shown() {
  show();
  window.scrollTo(0, 0);
  document.getElementById("main")?.focus({ preventScroll: true });
}

await speak(by);
document.title = word("title");
signIn();
window.addEventListener("hashchange", shown);
show();
