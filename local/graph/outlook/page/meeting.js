/** The dialog in which somebody makes, changes, cancels or answers a meeting, as Outlook offers it. */

import { found, make } from "./build.js";
import { ZONE } from "./exchange.js";
import { dateOf, hoursOf, titleOf } from "./week.js";

const ANSWERS = {
  none: "has not answered", notResponded: "has not answered", organizer: "organises", accepted: "accepted",
  declined: "declined", tentativelyAccepted: "tentative",
};
const DAYS = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"];

const dialog = () => /** @type {HTMLDialogElement} */ (found("meeting"));

function field(label, control) {
  return make("label", { className: "field" }, label, control);
}

function tick(label, given) {
  const box = make("input", { type: "checkbox", ...given });
  return { box, line: make("label", { className: "tick" }, box, label) };
}

const time = (name, value) => make("input", { type: "time", name, value, required: true, step: 300 });

/** The controls of a meeting's own facts: title and time. */
function facts(event, day) {
  const [start, end] = event ? [event.start.dateTime, event.end.dateTime] : [];
  const date = start?.slice(0, 10) ?? dateOf(day);
  // All-day ends are the day after.
  const last = event?.isAllDay ? dateOf(new Date(new Date(end.slice(0, 19)).getTime() - 1)) : date;
  const controls = {
    subject: make("input", { name: "subject", value: event?.subject ?? "", required: true, maxLength: 200 }),
    date: make("input", { type: "date", name: "date", value: date, required: true }),
    last: make("input", { type: "date", name: "last", value: last, required: true }),
    start: time("start", event?.isAllDay ? "09:00" : (start?.slice(11, 16) ?? "09:00")),
    end: time("end", event?.isAllDay ? "10:00" : (end?.slice(11, 16) ?? "10:00")),
    allDay: tick("All day", { name: "all-day", checked: event?.isAllDay ?? false }),
  };
  const times = [field("Start", controls.start), field("End", controls.end)];
  const until = field("Last day", controls.last);
  const adapt = () => {
    const whole = controls.allDay.box.checked;
    for (const each of times) each.hidden = whole;
    until.hidden = !whole;
  };
  controls.allDay.box.addEventListener("change", adapt);
  adapt();
  const lines = [field("Title", controls.subject), make("div", { className: "row" }, field("Day", controls.date), ...times, until)];
  return { controls, lines };
}

function nextDay(date) {
  const day = new Date(`${date}T12:00:00`);
  day.setDate(day.getDate() + 1);
  return dateOf(day);
}

function timesOf({ date, last, start, end, allDay }) {
  if (allDay.box.checked) {
    const until = last.value < date.value ? date.value : last.value;
    return whole(date.value, nextDay(until));
  }
  const side = (clock) => ({ dateTime: `${date.value}T${clock}:00`, timeZone: ZONE });
  return { isAllDay: false, start: side(start.value), end: side(end.value) };
}

/** The body that gives a meeting another time. @param {Date} start @param {Date} end by the viewer's clock */
export function betweenWalls(start, end) {
  const two = (number) => String(number).padStart(2, "0");
  const side = (at) => ({ dateTime: `${dateOf(at)}T${two(at.getHours())}:${two(at.getMinutes())}:00`, timeZone: ZONE });
  return { isAllDay: false, start: side(start), end: side(end) };
}

function whole(first, until) {
  const side = (date) => ({ dateTime: `${date}T00:00:00`, timeZone: ZONE });
  return { isAllDay: true, start: side(first), end: side(until) };
}

/** Shows a form and answers with what was chosen, or null where it was closed. */
function ask(title, about, lines, actions, focused) {
  const shown = dialog();
  const trouble = make("p", { className: "trouble", role: "alert", hidden: true });
  return new Promise((resolve) => {
    let chosen = null;
    const buttons = actions.map(({ label, look, value, check }) =>
      make("button", {
        type: check ? "submit" : "button",
        className: look ?? "",
        onclick: (clicked) => {
          if (check && !form.reportValidity()) return;
          const wrong = check?.();
          clicked.preventDefault();
          if (wrong) {
            trouble.textContent = wrong;
            trouble.hidden = false;
            return;
          }
          chosen = value;
          shown.close();
        },
      }, label),
    );
    const close = make("button", { type: "button", className: "close", onclick: () => shown.close() }, "Close");
    const form = /** @type {HTMLFormElement} */ (
      make("form", { method: "dialog" }, make("h2", { id: "meeting-title" }, title), ...about, ...lines, trouble,
        make("div", { className: "actions" }, ...buttons, close))
    );
    shown.replaceChildren(form);
    shown.addEventListener("close", () => resolve(chosen), { once: true });
    shown.showModal();
    (focused ?? buttons[0] ?? close).focus();
  });
}

const ordered = ({ start, end, allDay }) =>
  allDay.box.checked || start.value < end.value ? "" : "The end has to be after the start.";

/**
 * Asks for a new meeting; the answer is the body of a Graph event with the rooms that are asked, or null.
 *
 * @param {any} owner whose calendar it is made in
 * @param {any[]} rooms
 * @param {Date} day
 */
