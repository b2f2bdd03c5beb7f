/** @import { View } from "./views.js" */

import { html, render } from "lit-html";
import { word } from "../kit/words.js";

/** @type {View} */
export const operations = (into) => {
  render(html`<h1>${word("operations")}</h1>`, into);
  return () => {};
};
