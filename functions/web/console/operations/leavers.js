/**
 * People who have left: what they still hold, and what becomes of it. Somebody approves what they were shown: the
 * bookings go in parts, each under the id of the plan that stood on the screen, and a part that has changed is refused.
 */

import { html, nothing } from "lit-html";
import { call } from "../../kit/api.js";
import { ask } from "../../kit/dialog.js";
import { moment, whenText } from "../../kit/times.js";
import { word } from "../../kit/words.js";
import { mayOrder } from "../rights.js";

/** Bookings of one part, examples that a plan shows, and bookings that a list shows. */
const PART = 50;
const EXAMPLES = 6;
const LISTED = 12;
/** Leavers of whom it is read at once what they hold: it costs a read of every resource for each. */
const AT_ONCE = 10;

/**
 * @typedef {{ resource: string, name: string, booking: string, zone: string, private: boolean, can_be_handed_over: boolean,
 *   all_day: boolean, start: string, end: string }} Coming
 * @typedef {{ id: string, name: string, address: string, left_at: string }} Person
 * @typedef {{ plan: string, to: string | null, bookings: Coming[], left_out: Coming[] }} Plan
 * @typedef {{ resource: string, booking: string, why: string }} Carried
 */

/** The panel's content, and what it has read. */
export class Leavers {
  /** @type {Person[] | undefined} */
  people;
  more = false;
  /** What each holds, by id: a list, or why it could not be read. @type {Map<string, Coming[] | string>} */
  held = new Map();
  over = false;

  /** @param {() => void} redraw */
  constructor(redraw) {
    this.redraw = redraw;
  }

  stop() {
    this.over = true;
  }

  /** Reads who has left, and then one after the other what they hold. */
  async read() {
    const { people, next } = await call("people?left=true&limit=100");
    this.people = people.sort((/** @type {Person} */ one, /** @type {Person} */ other) =>
      other.left_at.localeCompare(one.left_at),
    );
    this.more = next !== null;
    this.readHeld();
    return this;
  }

  async readHeld() {
    for (const each of (this.people ?? []).slice(0, AT_ONCE)) {
      if (this.over) return;
      await this.look(each);
    }
  }

  /** @param {Person} person */
  async look(person) {
    try {
      this.held.set(person.id, (await call(`people/${encodeURIComponent(person.id)}/bookings`)).bookings);
    } catch (error) {
      this.held.set(person.id, error instanceof Error ? error.message : String(error));
    }
    this.redraw();
  }

  view() {
    if (!this.people?.length) return html`<p class="soft">${word("op_nobody_left")}</p>`;
    return html`<ul class="lines">
        ${this.people.map((each) => this.line(each))}
      </ul>
      ${this.more ? html`<p class="soft">${word("op_more_left")}</p>` : nothing}`;
  }

  /** @param {Person} person */
  line(person) {
    const held = this.held.get(person.id);
    return html`<li>
      <div>
        <strong>${person.name || person.address}</strong>
        <span class="soft small">${word("op_left_at", { at: moment(new Date(person.left_at)) })}</span>
        ${Array.isArray(held) ? holding(held) : held ? html`<p class="notice">${held}</p>` : this.unread(person)}
      </div>
      ${
        Array.isArray(held) && held.length && mayOrder()
          ? html`<div class="row">
              <button type="button" aria-label="${word("op_release")} ${person.name}" @click=${() => this.settle(person, "release")}>${word("op_release")}</button>
              <button type="button" aria-label="${word("op_hand_over")} ${person.name}" ?disabled=${!held.some((each) => each.can_be_handed_over)} @click=${() => this.settle(person, "hand_over")}>${word("op_hand_over")}</button>
            </div>`
          : nothing
      }
    </li>`;
  }

  /** @param {Person} person */
  unread(person) {
    if ((this.people ?? []).indexOf(person) < AT_ONCE)
      return html`<p class="soft small waiting">${word("loading")}</p>`;
    return html`<p><button type="button" class="link small" @click=${() => this.look(person)}>${word("op_what_held")}</button></p>`;
  }

  /** @param {Person} person @param {"release" | "hand_over"} verb */
  async settle(person, verb) {
    const held = this.held.get(person.id);
    if (!Array.isArray(held)) return;
    await new Settling(person, held, verb).open();
    await this.look(person);
  }
}

/** @param {Coming[]} held */
const holding = (held) =>
  held.length
    ? html`<details>
        <summary>${word("op_holds", { count: held.length })}</summary>
        ${listed(held, LISTED, true)}
      </details>`
    : html`<p class="soft small">${word("op_holds_nothing")}</p>`;

/** @param {Coming[]} bookings @param {number} most @param {boolean} linked */
const listed = (bookings, most, linked) =>
  html`<ul class="small examples">
    ${bookings.slice(0, most).map((each) => html`<li>${linked ? html`<a href="#/resources/${encodeURIComponent(each.resource)}">${each.name}</a>` : html`<strong>${each.name}</strong>`} ${whenText(each, each.zone)}${each.private ? html` · ${word("private")}` : nothing}</li>`)}
    ${bookings.length > most ? html`<li class="soft">${word("op_and_others", { count: bookings.length - most })}</li>` : nothing}
  </ul>`;

