/** @import { View } from "./views.js" */

import { html, render } from "lit-html";
import { word } from "../kit/words.js";

/** @type {View} */
export const setUp = (into) => {
  render(html`<h1>${word("set_up")}</h1>`, into);
  return () => {};
};
