/**
 * Links rooms, a few at a time, and follows each until it is in step. What a room could not be linked for stays with
 * it until somebody tries again or leaves it out; nothing here gives up on the others.
 */

import { call, look, Refusal } from "../../kit/api.js";

/** Calls in flight; each looks a mailbox up in the directory. */
const AT_ONCE = 4;
/** How often a call is repeated that may succeed by itself, and the first pause in milliseconds. */
const TRIES = 6;
const PAUSE = 1000;
/** Where the rooms linked in this tab are kept, so that a page that is loaded again shows them again. */
const KEPT = "lockstep.linking";

/**
 * What is to be linked.
 * @typedef {{ address: string, name: string, platform?: string, facts?: Record<string, string | number> }} Wanted
 */

/**
 * One room on its way: `resource` is what the API last told of it, `refused` why it could not be linked.
 * @typedef {Wanted & { id?: string, resource?: any, refused?: string }} Journey
 */

/** The rooms on their way, in the order in which they were chosen. */
export class Journeys {
  /** @param {() => void} changed called whenever there is something new to show */
  constructor(changed) {
    this.changed = changed;
    /** @type {Journey[]} */
    this.all = JSON.parse(sessionStorage.getItem(KEPT) ?? "[]");
  }

  /**
   * Links rooms under the same settings. Never throws; waits until each was taken up or refused.
   * @param {Wanted[]} wanted
   * @param {Record<string, unknown>} policy
   */
  async link(wanted, policy) {
    const fresh = wanted.map((each) => /** @type {Journey} */ ({ ...each, policy }));
    const addresses = new Set(fresh.map((each) => each.address));
    this.all = [...fresh, ...this.all.filter((each) => !addresses.has(each.address))];
    this.changed();
    const waiting = [...fresh];
    const next = async () => {
      for (let each = waiting.shift(); each; each = waiting.shift()) await this.#take(each);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, next));
  }

  /** Tries again what was refused. @param {Journey} journey */
  async again(journey) {
    journey.refused = undefined;
    this.changed();
    await this.#take(journey);
  }

  /** @param {Journey} journey */
  leaveOut(journey) {
    this.all = this.all.filter((each) => each !== journey);
    this.#told();
  }

  /** Forgets what has arrived. */
  clear() {
    this.all = this.all.filter((each) => each.resource?.state !== "in step");
    this.#told();
  }

  /** Asks how far all have come; tells whether anything moved. @param {AbortSignal} signal */
  async look(signal) {
    if (!this.all.some((each) => each.id)) return false;
    const known = new Map((await everyResource(signal)).map((each) => [each.id, each]));
    let moved = false;
    for (const each of this.all) {
      const now = each.id ? known.get(each.id) : undefined;
      if (!now || JSON.stringify(now) === JSON.stringify(each.resource)) continue;
      each.resource = now;
      moved = true;
    }
    if (moved) this.changed();
    return moved;
  }

  /** @param {Journey & { policy?: Record<string, unknown> }} journey */
  async #take(journey) {
    const body = {
      mailbox: journey.address,
      platform: journey.platform || null,
      facts: journey.facts && Object.keys(journey.facts).length ? journey.facts : null,
      policy: journey.policy,
    };
    try {
      journey.resource = await patiently(() => call("resources", { method: "POST", body }));
      journey.id = journey.resource.id;
    } catch (error) {
      journey.refused = error instanceof Error ? error.message : String(error);
    }
    this.#told();
  }

  #told() {
    sessionStorage.setItem(KEPT, JSON.stringify(this.all));
    this.changed();
  }
}

/**
 * Every resource of the tenant, unlinked ones included.
 * @param {AbortSignal} [signal]
 * @returns {Promise<any[]>}
 */
export async function everyResource(signal) {
  const found = [];
  for (let after = ""; ;) {
    const page = await look(`resources${after && `?after=${encodeURIComponent(after)}`}`, signal);
    found.push(...page.resources);
    if (!page.next) return found;
    after = page.next;
  }
}

/**
 * @template T
 * @param {() => Promise<T>} once
 * @returns {Promise<T>}
 */
async function patiently(once) {
  for (let tries = 1; ; tries += 1) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof Refusal && error.passing) || tries === TRIES) throw error;
      await new Promise((resolve) => setTimeout(resolve, PAUSE * 2 ** (tries - 1)));
    }
  }
}
