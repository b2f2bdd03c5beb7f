/** The page: whose week is shown, what is done to it, and what then crosses over to the platform and back. */

import { found, make } from "./build.js";
import { showBookingPage } from "./beside.js";
import { Crossings } from "./crossings.js";
import * as exchange from "./exchange.js";
import { Incoming } from "./incoming.js";
import { betweenWalls, newMeeting, openMeeting } from "./meeting.js";
import * as platform from "./platform.js";
import { draw, monday, plusDays, titleOf } from "./week.js";

const LOOK_MS = 1000;
const LOOK_AT_LINKS_MS = 5000;
const shortDay = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "long", year: "numeric" });

const crossings = new Crossings(found("crossings"));
const choice = /** @type {HTMLSelectElement} */ (found("mailbox"));
/** @type {any[]} */
let boxes = [];
let linked = new Map();
let first = coming();
/** What was last drawn: whose, which week, and its events. */
let drawn = { of: "", text: "", ids: new Set() };
let mayDraw = true;

/** The Monday of this week; on a weekend what is next is the coming one. */
function coming() {
  const week = monday(new Date());
  return [0, 6].includes(new Date().getDay()) ? plusDays(week, 7) : week;
}

const owner = () => boxes.find((each) => each.id === choice.value);

function complain(error) {
  const trouble = found("trouble");
  trouble.textContent = error ? `${error.message}` : "";
  trouble.hidden = !error;
}

/** Reads the week again and draws it where anything differs. */
async function look() {
  const [whose, from] = [owner(), first];
  if (!whose) return;
  const events = await exchange.calendar(whose.id, from, plusDays(from, 7));
  if (whose !== owner() || from !== first || !mayDraw) return;
  const of = `${whose.id} ${from.toISOString()}`;
  const text = JSON.stringify(events);
  if (of === drawn.of && text === drawn.text) return;
  const known = of === drawn.of ? drawn.ids : null;
  const fresh = new Set(known ? events.map((each) => each.id).filter((id) => !known.has(id)) : []);
  drawn = { of, text, ids: new Set(events.map((each) => each.id)) };
  draw(found("week"), { first: from, events, fresh, onOpen: open, onDropped: drop });
}

function tellWeek() {
  const last = plusDays(first, 6);
  found("range").textContent = shortDay.formatRange(first, last);
  found("zone").textContent = `Times in ${exchange.ZONE.replaceAll("_", " ")}`;
}

async function show() {
  tellWeek();
  try {
    await look();
    complain(null);
  } catch (error) {
    complain(error);
  }
}

/** Does what was asked and shows a refusal; the answer tells whether it was done. */
async function done(act) {
  try {
    await act();
    complain(null);
    return true;
  } catch (error) {
    complain(error);
    return false;
  }
}

/** The linked resources that a meeting of this calendar concerns. */
async function concerned(addresses) {
  await links;
  const found = boxes.filter((each) => addresses.includes(each.userPrincipalName.toLowerCase()));
  return found.map((box) => ({ box, resource: linked.get(box.id) })).filter((each) => each.resource);
}

function roomsOf(event, whose) {
  const named = event.attendees.map((each) => each.emailAddress.address.toLowerCase());
  return concerned(whose.kind === "user" ? named : [whose.userPrincipalName.toLowerCase()]);
}

/** Follows a change to the platform's side of every room that it concerns. */
function follow(rooms, what, wanted, { start, end }, whyNot) {
  const [from, to] = [new Date(new Date(start).getTime() - 86_400_000), new Date(new Date(end).getTime() + 86_400_000)];
  for (const { box, resource } of rooms) {
    const shows = async () => wanted(await platform.bookings(resource, from, to));
    incoming.leave(resource);
    crossings.follow("Outlook → platform", `${what} in ${box.displayName}`, shows, () => whyNot(box));
  }
}

const at = (times) => (booking) => booking.start === times.start && booking.end === times.end;

async function makeMeeting() {
  const whose = owner();
  const rooms = boxes.filter((each) => each.kind !== "user" && each.kind !== "shared");
  const asked = await newMeeting(whose, rooms, first < new Date() ? new Date() : first);
  if (!asked) return;
  let event;
  if (!(await done(async () => { event = await exchange.create(whose.id, asked.body); }))) return;
  const times = exchange.times(event);
  const addresses = whose.kind === "user" ? asked.invited.map((each) => each.userPrincipalName) : [whose.userPrincipalName];
  const asksOf = await concerned(addresses.map((each) => each.toLowerCase()));
  follow(asksOf, `“${asked.body.subject}”`, (bookings) => bookings.some(at(times)), times, (box) => answerOf(whose, event.id, box));
  await show();
}

