/**
 * Both sides of a resource on one axis, the calendar above the platform: a strip for each day, so that a week needs no
 * scrolling sideways. What differs has a mark and a frame of its own; what is missing leaves its place open.
 */

/** @import { When } from "./timeline_layout.js" */

import { html, nothing } from "lit-html";
import { classMap } from "lit-html/directives/class-map.js";
import { clock, longDay, whenText } from "../kit/times.js";
import { word } from "../kit/words.js";
import { hoursOf, lanesOf, stretchOn, wall } from "./timeline_layout.js";
import "./timeline.css";

/**
 * @typedef {When & { key: string, title: string, organiser: { address: string, name: string } | null, private: boolean,
 *   status: string }} Shown
 */
/**
 * One booking as both sides show it.
 * @typedef {object} Pair
 * @property {string | null} mapping
 * @property {string} state
 * @property {string | null} origin
 * @property {string} reason
 * @property {boolean} equal
 * @property {string[]} differences
 * @property {Shown | null} calendar
 * @property {Shown | null} platform
 */
/** @typedef {When & { id: string, reason: string, closing: boolean }} Block */
/** @typedef {{ pairs: Pair[], blocks: Block[], equal: boolean, looked_at: string, not_understood: unknown[] }} Sides */
/**
 * @typedef {object} Look how the timeline is shown
 * @property {string[]} days
 * @property {string} zone the resource's own
 * @property {Set<string>} conflicts mappings of which an overlap is open
 * @property {{ before: number, after: number }} buffers minutes
 * @property {(pair: Pair) => void} open
 */

const SIDES = /** @type {const} */ (["calendar", "platform"]);

/** @param {Sides} sides @param {Look} look */
export function timeline(sides, look) {
  const hours = hoursOf(
    look.days.flatMap((day) => sides.pairs.flatMap((pair) => stretches(pair, day, look.zone).filter(Boolean))),
  );
  return html`<div class="timeline" .style=${`--hours: ${hours.last - hours.first}`}>
    ${look.days.map((day) => strip(sides, day, hours, look))}
  </div>`;
}

/** @param {Sides} sides @param {string} day @param {{ first: number, last: number }} hours @param {Look} look */
function strip(sides, day, hours, look) {
  const pairs = sides.pairs.filter((pair) => stretches(pair, day, look.zone).some(Boolean));
  const now = wall(new Date(), look.zone);
  const differing = pairs.filter((pair) => !pair.equal).length;
  return html`<section class="strip" aria-label=${longDay(noon(day), "UTC")}>
    <header class="strip-head">
      <h3>${longDay(noon(day), "UTC")}</h3>
      ${differing ? html`<span class="state bad">${word("differences_n", { count: differing })}</span>` : nothing}
      ${now.day === day ? html`<span class="soft small">${word("today")}</span>` : nothing}
    </header>
    <div class="axis" aria-hidden="true">${axis(hours)}</div>
    ${SIDES.map((side) => lane(side, pairs, sides.blocks, day, hours, look, now.day === day ? now.minute : undefined))}
  </section>`;
}

/** @param {{ first: number, last: number }} hours */
function axis({ first, last }) {
  const every = last - first > 14 ? 3 : 2;
  const shown = [];
  for (let hour = first; hour < last; hour += 1) {
    if ((hour - first) % every === 0)
      shown.push(
        html`<span .style=${`left: ${((hour - first) / (last - first)) * 100}%`}>${clock(new Date(Date.UTC(2000, 0, 1, hour)), "UTC")}</span>`,
      );
  }
  return shown;
}

/**
 * @param {"calendar" | "platform"} side @param {Pair[]} pairs @param {Block[]} blocks @param {string} day
 * @param {{ first: number, last: number }} hours @param {Look} look @param {number | undefined} now
 */
function lane(side, pairs, blocks, day, hours, look, now) {
  const items = pairs.flatMap((pair) => {
    const own = pair[side];
    const shown = own ?? pair[side === "calendar" ? "platform" : "calendar"];
    const stretch = shown && stretchOn(shown, day, look.zone);
    return stretch && (own || !pair.equal) ? [{ pair, shown, stretch, missing: !own }] : [];
  });
  const { lanes, count } = lanesOf(items.map((each) => each.stretch));
  const closed = side === "platform" ? blocks : [];
  return html`<div class="lane ${side}">
    <span class="lane-name">${word(`side_${side}`)}</span>
    <div class="track" .style=${`--lanes: ${count}`}>
      ${closed.map((block) => blocked(block, day, hours, look.zone))}
      ${now === undefined || now < hours.first * 60 || now > hours.last * 60 ? nothing : html`<i class="now" .style=${place({ from: now, until: now }, hours)}></i>`}
      ${items.map((each, at) => booking(side, each, lanes[at] ?? 0, hours, look))}
    </div>
  </div>`;
}

