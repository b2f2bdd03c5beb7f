/** The door as it is drawn: what it says, from far away and from near, and what can be done. Nothing here asks anybody. */

/** @import { Door, Room, Shown, State } from "./panel.js" */

import { html, nothing, svg } from "lit-html";
import { clock, longDay, moment } from "../kit/times.js";
import { word } from "../kit/words.js";
import { code } from "./code.js";

/**
 * @typedef {object} Doing what a person may press
 * @property {(minutes: number | null) => void} book
 * @property {(minutes: number | null) => void} extend
 * @property {() => void} end
 * @property {() => void} checkIn
 */

/**
 * @param {Door} door
 * @param {{ now: Date, age: string, busy: boolean, said: { text: string, bad: boolean } | null }} shown
 * @param {Doing} doing
 */
export function view(door, shown, doing) {
  return html`<main class="door ${door.state}">
    <header class="head">
      <div>
        <h1>${door.name}</h1>
        <p class="place">${[door.building, door.floor].filter(Boolean).join(", ")}</p>
      </div>
      <div class="clock">
        <time class="hours">${clock(shown.now, door.zone)}</time>
        <span class="date">${longDay(shown.now, door.zone)}</span>
      </div>
    </header>
    ${says(door)} ${bookings(door, shown.now)}
    <section class="do" aria-busy=${shown.busy ? "true" : "false"}>${buttons(door, shown.busy, doing)}</section>
    <div class="news-line">
      <p class=${shown.said?.bad ? "said bad" : "said"} role="status" ?hidden=${!shown.said}>${shown.said?.text ?? ""}</p>
      <p class="age" role="status" ?hidden=${!shown.age}>${shown.age}</p>
    </div>
    ${day(door)}
  </main>`;
}

/** @param {Door} door */
function says(door) {
  const until = door.until ? word("until", { time: clock(new Date(door.until), door.zone) }) : "";
  const open = door.state === "free" || door.state === "soon";
  const due = door.state === "awaited" && door.check_in_until;
  return html`<section class="says" aria-live="polite">
    <div class="band" aria-hidden="true"></div>
    <p class=${word(door.state).length > 8 ? "word long" : "word"}>${shape(door.state)}<span>${word(door.state)}</span></p>
    <p class="until">${until || (open ? word("rest_of_day") : "")}</p>
    ${door.current?.checked_in ? html`<p class="due">✓ ${word("checked_in_already")}</p>` : nothing}
    ${due ? html`<p class="due">${word("check_in_by", { time: clock(new Date(due), door.zone) })}</p>` : nothing}
  </section>`;
}

/** @param {Door} door @param {Date} now */
function bookings(door, now) {
  const coming = door.day.filter((each) => Date.parse(each.start) > now.getTime()).slice(0, 3);
  const next = coming.length ? coming : door.next ? [door.next] : [];
  return html`<section class="bookings">
    <div class="lines"><dl>
      ${door.current ? html`<div class="now"><dt>${word("now")}</dt>${booking(door, door.current, now)}</div>` : nothing}
      ${next.map(
        (each, place) =>
          html`<div class=${place ? "later" : "next"}>
            <dt class=${place ? "for-ears" : ""}>${word("next")}</dt>
            ${booking(door, each, now)}
          </div>`,
      )}
    </dl>
    ${!next.length && door.state !== "unknown" ? html`<p class="nothing">${word("nothing_next")}</p>` : nothing}
    </div>
    <figure class="to-book">
      ${code(door.book_at, word("scan"))}
      <figcaption aria-hidden="true">${word("scan")}</figcaption>
    </figure>
  </section>`;
}

/** @param {Door} door @param {Shown} shown @param {Date} now */
function booking(door, shown, now) {
  const [start, end] = [new Date(shown.start), new Date(shown.end)];
  const times = shown.all_day ? word("whole_day") : `${clock(start, door.zone)} – ${clock(end, door.zone)}`;
  const isLater = longDay(start, door.zone) !== longDay(now, door.zone) && start > now;
  const names = [...new Set([shown.title, shown.organiser])].filter(Boolean);
  return html`<dd class="times">${isLater ? `${word("tomorrow")} ` : ""}${times}</dd>
    <dd class="title">${shown.private ? word("private") : names[0] || word("busy")}</dd>
    ${names[1] ? html`<dd class="who">${names[1]}</dd>` : nothing}`;
}

/** @param {Door} door @param {boolean} busy @param {Doing} doing */
function buttons(door, busy, doing) {
  return html`${
    door.check_in
      ? html`<button class="big main" ?disabled=${busy} @click=${doing.checkIn}>${word("check_in")}</button>`
      : nothing
  }
  ${lengths(door, word("book"), door.can_book, door.now, busy, doing.book)}
  ${door.state === "awaited" ? nothing : lengths(door, word("extend"), door.can_extend, door.current?.end, busy, doing.extend)}
  ${door.can_end ? html`<button class="big grave" ?disabled=${busy} @click=${doing.end}>${word("end")}</button>` : nothing}`;
}

