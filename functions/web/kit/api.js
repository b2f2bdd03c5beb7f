/**
 * Asks the app's own API, and nothing else. Whatever goes wrong becomes a `Refusal` with a sentence for the person who
 * reads it. That somebody has to sign in is told by an event on `window`, `lockstep:signin`, and that the app answers
 * again by `lockstep:answered`.
 */

import { language, word } from "./words.js";

const KEY = "lockstep.key";
const TENANT = "lockstep.tenant";

/** What the app refused, or that it could not be reached. */
export class Refusal extends Error {
  /**
   * @param {number} status the HTTP status; 0 where there was no answer
   * @param {string} code
   * @param {string} message
   * @param {any} [body] the whole answer
   */
  constructor(status, code, message, body) {
    super(message);
    this.status = status;
    this.code = code;
    this.body = body;
  }

  /** Whether the same call may succeed later without anybody doing anything. */
  get passing() {
    return this.status === 0 || this.status === 429 || this.status >= 502;
  }
}

/**
 * Takes the key out of the address (`#key=…`, where no server sees it) and keeps it for this tab.
 */
export function takeKey() {
  const given = new URLSearchParams(location.hash.slice(1));
  for (const [name, kept] of /** @type {const} */ ([
    ["key", KEY],
    ["tenant", TENANT],
  ])) {
    const value = given.get(name);
    if (value) sessionStorage.setItem(kept, value);
  }
  if (given.has("key") || given.has("tenant")) history.replaceState(null, "", location.pathname + location.search);
}

/** Keeps a key that somebody typed. @param {string} key @param {string} [tenant] */
export function keepKey(key, tenant) {
  sessionStorage.setItem(KEY, key.trim());
  if (tenant) sessionStorage.setItem(TENANT, tenant.trim());
}

/** Forgets the key. */
export function forgetKey() {
  sessionStorage.removeItem(KEY);
  sessionStorage.removeItem(TENANT);
}

/**
 * @typedef {object} Asked
 * @property {string} [method]
 * @property {unknown} [body] sent as JSON
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 */

/**
 * Asks and returns the answer's JSON. Throws `Refusal`.
 * @param {string} path below /api, such as "resources?limit=100"
 * @param {Asked} [asked]
 * @returns {Promise<any>}
 */
export async function call(path, asked = {}) {
  return (await answered(path, asked)).body;
}

/** @type {Map<string, { tag: string, body: any }>} */
const kept = new Map();
let refusedLast = false;

/**
 * Like `call` with GET, for what is asked again and again: an answer that carries an ETag is sent once only, and is
 * the same object while nothing changed.
 * @param {string} path
 * @param {AbortSignal} [signal]
 */
export async function look(path, signal) {
  const earlier = kept.get(path);
  const { status, body, tag } = await answered(path, {
    signal,
    headers: earlier ? { "If-None-Match": earlier.tag } : {},
  });
  if (status === 304 && earlier) return earlier.body;
  if (tag) kept.set(path, { tag, body });
  return body;
}

/** @param {string} path @param {Asked} asked */
async function answered(path, asked) {
  const key = sessionStorage.getItem(KEY);
  const tenant = sessionStorage.getItem(TENANT);
  /** @type {Record<string, string>} */
  const headers = { Accept: "application/json", "Accept-Language": language(), ...asked.headers };
  if (key) headers["x-functions-key"] = key;
  if (tenant) headers["x-lockstep-key"] = tenant;
  if (asked.body !== undefined) headers["Content-Type"] = "application/json";
  else if (asked.method && asked.method !== "GET") headers["X-Requested-With"] = "lockstep";
  const body = asked.body === undefined ? undefined : JSON.stringify(asked.body);
  let answer;
  try {
    answer = await fetch(`/api/${path}`, { method: asked.method ?? "GET", headers, body, signal: asked.signal });
  } catch (error) {
    if (asked.signal?.aborted) throw error;
    throw new Refusal(0, "away", word("away"));
  }
  const said = await answer.json().catch(() => null);
  if (answer.status !== 401) letIn();
  if (answer.ok || answer.status === 304) return { status: answer.status, body: said, tag: answer.headers.get("ETag") };
  throw refused(answer.status, said);
}

/** Tells, once after the app had asked for a sign-in, that it answers again. */
function letIn() {
  if (refusedLast) window.dispatchEvent(new Event("lockstep:answered"));
  refusedLast = false;
}

/** @param {number} status @param {any} said */
function refused(status, said) {
  // The host itself asks for a key without a word; the app asks for somebody's account and says so.
  if (status === 401 && said?.error?.code !== "tenant_key") {
    const how = said?.error?.code === "sign_in" ? "account" : "key";
    refusedLast = true;
    window.dispatchEvent(new CustomEvent("lockstep:signin", { detail: how }));
    return new Refusal(status, "sign_in", word("sign_in_first"), said);
  }
  const { code, message } = said?.error ?? { code: "unknown", message: word("unknown_answer", { status }) };
  return new Refusal(status, code, message, said);
}
