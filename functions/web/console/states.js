/**
 * The state of a resource as it is shown: a word, a shape and a colour that say the same.
 */

import { html } from "lit-html";
import { word } from "../kit/words.js";

/**
 * What the API calls a state, in the order in which somebody should look at them.
 * @typedef {"held" | "failing" | "behind" | "linking" | "shadow" | "in step" | "paused" | "unlinked"} State
 */

/** @type {Record<State, string>} */
const KIND = {
  held: "warn",
  failing: "bad",
  behind: "warn",
  linking: "moving",
  shadow: "moving",
  "in step": "good",
  paused: "off",
  unlinked: "off",
};

/** All states, those that need somebody first. */
export const STATES = /** @type {State[]} */ (Object.keys(KIND));

/** The words of a state. @param {State} state */
export const stateWord = (state) => word(`state_${state.replace(" ", "_")}`);

/** A state to look at. @param {State} state */
export const stateMark = (state) => html`<span class="state ${KIND[state] ?? ""}">${stateWord(state)}</span>`;
