/** A QR code as shapes of SVG, which any policy of the page allows. */

import { svg } from "lit-html";
import { encode } from "uqr";

/**
 * @param {string} text
 * @param {string} label what the code is for, for those who cannot see it
 */
export function code(text, label) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const dark = data.flatMap((row, y) => row.flatMap((is, x) => (is ? [`M${x} ${y}h1v1h-1z`] : [])));
  return svg`<svg class="code" viewBox="0 0 ${size} ${size}" role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect width=${size} height=${size} fill="#fff"></rect>
    <path d=${dark.join("")} fill="#000"></path>
  </svg>`;
}