/** One dialog: whoever gets the bookings, what would become of them, and that being done. */
class Settling {
  to = "";
  /** @type {"asked" | "looking" | "shown" | "doing" | "done"} */
  at = "asked";
  /** @type {Plan[]} */
  plans = [];
  /** @type {Carried[]} */
  done = [];
  trouble = "";
  closed = false;

  /** @param {Person} person @param {Coming[]} held @param {"release" | "hand_over"} verb */
  constructor(person, held, verb) {
    this.path = `people/${encodeURIComponent(person.id)}/bookings`;
    this.ids = held.map((each) => each.booking);
    this.name = person.name || person.address;
    this.verb = verb;
    this.again = () => {};
  }

  async open() {
    const answer = ask(
      word(`op_${this.verb}_heading`, { name: this.name }),
      (close, again) => {
        this.again = again;
        return this.view(close);
      },
      { wide: true },
    );
    if (this.verb === "release") this.look();
    await answer;
    this.closed = true;
  }

  /** @param {number} from */
  asked(from) {
    const to = this.verb === "hand_over" ? { to: this.to } : {};
    return { verb: this.verb, ...to, bookings: this.ids.slice(from, from + PART) };
  }

  /** Looks what would be done, part by part. */
  async look() {
    Object.assign(this, { at: "looking", trouble: "", plans: [] });
    this.again();
    try {
      for (let from = 0; from < this.ids.length && !this.closed; from += PART) {
        this.plans.push(await call(this.path, { method: "POST", body: this.asked(from) }));
        this.again();
      }
      this.at = "shown";
    } catch (error) {
      this.at = "asked";
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.again();
  }

  /** Does it, part by part; a part that has changed meanwhile ends it, and what was done stays done. */
  async carryOut() {
    this.at = "doing";
    this.again();
    try {
      for (const [part, { plan, bookings }] of this.plans.entries()) {
        if (this.closed) return;
        if (!bookings.length) continue;
        const { done } = await call(this.path, { method: "POST", body: { ...this.asked(part * PART), approve: plan } });
        this.done.push(...done);
        this.again();
      }
    } catch (error) {
      this.trouble = error instanceof Error ? error.message : String(error);
    }
    this.at = "done";
    this.again();
  }

  /** @param {() => void} close */
  view(close) {
    const bookings = this.plans.flatMap((each) => each.bookings);
    const stays = this.plans.flatMap((each) => each.left_out);
    return html`${this.trouble ? html`<p class="notice bad" role="alert">${this.trouble}</p>` : nothing}
      ${this.verb === "hand_over" && (this.at === "asked" || this.at === "looking") ? this.heir() : nothing}
      ${this.at === "looking" ? html`<p class="waiting" role="status">${word("loading")}</p>` : nothing}
      ${this.at === "shown" ? this.foreseen(bookings, stays) : nothing}
      ${this.at === "doing" || this.at === "done" ? this.progress(bookings) : nothing}
      <footer class="actions">
        <button type="button" @click=${() => close()}>${word(this.at === "done" ? "close" : this.at === "doing" ? "op_stop" : "leave_it")}</button>
        ${
          this.at === "shown"
            ? html`<button type="button" class=${this.verb === "release" ? "grave" : "main"} ?disabled=${!bookings.length} @click=${() => this.carryOut()}>
                ${word(`op_${this.verb}_n`, { count: bookings.length })}
              </button>`
            : nothing
        }
      </footer>`;
  }

  heir() {
    /** @param {SubmitEvent} event */
    const given = (event) => {
      event.preventDefault();
      this.to = String(new FormData(/** @type {HTMLFormElement} */ (event.target)).get("to")).trim();
      this.look();
    };
    return html`<form class="row heir" @submit=${given}>
      <label class="field">${word("op_hand_over_to")}
        <input name="to" type="email" required autocomplete="off" data-first .value=${this.to} />
      </label>
      <button class="main" ?disabled=${this.at === "looking"}>${word("preview_change")}</button>
    </form>`;
  }

  /** @param {Coming[]} bookings @param {Coming[]} stays */
  foreseen(bookings, stays) {
    const to = this.plans[0]?.to ?? "";
    return html`<div class="prose" role="status">
        <p>${word(`op_would_${this.verb}`, { count: bookings.length, to })} ${this.verb === "release" && bookings.some((each) => !each.can_be_handed_over) ? word("op_would_decline") : nothing}</p>
        ${stays.length ? html`<p>${word("op_would_stay", { count: stays.length })}</p>` : nothing}
      </div>
      ${listed(bookings, EXAMPLES, false)}`;
  }

  /** @param {Coming[]} bookings */
  progress(bookings) {
    const failed = this.done.filter((each) => each.why);
    const done = this.done.length - failed.length;
    const names = new Map(bookings.map((each) => [each.booking, each]));
    return html`<div class="stack" role="status">
        ${this.at === "doing" ? html`<label>${word("op_leaver_progress", { done: this.done.length, total: bookings.length })}<progress max=${bookings.length} value=${this.done.length}></progress></label>` : html`<p>${word(`op_${this.verb}_done`, { count: done })}</p>`}
        ${failed.length ? html`<p class="notice warn">${word("op_not_done", { count: failed.length })}</p>` : nothing}
      </div>
      ${failed.length ? html`<ul class="small examples">${failed.slice(0, LISTED).map((each) => html`<li>${names.get(each.booking)?.name}: ${each.why}</li>`)}</ul>` : nothing}`;
  }
}
