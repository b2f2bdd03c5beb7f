/**
 * Questions and short news, in elements that browsers and screen readers know: `<dialog>`, and a live region.
 */

import { html, nothing, render } from "lit-html";
import { word } from "./words.js";

/** How many dialogs were opened: one may open above another. */
let opened = 0;

/**
 * Opens a dialog and waits until it is closed; focus goes back to where it was. What `content` renders may call
 * `close` with the answer; Escape and the close button answer `undefined`.
 * @template T
 * @param {string} heading
 * @param {(close: (answer?: T) => void, again: () => void) => unknown} content rendered once, and after each `again`
 * @param {{ wide?: boolean }} [how]
 * @returns {Promise<T | undefined>}
 */
export function ask(heading, content, how = {}) {
  const id = `dialog-heading-${(opened += 1)}`;
  const dialog = document.createElement("dialog");
  dialog.className = how.wide ? "dialog wide" : "dialog";
  dialog.setAttribute("aria-labelledby", id);
  document.body.append(dialog);
  return new Promise((resolve) => {
    /** @type {T | undefined} */
    let answer;
    /** @param {T} [given] */
    const close = (given) => {
      answer = given;
      dialog.close();
    };
    const draw = () =>
      render(
        html`<header class="dialog-head">
            <h2 id=${id}>${heading}</h2>
            <button class="icon" type="button" aria-label=${word("close")} @click=${() => close()}>✕</button>
          </header>
          <div class="dialog-body">${content(close, draw)}</div>`,
        dialog,
      );
    draw();
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer);
    });
    dialog.showModal();
    // Not by the attribute `autofocus`: inside another page's frame a browser refuses that, and complains.
    /** @type {HTMLElement | null} */ (dialog.querySelector("[data-first]"))?.focus();
  });
}

/**
 * Asks before something is done. Answers true where it shall be.
 * @param {string} heading
 * @param {unknown} explained what will happen
 * @param {{ yes: string, grave?: boolean }} how the word on the button, and whether it cannot be taken back
 */
export async function confirmed(heading, explained, { yes, grave = false }) {
  const answer = await ask(
    heading,
    (/** @type {(answer?: boolean) => void} */ close) => html`<div class="prose">${explained}</div>
      <footer class="actions">
        <button type="button" @click=${() => close()}>${word("leave_it")}</button>
        <button type="button" class=${grave ? "grave" : "main"} @click=${() => close(true)}>${yes}</button>
      </footer>`,
  );
  return answer === true;
}

/**
 * Says something briefly, aloud for those who listen; it goes by itself unless it is bad news.
 * @param {unknown} said
 * @param {{ bad?: boolean }} [how]
 */
export function say(said, { bad = false } = {}) {
  const region = newsRegion();
  const item = document.createElement("div");
  item.className = bad ? "news bad" : "news";
  const gone = () => item.remove();
  render(
    html`<span>${said}</span>${
      bad ? html`<button class="icon" type="button" aria-label=${word("close")} @click=${gone}>✕</button>` : nothing
    }`,
    item,
  );
  region.append(item);
  if (!bad) setTimeout(gone, 6000);
}

function newsRegion() {
  const found = document.getElementById("news");
  if (found) return found;
  const made = document.createElement("div");
  made.id = "news";
  made.setAttribute("role", "status");
  made.setAttribute("aria-live", "polite");
  document.body.append(made);
  return made;
}
