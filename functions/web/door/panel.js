/**
 * This panel: whose door it stands at, the token that opens that door, and what it last knew of it. The token comes in
 * the address behind the `#`, where no server sees it, and stays in this browser.
 */

import { call } from "../kit/api.js";

/**
 * @typedef {{ booking: string, start: string, end: string, all_day: boolean, title: string, organiser: string, private: boolean, checked_in: boolean }} Shown
 * @typedef {{ minutes: number[], until: string | null }} Room
 * @typedef {"free" | "soon" | "taken" | "awaited" | "closed" | "unknown"} State
 * @typedef {object} Door
 * @property {string} name
 * @property {string} building
 * @property {string} floor
 * @property {number | null} capacity
 * @property {string} zone
 * @property {string} now
 * @property {string | null} stale_since
 * @property {State} state
 * @property {string | null} until
 * @property {Shown | null} current
 * @property {Shown | null} next
 * @property {Shown[]} day
 * @property {{ start: string, end: string }[]} closed
 * @property {Room | null} can_book
 * @property {Room | null} can_extend
 * @property {boolean} can_end
 * @property {string | null} check_in
 * @property {string | null} check_in_until
 * @property {string} next_change
 * @property {string} book_at
 */

const resource = decodeURIComponent(location.pathname.split("/").pop() ?? "");
const TOKEN = `lockstep.panel.${resource}`;
const LAST = `lockstep.door.${resource}`;
const HERE = `panel/${encodeURIComponent(resource)}/door`;

/** Takes the token out of the address and keeps it in this browser. */
export function takeToken() {
  const given = new URLSearchParams(location.hash.slice(1)).get("token");
  if (!given) return;
  localStorage.setItem(TOKEN, given);
  history.replaceState(null, "", location.pathname + location.search);
}

/** Whether this browser was given a token for this door. */
export const hasToken = () => localStorage.getItem(TOKEN) !== null;

const headers = () => ({ "x-lockstep-panel": localStorage.getItem(TOKEN) ?? "" });

/** What stands on the door now. @param {AbortSignal} signal @returns {Promise<Door>} */
export const look = (signal) => call(HERE, { headers: headers(), signal });

/**
 * Does something at the door. A second press of the same kind meanwhile is another one: each has a key of its own.
 * @param {"book" | "extend" | "end" | "check-in"} what
 * @param {Record<string, unknown>} body
 * @returns {Promise<{ said: string, door: Door }>}
 */
export function act(what, body) {
  const key = [...crypto.getRandomValues(new Uint8Array(16))]
    .map((each) => each.toString(16).padStart(2, "0"))
    .join("");
  return call(`${HERE}/${what}`, { method: "POST", body, headers: { ...headers(), "Idempotency-Key": key } });
}

/** Keeps what the door said, for when nobody can be asked. @param {Door} door @param {number} ahead */
export const keep = (door, ahead) => localStorage.setItem(LAST, JSON.stringify({ door, ahead }));

/** What the door said last, and by how many milliseconds the app's clock was ahead. @returns {{ door: Door, ahead: number } | null} */
export function last() {
  const kept = localStorage.getItem(LAST);
  try {
    return kept ? JSON.parse(kept) : null;
  } catch {
    return null;
  }
}

/** Forgets what the door said: a panel that was withdrawn shows nothing any more. */
export const forget = () => localStorage.removeItem(LAST);
