/** Copies a text for somebody, and says whether that was let. */

import { say } from "../kit/dialog.js";
import { word } from "../kit/words.js";

/** @param {string} text */
export async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    say(word("su_copied"));
  } catch {
    say(word("su_not_copied"), { bad: true });
  }
}
