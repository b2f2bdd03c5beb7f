/** @import { View } from "./views.js" */

import { html, render } from "lit-html";
import { word } from "../kit/words.js";

/** @type {View} */
export const reservations = (into) => {
  render(html`<h1>${word("reservations")}</h1>`, into);
  return () => {};
};
