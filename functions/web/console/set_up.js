/**
 * The set-up: from nothing to rooms in step on one page. Being let into Microsoft 365, choosing rooms, a few settings,
 * one order for all of them, and watching them come into step. What waits for somebody else goes on by itself.
 */

/** @import { View } from "./views.js" */
/** @import { Tenant } from "./set_up/tenant.js" */
/** @import { Choosing, Acts } from "./set_up/rooms.js" */

import { html, nothing, render } from "lit-html";
import { call } from "../kit/api.js";
import { say } from "../kit/dialog.js";
import { follow } from "../kit/live.js";
import { word } from "../kit/words.js";
import "./set_up.css";
import { arriving } from "./set_up/arriving.js";
import { roomsOf } from "./set_up/choosing.js";
import { Journeys } from "./set_up/linking.js";
import { policyStep, settingsOf, USUAL } from "./set_up/policy.js";
import { roomsStep } from "./set_up/rooms.js";
import { isReached, tenantStep } from "./set_up/tenant.js";

/** Milliseconds between two looks of the doctor while somebody has to grant something: each asks Graph. */
const EXAMINED_EVERY = 10_000;
/** The same while no room was found. */
const DISCOVERED_EVERY = 30_000;

/** @type {View} */
export const setUp = (into) => {
  const shown = new SetUp(into);
  return () => shown.leave();
};

class SetUp {
  /** @type {Tenant} */
  tenant = {};
  /** @type {Choosing} */
  choosing = {
    rooms: undefined,
    looked: [],
    looking: false,
    search: "",
    building: "",
    all: false,
    chosen: new Set(),
    mistakes: [],
    added: 0,
  };
  policy = USUAL;
  /** @type {any[]} */
  candidates = [];
  /** @type {Map<string, import("./set_up/pasted.js").Listed>} */
  listed = new Map();
  examinedAt = 0;
  discoveredAt = 0;
  /** Why the last look failed. */
  problem = "";

  /** @param {HTMLElement} into */
  constructor(into) {
    this.into = into;
    into.classList.add("set-up");
    this.journeys = new Journeys(() => this.draw());
    this.draw();
    this.following = follow(
      (signal) => this.look(signal),
      (error) => this.failed(error),
    );
  }

  leave() {
    this.following.stop();
  }

  draw() {
    const { tenant, choosing, journeys } = this;
    const count = choosing.chosen.size;
    render(
      html`<header>
          <h1>${word("set_up")}</h1>
          <p class="soft">${word("su_about")}</p>
        </header>
        ${this.problem ? html`<p class="notice bad" role="alert">${this.problem}</p>` : nothing}
        ${
          journeys.all.length
            ? arriving(journeys.all, {
                again: (each) => journeys.again(each).then(this.following.now),
                leaveOut: (each) => journeys.leaveOut(each),
                retry: (each) => this.retry(each),
                clear: () => journeys.clear(),
              })
            : nothing
        }
        ${tenantStep(tenant, { makeLink: () => this.makeLink(), lookAgain: () => this.lookAgain() })}
        ${roomsStep(choosing, this.acts)} ${policyStep(this.policy, (change) => this.settle(change))}
        <div class="order no-print">
          <span class="soft">${count ? word("su_ready", { count }) : word("su_choose_first")}</span>
          <button type="button" class="main" aria-disabled=${String(!count)} @click=${() => this.link()}>
            ${count ? word("su_link_rooms", { count }) : word("su_link_none")}
          </button>
        </div>`,
      this.into,
    );
  }

  /** @param {AbortSignal} signal */
  async look(signal) {
    if (this.tenant.findings === undefined || (!isReached(this.tenant) && this.isDue())) await this.examine(signal);
    if (isReached(this.tenant) && this.isToDiscover()) await this.discover();
    const moved = await this.journeys.look(signal);
    if (this.problem) {
      this.problem = "";
      this.draw();
    }
    return moved;
  }

  /** Rights that were granted a moment ago may show no rooms yet. */
  isToDiscover() {
    const { rooms, looking } = this.choosing;
    return !looking && !rooms?.length && Date.now() - this.discoveredAt >= DISCOVERED_EVERY;
  }

  isDue() {
    return Date.now() - this.examinedAt >= EXAMINED_EVERY;
  }

