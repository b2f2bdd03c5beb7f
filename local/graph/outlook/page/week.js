/** Draws one week of one calendar: columns with blocks where there is room, a list on a phone (the style decides). */

import { make } from "./build.js";
import { draggable } from "./drag.js";

/** Pixels of an hour at least, of the days' names, and of one all-day block. */
const [LEAST_PX, NAMES_PX, BLOCK_PX] = [38, 42, 40];
const [EARLIEST, LATEST] = [8, 18];

const dayName = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric" });
const longDay = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

/** The Monday of the week in which a day lies. @param {Date} day */
export function monday(day) {
  const first = new Date(day.getFullYear(), day.getMonth(), day.getDate());
  first.setDate(first.getDate() - ((first.getDay() + 6) % 7));
  return first;
}

/** @param {Date} day @param {number} days */
export function plusDays(day, days) {
  const later = new Date(day);
  later.setDate(later.getDate() + days);
  return later;
}

/** @param {Date} day */
export function dateOf(day) {
  const two = (number) => String(number).padStart(2, "0");
  return `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
}

const wall = (side) => new Date(side.dateTime.slice(0, 19));

/** @param {any} event */
export function titleOf(event) {
  return event.subject.trim() || (event.sensitivity === "private" ? "Private" : "(no title)");
}

/** @param {any} event */
export function hoursOf(event) {
  return event.isAllDay ? "All day" : hours(wall(event.start), wall(event.end));
}

/** @param {Date} start @param {Date} end */
const hours = (start, end) => `${clock.format(start)}–${clock.format(end)}`;

function marks(event) {
  const own = [];
  if (event.sensitivity === "private") own.push("private");
  if (event.type !== "singleInstance") own.push("series");
  if (event.isOnlineMeeting) own.push("online");
  if (event.isCancelled) own.push("cancelled");
  if (event.responseStatus?.response === "declined") own.push("declined");
  if (event.responseStatus?.response === "tentativelyAccepted") own.push("tentative");
  return own.join(", ");
}

function block(event, onOpen, fresh) {
  const told = marks(event);
  const made = make(
    "button",
    { type: "button", className: `event${event.showAs === "free" ? " free" : ""}`, onclick: () => onOpen(event) },
    make("strong", {}, titleOf(event)),
    make("span", {}, make("span", { className: "hours-of" }, hoursOf(event)), told ? ` · ${told}` : ""),
  );
  made.dataset.event = event.id;
  if (fresh) made.classList.add("fresh");
  return made;
}

/** Gives each event a lane of its own where several are at one time. */
function lanes(events) {
  const placed = [];
  let group = [];
  let until = 0;
  const close = () => {
    const width = Math.max(0, ...group.map((each) => each.lane)) + 1;
    for (const each of group) each.width = width;
    placed.push(...group);
    group = [];
  };
  for (const event of events) {
    const [start, end] = [wall(event.start).getTime(), wall(event.end).getTime()];
    if (start >= until) close();
    const taken = new Set(group.filter((each) => each.end > start).map((each) => each.lane));
    let lane = 0;
    while (taken.has(lane)) lane += 1;
    group.push({ event, start, end, lane, width: 1 });
    until = Math.max(until, end);
  }
  close();
  return placed;
}

/**
 * @param {HTMLElement} into
 * @param {{ first: Date, events: any[], fresh: Set<string>, onOpen: (event: any) => void, onDropped: (event: any, start: Date, end: Date) => void }} shown
 */
export function draw(into, { first, events, fresh, onOpen, onDropped }) {
  const days = [...Array(7).keys()].map((each) => plusDays(first, each));
  const on = (day) =>
    events.filter((each) => wall(each.start) < plusDays(day, 1) && (wall(each.end) > day || wall(each.start) >= day));
  // A weekend on which nothing is leaves its room to the others.
  const kept = days.filter((day, index) => index < 5 || on(day).length > 0);
  const timed = events.filter((each) => !each.isAllDay);
  const from = Math.min(EARLIEST, ...timed.map((each) => wall(each.start).getHours()));
  const to = Math.max(LATEST, ...timed.map((each) => (sameDay(each) ? wall(each.end).getHours() + 1 : 24)));
  const heads = [make("div", { className: "head" }), ...kept.map(head)];
  const whole = [make("div", { className: "all-day label" }), ...kept.map((day) => allDay(day, on(day), onOpen, fresh))];
  const above = NAMES_PX + BLOCK_PX * Math.max(...kept.map((day) => on(day).filter((each) => each.isAllDay).length));
  const px = Math.max(LEAST_PX, Math.floor((into.clientHeight - above) / (to - from)));
  into.style.setProperty("--row", `${px}px`);
  const grid = { from, to, px, onDropped };
  const columns = [scale(from, to, px), ...kept.map((day) => column(day, on(day), grid, onOpen, fresh))];
  // Where the week is a list, each day's own come one below the other.
  for (const each of [whole, columns]) each.forEach((cell, index) => cell.style.setProperty("--place", `${index}`));
  into.style.setProperty("--days", String(kept.length));
  const focused = document.activeElement?.closest?.("[data-event]")?.getAttribute("data-event");
  const scrolled = into.scrollTop;
  const none = events.length ? [] : [make("p", { className: "no-events" }, "Nothing in this week.")];
  into.replaceChildren(...heads, ...whole, ...columns, ...none);
  into.scrollTop = scrolled;
  if (focused) into.querySelector(`[data-event="${CSS.escape(focused)}"]`)?.focus();
}

const sameDay = (event) => wall(event.start).toDateString() === wall(event.end).toDateString();

function head(day) {
  const now = day.toDateString() === new Date().toDateString();
  return make("div", { className: now ? "head now" : "head" }, dayName.format(day));
}

function allDay(day, events, onOpen, fresh) {
  const blocks = events.filter((each) => each.isAllDay).map((each) => block(each, onOpen, fresh.has(each.id)));
  return make("div", { className: "all-day", "data-name": longDay.format(day) }, ...blocks);
}

function scale(from, to, px) {
  const marked = [...Array(to - from - 1).keys()].map((each) => {
    const mark = make("span", {}, `${String(from + each + 1).padStart(2, "0")}:00`);
    mark.style.top = `${(each + 1) * px}px`;
    return mark;
  });
  const made = make("div", { className: "hours", "aria-hidden": "true" }, ...marked);
  made.style.height = `${(to - from) * px}px`;
  return made;
}

/** Whoever organises a meeting moves it; of others there is only the room's answer. @param {any} event */
const isMovable = (event) => event.isOrganizer && !event.isCancelled && sameDay(event);

function column(day, events, { from, to, px, onDropped }, onOpen, fresh) {
  const named = events.some((each) => each.isAllDay) ? {} : { "data-name": longDay.format(day) };
  const made = make("div", { className: "day", ...named });
  made.dataset.date = dateOf(day);
  made.style.height = `${(to - from) * px}px`;
  const begin = day.getTime() + from * 3_600_000;
  const timed = events.filter((each) => !each.isAllDay);
  for (const each of lanes(timed)) {
    const placed = block(each.event, onOpen, fresh.has(each.event.id));
    const top = Math.max(0, each.start - begin) / 3_600_000;
    const height = Math.min(to - from - top, (each.end - Math.max(each.start, begin)) / 3_600_000);
    placed.style.top = `${top * px + 1}px`;
    placed.style.height = `${Math.max(height * px - 2, 18)}px`;
    placed.style.left = `${(each.lane / each.width) * 100}%`;
    placed.style.width = `${100 / each.width}%`;
    made.append(placed);
    if (isMovable(each.event)) letDrag(placed, each.event, px, onDropped);
  }
  return made;
}

function letDrag(block, event, px, onDropped) {
  block.append(make("span", { className: "grip" }));
  block.classList.add("movable");
  const times = { start: wall(event.start), end: wall(event.end) };
  draggable(block, times, { px, told: hours, onDropped: (start, end) => onDropped(event, start, end) });
}
