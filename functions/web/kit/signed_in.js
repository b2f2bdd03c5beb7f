/**
 * Sees to it that somebody is signed in: by the account of their organisation where the app asks for one, by a key
 * where it does not (one machine, or an installation without sign-in). Whoever is signed in no more loses nothing that
 * they have typed: only a page in which nothing was typed is left, or loaded again, for that.
 */

import { html } from "lit-html";
import { call, forgetKey, keepKey, takeKey } from "./api.js";
import { ask } from "./dialog.js";
import { follow } from "./live.js";
import { word } from "./words.js";

let asking = false;
let typed = false;

/** Takes the key of the address, and asks for one whenever the app refuses a call for want of it. */
export function signIn() {
  takeKey();
  document.addEventListener("input", (event) => {
    typed ||= !(/** @type {Element} */ (event.target).closest(".sign-in"));
  });
  window.addEventListener("lockstep:signin", (event) => {
    const how = /** @type {CustomEvent<string>} */ (event).detail;
    if (how === "key") askForKey();
    else if (isBusy()) askForAccount();
    else location.assign(addressOfSignIn());
  });
}

/** Whether somebody is in the midst of something. */
const isBusy = () => typed || document.querySelector("dialog[open]") !== null;

function addressOfSignIn() {
  const back = location.pathname + location.search + location.hash;
  return `/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(back)}`;
}

/** Lets somebody sign in in another tab; what they were doing here waits, and goes on once the app answers again. */
async function askForAccount() {
  if (asking) return;
  asking = true;
  const over = new AbortController();
  // Not every view asks by itself.
  const looking = follow(
    async (signal) => Boolean(await call("me", { signal })),
    () => {},
  );
  await ask(word("signed_out_heading"), (close) => {
    window.addEventListener("lockstep:answered", () => close(), { signal: over.signal, once: true });
    return html`<div class="stack sign-in">
      <p>${word("signed_out_explained")}</p>
      <footer class="actions">
        <a class="button main" href=${addressOfSignIn()} target="_blank" data-first>${word("sign_in")}</a>
      </footer>
    </div>`;
  });
  over.abort();
  looking.stop();
  asking = false;
}

async function askForKey() {
  if (asking) return;
  asking = true;
  const busy = isBusy();
  const key = await ask(word("key_heading"), (/** @type {(answer?: string) => void} */ close) => {
    /** @param {SubmitEvent} event */
    const given = (event) => {
      event.preventDefault();
      close(String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("key")));
    };
    return html`<form class="stack sign-in" @submit=${given}>
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
  if (busy) window.dispatchEvent(new Event("lockstep:signed-in"));
  else location.reload();
}
