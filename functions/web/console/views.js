/**
 * The views of the console and their addresses: `#/` and what follows. A view is shown in an element of its own and
 * says how it is left again.
 */

import { operations } from "./operations.js";
import { overview } from "./overview.js";
import { reservations } from "./reservations.js";
import { resource } from "./resource.js";
import { setUp } from "./set_up.js";

/**
 * Shows itself in an element, which is its own until the returned function is called.
 * @typedef {(into: HTMLElement, found: string[], query: URLSearchParams) => () => void} View
 */

/** @type {{ pattern: RegExp, view: View, nav?: string, path?: string }[]} */
export const views = [
  { pattern: /^\/$/, view: overview, nav: "nav_overview", path: "/" },
  { pattern: /^\/resources\/([^/]+)$/, view: resource },
  { pattern: /^\/set-up$/, view: setUp, nav: "nav_set_up", path: "/set-up" },
  { pattern: /^\/reservations$/, view: reservations, nav: "nav_reservations", path: "/reservations" },
  { pattern: /^\/operations$/, view: operations, nav: "nav_operations", path: "/operations" },
];