export async function newMeeting(owner, rooms, day) {
  const { controls, lines } = facts(null, day);
  const asksRooms = owner.kind === "user";
  const choices = rooms.map((room) => ({ room, ...tick(room.displayName, { name: "room", value: room.userPrincipalName }) }));
  const extra = {
    private: tick("Private", { name: "private" }),
    online: tick("Online meeting", { name: "online" }),
    repeats: make("select", { name: "repeats" }, make("option", { value: "" }, "Does not repeat"),
      make("option", { value: "daily" }, "Every day"), make("option", { value: "weekly" }, "Every week")),
    count: make("input", { type: "number", name: "count", min: "2", max: "50", value: "4", required: true }),
  };
  const times = field("How often", extra.count);
  times.hidden = true;
  extra.repeats.addEventListener("change", () => {
    times.hidden = !extra.repeats.value;
  });
  const about = [make("p", { className: "facts" }, asksRooms
    ? `In the calendar of ${owner.displayName}, who invites the rooms.`
    : `Typed straight into the calendar of ${owner.displayName}, as its delegates can.`)];
  const asked = make("fieldset", {}, make("legend", {}, "Rooms and equipment"), ...choices.map((each) => each.line));
  const more = [
    ...(asksRooms ? [asked] : []),
    make("div", { className: "row" }, field("Repeats", extra.repeats), times),
    make("div", { className: "ticks" }, controls.allDay.line, extra.private.line, extra.online.line),
  ];
  const save = { label: "Save", look: "primary", value: "save", check: () => ordered(controls) };
  const chosen = await ask("New meeting", about, [...lines, ...more], [save], controls.subject);
  if (!chosen) return null;
  const invited = asksRooms ? choices.filter((each) => each.box.checked).map((each) => each.room) : [];
  return { invited, body: bodyOf(controls, extra, invited) };
}

function bodyOf(controls, extra, invited) {
  return {
    subject: controls.subject.value,
    ...timesOf(controls),
    sensitivity: extra.private.box.checked ? "private" : "normal",
    ...(extra.online.box.checked ? { isOnlineMeeting: true, onlineMeetingProvider: "teamsForBusiness" } : {}),
    attendees: invited.map((room) => ({
      type: "resource",
      emailAddress: { address: room.userPrincipalName, name: room.displayName },
    })),
    ...(extra.repeats.value ? { recurrence: recurrence(extra.repeats.value, controls.date.value, Number(extra.count.value)) } : {}),
  };
}

function recurrence(type, first, count) {
  const day = DAYS[new Date(`${first}T12:00:00`).getDay()];
  return {
    pattern: { type, interval: 1, ...(type === "weekly" ? { daysOfWeek: [day], firstDayOfWeek: "monday" } : {}) },
    range: { type: "numbered", startDate: first, numberOfOccurrences: count, recurrenceTimeZone: ZONE },
  };
}

/**
 * Shows a meeting of a calendar and asks what to do with it.
 *
 * @param {any} event
 * @param {any} owner
 * @returns {Promise<{ what: string, body?: any } | null>}
 */
export async function openMeeting(event, owner) {
  const about = [make("p", { className: "facts" }, `${hoursOf(event)} · in the calendar of ${owner.displayName}`), attendees(event)];
  if (!event.isOrganizer) return answer(event, about);
  const { controls, lines } = facts(event, new Date());
  const ofSeries = event.type === "occurrence" || event.type === "exception";
  const invites = event.attendees.length > 0;
  const save = { label: "Save", look: "primary", value: "change", check: () => ordered(controls) };
  const end = { label: invites ? "Cancel meeting" : "Delete", look: "danger", value: invites ? "cancel" : "delete" };
  const ends = ofSeries
    ? [{ ...end, label: `${end.label}: only this one` }, { label: `${end.label}: the whole series`, look: "danger", value: `${end.value} series` }]
    : [end];
  const ticks = make("div", { className: "ticks" }, controls.allDay.line);
  const what = await ask(titleOf(event), about, [...lines, ticks], [save, ...ends], controls.subject);
  if (!what) return null;
  return what === "change" ? { what, body: { subject: controls.subject.value, ...timesOf(controls) } } : { what };
}

async function answer(event, about) {
  const given = event.responseStatus?.response;
  const actions = [
    { label: "Decline", look: "danger", value: "decline" },
    ...(given === "accepted" ? [] : [{ label: "Accept", look: "primary", value: "accept" }]),
  ];
  const what = await ask(titleOf(event), about, [], actions);
  return what && { what };
}

function attendees(event) {
  const told = event.attendees.map((each) =>
    make("li", {}, `${each.emailAddress.name || each.emailAddress.address}: ${ANSWERS[each.status?.response] ?? "has not answered"}`),
  );
  const organiser = event.organizer?.emailAddress?.name ?? "";
  return make("div", { className: "facts" }, ...(event.isOrganizer ? [] : [`Organised by ${organiser}.`]), ...(told.length ? [make("ul", {}, ...told)] : []));
}
