/**
 * The frame of a face with several views: the ways to them, the language, and the view that the address names. Nothing
 * is remembered here but what the address says, so that every view can be linked to, and gone back from.
 */

import { html, nothing, render } from "lit-html";
import "./frame.css";
import { choose, language, word } from "./words.js";

/**
 * One view: `pattern` is what its address looks like behind the `#`; with `nav` (a word's key) and `path` it stands
 * among the ways. `view` draws it and returns how it is left.
 * @typedef {(into: HTMLElement, found: string[], query: URLSearchParams) => () => void} Drawing
 * @typedef {{ pattern: RegExp, view: Drawing, nav?: string, path?: string }} Place
 */

/**
 * @typedef {object} Face
 * @property {string} brand what stands at the top left and leads home
 * @property {Place[]} places the first is home
 * @property {string[]} languages
 * @property {(language: string) => string} named what a language is called in the choice
 * @property {() => unknown} [beside] what stands beside the ways
 */

/**
 * Frames a face. `draw` draws the frame around whatever is shown, `show` the view of the address, `start` shows it and
 * follows the address from then on.
 * @param {Face} face
 */
export function framed({ brand, places, languages, named, beside = () => nothing }) {
  /** @type {(() => void) | undefined} */
  let leave;

  function draw() {
    const { path } = here();
    render(
      html`<a class="skip button" href="#main" @click=${toMain}>${word("skip")}</a>
        <header class="top no-print">
          <a class="brand" href="#/">${brand}</a>
          <nav aria-label=${word("nav")}>
            ${places
              .filter((each) => each.nav)
              .map(
                (each) =>
                  html`<a href="#${each.path}" aria-current=${each.path === path ? "page" : "false"}>${word(each.nav ?? "")}</a>`,
              )}
          </nav>
          ${beside()}
          <label class="tongue"><span class="for-ears">${word("language")}</span>
            <select @change=${(/** @type {Event} */ event) => choose(/** @type {HTMLSelectElement} */ (event.target).value)}>
              ${languages.map((each) => html`<option value=${each} ?selected=${each === language()}>${named(each)}</option>`)}
            </select>
          </label>
        </header>
        <main id="main" tabindex="-1"></main>`,
      /** @type {HTMLElement} */ (document.getElementById("app")),
    );
  }

  function show() {
    leave?.();
    leave = undefined;
    draw();
    const { path, query } = here();
    const into = document.createElement("div");
    into.className = "view";
    main().replaceChildren(into);
    for (const { pattern, view } of places) {
      const found = pattern.exec(path);
      if (found) {
        leave = view(into, found.slice(1).map(decodeURIComponent), query);
        return;
      }
    }
    const home = word(places[0]?.nav ?? "");
    render(html`<p class="empty">${word("no_such_view")} <a href="#/">${home}</a></p>`, into);
  }

  function followed() {
    show();
    window.scrollTo(0, 0);
    main().focus({ preventScroll: true });
  }

  return {
    draw,
    show,
    start() {
      window.addEventListener("hashchange", followed);
      show();
    },
  };
}

/** Where the address leads: the view's path, and what is asked of it. */
export function here() {
  const [path = "/", query = ""] = (location.hash.slice(1) || "/").split("?");
  return { path, query: new URLSearchParams(query) };
}

/** Where the views are drawn. */
export const main = () => /** @type {HTMLElement} */ (document.getElementById("main"));

/** @param {Event} event */
function toMain(event) {
  event.preventDefault();
  main().focus();
}