/** What stands in the way, as far as the organiser can see it. */
async function answerOf(whose, id, box) {
  try {
    const event = await exchange.one(whose.id, id);
    const attendee = event.attendees.find((each) => each.emailAddress.address.toLowerCase() === box.userPrincipalName.toLowerCase());
    if (attendee?.status?.response === "declined") return `— ${box.displayName} declined`;
    if (attendee?.status?.response === "none") return `— ${box.displayName} has not answered`;
  } catch {
    // It is gone meanwhile: nothing stands in the way but time.
  }
  return "— the console tells why";
}

async function open(event) {
  const whose = owner();
  const what = await openMeeting(event, whose);
  if (!what) return;
  if (what.what === "change") {
    await change(event, whose, what.body);
    return;
  }
  const [series, rooms, before] = [what.what.endsWith("series"), await roomsOf(event, whose), exchange.times(event)];
  const id = series ? event.seriesMasterId : event.id;
  const title = `“${titleOf(event)}”`;
  const act = { "cancel": "cancel", "cancel series": "cancel", "decline": "decline", "accept": "accept" }[what.what];
  if (!(await done(() => (act ? exchange.act(whose.id, id, act) : exchange.remove(whose.id, id))))) return;
  const word = { decline: "declined", accept: "accepted" }[what.what] ?? (act ? "cancelled" : "deleted");
  if (what.what !== "accept") follow(rooms, `${title} ${word}`, (all) => !all.some(at(before)), before, async () => "— the console tells why");
  await show();
}

/** Changes a meeting of a calendar, and follows it where its time has become another. */
async function change(event, whose, body) {
  const [rooms, before] = [await roomsOf(event, whose), exchange.times(event)];
  let after;
  const isDone = await done(async () => { after = exchange.times(await exchange.change(whose.id, event.id, body)); });
  const moved = isDone && (after.start !== before.start || after.end !== before.end);
  if (moved) follow(rooms, `“${titleOf(event)}” moved`, (all) => all.some(at(after)) && !all.some(at(before)), spanning(before, after), (box) => answerOf(whose, event.id, box));
  await show();
}

/** What was dropped somewhere else in the week; a refusal puts it back. */
async function drop(event, start, end) {
  await change(event, owner(), betweenWalls(start, end));
  drawn = { ...drawn, text: "" };
  await show();
}

function spanning(one, other) {
  return { start: one.start < other.start ? one.start : other.start, end: one.end > other.end ? one.end : other.end };
}

// What comes the other way.

const incoming = new Incoming(crossings, () => linked);

async function lookAtLinks() {
  if (platform.isKnown()) linked = await platform.resources();
}

/** Repeats something while the page is seen, one after the other, whatever happens to one of them. */
function repeat(act, milliseconds) {
  const again = async () => {
    if (!document.hidden) await act().catch(() => undefined);
    setTimeout(again, milliseconds);
  };
  setTimeout(again, milliseconds);
}

function fill() {
  const groups = [["user", "People"], ["room", "Rooms"], ["equipment", "Equipment"], ["shared", "Shared mailboxes"]];
  const options = (kind) => boxes.filter((each) => each.kind === kind).map((each) => make("option", { value: each.id }, each.displayName));
  choice.replaceChildren(...groups.map(([kind, label]) => make("optgroup", { label }, ...options(kind))).filter((each) => each.children.length));
}

function turn(days) {
  first = days === null ? coming() : plusDays(first, days);
  show();
}

found("new").addEventListener("click", makeMeeting);
found("earlier").addEventListener("click", () => turn(-7));
found("later").addEventListener("click", () => turn(7));
found("today").addEventListener("click", () => turn(null));
choice.addEventListener("change", show);
found("week").addEventListener("pointerdown", () => { mayDraw = false; });
addEventListener("pointerup", () => { mayDraw = true; });
addEventListener("pointercancel", () => { mayDraw = true; });

boxes = await exchange.mailboxes();
fill();
// The app may be busy; the calendars are there meanwhile.
const links = lookAtLinks().catch(complain);
showBookingPage();
await show();
repeat(look, LOOK_MS);
repeat(lookAtLinks, LOOK_AT_LINKS_MS);
repeat(() => incoming.look(), LOOK_MS);
