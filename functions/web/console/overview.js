/** @import { View } from "./views.js" */

import { html, render } from "lit-html";
import { word } from "../kit/words.js";

/** @type {View} */
export const overview = (into) => {
  render(html`<h1>${word("overview")}</h1>`, into);
  return () => {};
};