  /** @param {AbortSignal} [signal] */
  async examine(signal) {
    this.examinedAt = Date.now();
    const { findings, looked_at } = await call("doctor", { method: "POST", body: {}, signal });
    this.tenant = { ...this.tenant, findings, lookedAt: looked_at };
    if (!isReached(this.tenant) && this.tenant.since === undefined) {
      this.tenant.since = await lastLink(signal);
    }
    this.draw();
  }

  /** @param {unknown} error */
  failed(error) {
    this.problem = error instanceof Error ? error.message : String(error);
    this.draw();
  }

  lookAgain() {
    this.examinedAt = 0;
    this.tenant = { ...this.tenant, findings: undefined };
    this.draw();
    this.following.now();
  }

  async makeLink() {
    try {
      const link = await call("setup");
      this.tenant = { ...this.tenant, link, since: new Date().toISOString() };
      this.draw();
    } catch (error) {
      this.told(error);
    }
  }

  /** @param {string} [group] */
  async discover(group) {
    this.discoveredAt = Date.now();
    this.change({ looking: true, problem: undefined });
    try {
      const { candidates, looked } = await call("discovery", { method: "POST", body: group ? { group } : {} });
      const known = new Map(this.candidates.map((each) => [each.address, each]));
      for (const each of candidates) known.set(each.address, each);
      this.candidates = [...known.values()];
      this.change({ looking: false, looked, rooms: roomsOf(this.candidates, [...this.listed.values()]) });
    } catch (error) {
      this.change({ looking: false, problem: error instanceof Error ? error.message : String(error) });
    }
  }

  /** @type {Acts} */
  acts = {
    change: (change) => this.change(change),
    choose: (rooms, wanted) =>
      this.choose(
        rooms.map((each) => each.address),
        wanted,
      ),
    discover: (group) => this.discover(group),
    paste: (text) => this.paste(text),
  };

  /** @param {Partial<Choosing>} change */
  change(change) {
    Object.assign(this.choosing, change);
    this.draw();
  }

  /** @param {string[]} addresses @param {boolean} wanted */
  choose(addresses, wanted) {
    for (const each of addresses) {
      if (wanted) this.choosing.chosen.add(each.toLowerCase());
      else this.choosing.chosen.delete(each.toLowerCase());
    }
    this.draw();
  }

  /** @param {string} text */
  async paste(text) {
    const { readList } = await import("./set_up/pasted.js");
    const linked = this.candidates.filter((each) => each.linked).map((each) => each.address.toLowerCase());
    const { rooms, mistakes } = readList(text, new Set(linked));
    for (const each of rooms) this.listed.set(each.address.toLowerCase(), each);
    this.change({ mistakes, added: rooms.length, rooms: roomsOf(this.candidates, [...this.listed.values()]) });
    this.choose(
      rooms.map((each) => each.address),
      true,
    );
  }

  /** @param {Partial<typeof USUAL>} change */
  settle(change) {
    this.policy = { ...this.policy, ...change };
    this.draw();
  }

  async link() {
    const { chosen, rooms = [] } = this.choosing;
    const wanted = rooms
      .filter((each) => chosen.has(each.address.toLowerCase()))
      .map(({ address, name, platform, facts }) => ({ address, name, platform, facts }));
    if (!wanted.length) return;
    this.change({ chosen: new Set() });
    const all = this.journeys.link(wanted, settingsOf(this.policy));
    document.getElementById("su-arriving")?.focus();
    this.following.now();
    await all;
    await this.discover();
    this.following.now();
  }

  /** @param {import("./set_up/linking.js").Journey} each */
  async retry(each) {
    try {
      await call(`resources/${each.id}/commands`, { method: "POST", body: { verb: "retry" } });
      this.following.now();
    } catch (error) {
      this.told(error);
    }
  }

  /** @param {unknown} error */
  told(error) {
    say(error instanceof Error ? error.message : String(error), { bad: true });
  }
}

/**
 * When the administrator's link was made last, as the acts tell; null where it never was.
 * @param {AbortSignal} [signal]
 */
async function lastLink(signal) {
  const { acts } = await call("acts?limit=500", { signal });
  return acts.find((/** @type {any} */ each) => each.what === "make_setup_link")?.at ?? null;
}
