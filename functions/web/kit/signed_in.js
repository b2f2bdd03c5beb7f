/**
 * Sees to it that somebody is signed in: by the account of their organisation where the app asks for one, by a key
 * where it does not (one machine, or an installation without sign-in).
 */

import { html } from "lit-html";
import { forgetKey, keepKey, takeKey } from "./api.js";
import { ask } from "./dialog.js";
import { word } from "./words.js";

let asking = false;

/** Takes the key of the address, and asks for one whenever the app refuses a call for want of it. */
export function signIn() {
  takeKey();
  window.addEventListener("lockstep:signin", (event) => {
    const how = /** @type {CustomEvent<string>} */ (event).detail;
    if (how === "account") toAccount();
    else askForKey();
  });
}

function toAccount() {
  const back = location.pathname + location.search + location.hash;
  location.assign(`/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(back)}`);
}

async function askForKey() {
  if (asking) return;
  asking = true;
  const key = await ask(word("key_heading"), (/** @type {(answer?: string) => void} */ close) => {
    /** @param {SubmitEvent} event */
    const given = (event) => {
      event.preventDefault();
      close(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("key")));
    };
    return html`<form class="stack" @submit=${given}>
      <p>${word("key_explained")}</p>
      <label class="field">${word("key")}
        <input name="key" type="password" autocomplete="off" required data-first />
      </label>
      <footer class="actions"><button class="main">${word("sign_in")}</button></footer>
    </form>`;
  });
  asking = false;
  if (!key) return;
  forgetKey();
  keepKey(key);
  location.reload();
}