/** @param {Door} door @param {string} label @param {Room | null} room @param {string | undefined} from when it would begin @param {boolean} busy @param {(minutes: number | null) => void} press */
function lengths(door, label, room, from, busy, press) {
  if (!room) return nothing;
  const begin = Math.floor(Date.parse(from ?? door.now) / 60_000);
  const isOne = room.until && room.minutes.includes(Date.parse(room.until) / 60_000 - begin);
  const until = room.until && !isOne && word("until", { time: clock(new Date(room.until), door.zone) });
  return html`<div class="lengths" role="group" aria-label=${label}>
    <span class="what" aria-hidden="true">${label}</span>
    ${room.minutes.map(
      (minutes) =>
        html`<button class="big" ?disabled=${busy} @click=${() => press(minutes)}>${word("minutes", { minutes })}</button>`,
    )}
    ${until ? html`<button class="big" ?disabled=${busy} @click=${() => press(null)}>${until}</button>` : nothing}
  </div>`;
}

/** Today as a line, for eyes only: what it shows is said above. @param {Door} door */
function day(door) {
  const hour = (/** @type {string} */ at) => Number(clockIn(door.zone, new Date(at)).slice(0, 2));
  const timed = door.day.filter((each) => !each.all_day);
  const first = Math.min(7, ...timed.map((each) => hour(each.start)));
  const last = Math.max(19, ...timed.map((each) => Math.min(24, hour(each.end) + 1)));
  const odd = (last - first) % 2;
  const even = last + (last < 24 ? odd : 0);
  const begin = even === last ? first - odd : first;
  /** @param {string} at */
  const place = (at) => {
    const passed = minutesInto(door, at);
    return Math.max(0, Math.min(1000, ((passed - begin * 60) / ((even - begin) * 60)) * 1000));
  };
  /** @param {{ start: string, end: string }} each @param {string} kind */
  const box = (each, kind) => {
    const [from, to] = [place(each.start), place(each.end)];
    return svg`<rect class=${kind} x=${from} width=${Math.max(0, to - from)} y="0" height="40"></rect>`;
  };
  const hours = Array.from({ length: (even - begin) / 2 + 1 }, (_, number) => begin + 2 * number);
  const now = place(door.now);
  return html`<div class="day" aria-hidden="true">
    <svg viewBox="0 0 1000 40" preserveAspectRatio="none">
      <defs>
        <pattern id="shut" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="stripe" width="3" height="8"></rect>
        </pattern>
      </defs>
      <rect class="ground" width="1000" height="40"></rect>
      ${door.closed.map((each) => box(each, "shut"))} ${door.day.map((each) => box(each, "busy"))}
      ${now > 0 && now < 1000 ? svg`<rect class="present" x=${now - 1.5} width="3" y="0" height="40"></rect>` : nothing}
    </svg>
    <div class="hours-line">${hours.map((each) => html`<span>${each}</span>`)}</div>
  </div>`;
}

/** @param {string} zone @param {Date} at */
const clockIn = (zone, at) => new Intl.DateTimeFormat("sv-SE", { timeZone: zone, timeStyle: "short" }).format(at);

/** The minutes of the door's day at an instant; less than 0 before it, more than a day's after. @param {Door} door @param {string} at */
function minutesInto(door, at) {
  const days = (/** @type {Date} */ each) =>
    Date.parse(
      `${new Intl.DateTimeFormat("sv-SE", { timeZone: door.zone, dateStyle: "short" }).format(each)}T00:00:00Z`,
    );
  const then = new Date(at);
  const [hours = 0, minutes = 0] = clockIn(door.zone, then).split(":").map(Number);
  return (days(then) - days(new Date(door.now))) / 60_000 + hours * 60 + minutes;
}

/** A shape for each state, which says the same as its colour. @param {State} state */
function shape(state) {
  const drawn = {
    free: svg`<circle cx="12" cy="12" r="9" fill="none"></circle>`,
    soon: svg`<circle cx="12" cy="12" r="9" fill="none"></circle><path d="M12 7v5l4 2" fill="none"></path>`,
    taken: svg`<circle class="solid" cx="12" cy="12" r="10.5"></circle><path class="cut" d="M7 12h10"></path>`,
    awaited: svg`<path d="M12 3 22 21H2Z" fill="none"></path><path d="M12 10v5m0 3v.1"></path>`,
    closed: svg`<path d="M5 5 19 19M19 5 5 19"></path>`,
    unknown: svg`<path d="M8 9a4 4 0 1 1 5.5 3.7c-1 .5-1.5 1.200-1.500 2.300m0 4v.1" fill="none"></path>`,
  }[state];
  return html`<svg class="shape" viewBox="0 0 24 24" aria-hidden="true">${drawn}</svg>`;
}

/** A door that cannot be shown, and why. @param {string} why @param {boolean} waits */
export const blank = (why, waits) =>
  html`<main class="door unknown blank"><h1 class="for-ears">Lockstep</h1><p class=${waits ? "waiting" : ""} role="status">${why}</p></main>`;

/** How old what is shown is. @param {Door} door @param {Date} now @param {boolean} away */
export function age(door, now, away) {
  if (away) return word("offline", { time: at(door, door.now, now) });
  return door.stale_since ? word("stale", { time: at(door, door.stale_since, now) }) : "";
}

/** @param {Door} door @param {string} text @param {Date} now */
function at(door, text, now) {
  const then = new Date(text);
  return longDay(then, door.zone) === longDay(now, door.zone) ? clock(then, door.zone) : moment(then, door.zone);
}