/** @param {Block} block @param {string} day @param {{ first: number, last: number }} hours @param {string} zone */
function blocked(block, day, hours, zone) {
  const stretch = stretchOn(block, day, zone);
  if (!stretch) return nothing;
  return html`<i class="blocked" .style=${place(stretch, hours)} title=${block.closing ? word("closed") : block.reason}></i>`;
}

/**
 * @param {"calendar" | "platform"} side
 * @param {{ pair: Pair, shown: Shown, stretch: { from: number, until: number }, missing: boolean }} item
 * @param {number} at @param {{ first: number, last: number }} hours @param {Look} look
 */
function booking(side, { pair, shown, stretch, missing }, at, hours, look) {
  const inConflict = Boolean(pair.mapping && look.conflicts.has(pair.mapping));
  const kinds = { slot: true, missing, different: !pair.equal, conflict: inConflict, private: shown.private };
  const buffers = stretch.until - stretch.from < 1440 && !missing && (look.buffers.before || look.buffers.after);
  return html`${buffers ? html`<i class="buffer" .style=${`${place({ from: stretch.from - look.buffers.before, until: stretch.until + look.buffers.after }, hours)}; --lane: ${at}`}></i>` : nothing}
    <button type="button" class=${classMap(kinds)} .style=${`${place(stretch, hours)}; --lane: ${at}`} title=${described(side, pair, shown, missing, inConflict, look.zone)} aria-label=${described(side, pair, shown, missing, inConflict, look.zone)} @click=${() => look.open(pair)}>
      ${!pair.equal ? html`<span class="mark" aria-hidden="true">≠</span>` : inConflict ? html`<span class="mark" aria-hidden="true">⚠</span>` : nothing}<span class="slot-title">${missing ? word("missing_here") : titleOf(shown)}</span>
    </button>`;
}

/** @param {{ from: number, until: number }} stretch @param {{ first: number, last: number }} hours */
function place({ from, until }, { first, last }) {
  const whole = (last - first) * 60;
  const left = Math.max(0, (from - first * 60) / whole);
  const right = Math.min(1, (until - first * 60) / whole);
  return `left: ${left * 100}%; width: ${Math.max(right - left, 0) * 100}%`;
}

/**
 * @param {"calendar" | "platform"} side @param {Pair} pair @param {Shown} shown @param {boolean} missing
 * @param {boolean} inConflict @param {string} zone
 */
function described(side, pair, shown, missing, inConflict, zone) {
  const parts = [whenText(shown, zone), titleOf(shown), word(`side_${side}`)];
  if (missing) parts.push(word("missing_here"));
  else if (!pair.equal) parts.push(differenceText(pair));
  if (inConflict) parts.push(word("overlaps"));
  return parts.join(", ");
}

/** What somebody reads as the title of a booking. @param {Shown} shown */
export const titleOf = (shown) => (shown.private ? word("private") : shown.title || word("untitled"));

/** In what both sides of a booking differ. @param {Pair} pair */
export const differenceText = (pair) =>
  pair.equal
    ? word("equal")
    : word("differs_in", { what: pair.differences.map((each) => word(`differs_${each}`)).join(", ") });

/**
 * The same as a table: for whoever reads rather than looks.
 * @param {Sides} sides @param {Look} look
 */
export function asTable(sides, look) {
  const pairs = sides.pairs.filter((pair) => look.days.some((day) => stretches(pair, day, look.zone).some(Boolean)));
  if (!pairs.length) return html`<p class="empty">${word("no_bookings")}</p>`;
  return html`<div class="scroller" tabindex="0" role="region" aria-label=${word("bookings")}><table>
    <thead><tr>
      <th scope="col">${word("side_calendar")}</th><th scope="col">${word("side_platform")}</th><th scope="col">${word("comparison")}</th><th scope="col"><span class="for-ears">${word("why")}</span></th>
    </tr></thead>
    <tbody>${pairs.map(
      (pair) => html`<tr>
        <td>${cell(pair.calendar, look.zone)}</td>
        <td>${cell(pair.platform, look.zone)}</td>
        <td>${pair.equal ? html`<span class="state good">${word("equal")}</span>` : html`<span class="state bad">${differenceText(pair)}</span>`}${pair.mapping && look.conflicts.has(pair.mapping) ? html` <span class="state warn">${word("overlaps")}</span>` : nothing}</td>
        <td><button type="button" class="link" @click=${() => look.open(pair)}>${word("why")}</button></td>
      </tr>`,
    )}</tbody>
  </table></div>`;
}

/** @param {Shown | null} shown @param {string} zone */
const cell = (shown, zone) =>
  shown
    ? html`<strong>${titleOf(shown)}</strong><br /><span class="soft small">${whenText(shown, zone)}</span>`
    : html`<span class="soft">${word("not_there")}</span>`;

/** @param {Pair} pair @param {string} day @param {string} zone */
const stretches = (pair, day, zone) =>
  /** @type {{ from: number, until: number }[]} */ (
    [pair.calendar, pair.platform].map((each) => (each ? stretchOn(each, day, zone) : undefined))
  );

/** @param {string} day */
const noon = (day) => new Date(`${day}T12:00:00Z`);
