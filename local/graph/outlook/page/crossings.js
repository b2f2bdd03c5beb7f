/**
 * What crossed over, and how long it took. A time is from the moment the change was made (its own call had returned, or
 * the platform's note of it) to the moment the other side showed it; what could only be bounded says "under".
 */

import { make, pause } from "./build.js";

const PATIENCE_MS = 20_000;
const [QUICK_MS, SLOW_MS] = [40, 300];
const KEPT = 8;

/** @param {number} milliseconds */
export function told(milliseconds) {
  return `${(Math.max(milliseconds, 10) / 1000).toFixed(2)} s`;
}

export class Crossings {
  /** @param {HTMLElement} list */
  constructor(list) {
    this.list = list;
  }

  /** Notes a change that has not crossed over yet; the answer settles it. */
  begin(way, what) {
    this.list.querySelector(".nothing")?.remove();
    const took = make("span", { className: "took" }, "…");
    const rest = make("span", {}, what, " ", make("span", { className: "way" }, way));
    const line = make("li", { className: "waiting" }, took, rest);
    this.list.prepend(line);
    while (this.list.children.length > KEPT) this.list.lastElementChild?.remove();
    return {
      /** @param {string} time */
      done: (time) => {
        line.className = "done";
        took.textContent = time;
      },
      /** @param {string} why */
      failed: (why) => {
        line.className = "failed";
        took.textContent = "not yet";
        rest.append(` ${why}`);
      },
    };
  }

  /**
   * Looks until the other side shows a change that was made just now.
   *
   * @param {string} way
   * @param {string} what
   * @param {() => Promise<boolean>} shows
   * @param {() => Promise<string>} whyNot
   */
  async follow(way, what, shows, whyNot) {
    const began = performance.now();
    const line = this.begin(way, what);
    for (;;) {
      let seen = false;
      try {
        seen = await shows();
      } catch {
        // Whoever restarts the app meanwhile gets an answer later.
      }
      const waited = performance.now() - began;
      if (seen) {
        line.done(told(waited));
        return;
      }
      if (waited > PATIENCE_MS) {
        line.failed(await whyNot());
        return;
      }
      await pause(waited < 3000 ? QUICK_MS : SLOW_MS);
    }
  }
}
