/**
 * What people do on the platform, once the room's calendar shows it. A booking says itself when it was made, and its
 * event when that was; both by this machine's clock. Of a move or a cancellation the platform tells no time.
 */

import { told } from "./crossings.js";
import * as exchange from "./exchange.js";
import * as platform from "./platform.js";

/** Of more rooms than these nothing is told: to begin costs a call for each. */
const MOST = 40;
const LEFT_MS = 8000;
const DAY_MS = 86_400_000;

export class Incoming {
  /** @param {import("./crossings.js").Crossings} crossings @param {() => Map<string, any>} linked resources by mailbox */
  constructor(crossings, linked) {
    this.crossings = crossings;
    this.linked = linked;
    /** What was known of a resource at the last look: @type {Map<string, { changes: number, cursor: string, at: Map<string, any> }>} */
    this.known = new Map();
    /** @type {Map<string, number>} */
    this.left = new Map();
  }

  /** Leaves a resource alone for a while: what changes there now was done on this page. */
  leave(resource) {
    this.left.set(resource.id, performance.now() + LEFT_MS);
  }

  /** Looks at the rooms whose calendar has changed since the last look. */
  async look() {
    const boxes = (await exchange.mailboxes()).filter((box) => this.linked().has(box.id));
    for (const box of boxes.slice(0, MOST)) {
      const before = this.known.get(box.id);
      if (before?.changes !== box.changes) await this.#lookAt(box, before);
    }
  }

  async #lookAt(box, before) {
    const resource = this.linked().get(box.id);
    const { found, cursor } = await platform.changes(resource, before?.cursor ?? "");
    const at = before?.at ?? new Map();
    this.known.set(box.id, { changes: box.changes, cursor, at });
    const own = (this.left.get(resource.id) ?? 0) > performance.now();
    for (const booking of found) {
      const earlier = at.get(booking.id);
      at.set(booking.id, booking);
      const same = earlier && ["start", "end", "status"].every((name) => earlier[name] === booking[name]);
      if (!same && !own && booking.made_by === "person") await this.#tell(box, booking, earlier);
    }
  }

  async #tell(box, booking, earlier) {
    const gone = booking.status === "cancelled";
    const copy = await this.#copy(box, booking);
    if (Boolean(copy) === gone) return;
    const isNew = !gone && !earlier && Date.parse(copy.createdDateTime) >= Date.parse(booking.created);
    const word = gone ? " cancelled" : isNew ? "" : " moved";
    const line = this.crossings.begin("platform → Outlook", `“${booking.title || "Private"}”${word} in ${box.displayName}`);
    line.done(isNew ? told(Date.parse(copy.createdDateTime) - Date.parse(booking.created)) : "done");
  }

  /** The event of the room's calendar that stands at a booking's time, if one does. */
  async #copy(box, booking) {
    const [start, end] = [new Date(Date.parse(booking.start) - DAY_MS), new Date(Date.parse(booking.end) + DAY_MS)];
    const events = (await exchange.calendar(box.id, start, end)).filter(exchange.takesPlace);
    return events.find((each) => {
      const times = exchange.times(each);
      return times.start === booking.start && times.end === booking.end;
    });
  }
}
