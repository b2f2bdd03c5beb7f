/** The right side: the app's booking page in a frame or, where there is none, what its API lists for a room. */

import { found, make } from "./build.js";
import * as platform from "./platform.js";

const AHEAD_DAYS = 30;
const day = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short" });
const moment = new Intl.DateTimeFormat(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

const written = (booking) =>
  booking.all_day || booking.start.length === 10
    ? `${day.format(new Date(`${booking.start}T12:00:00`))}, all day`
    : `${moment.format(new Date(booking.start))}–${clock.format(new Date(booking.end))}`;

export class Beside {
  constructor() {
    this.into = found("platform");
    this.choice = /** @type {HTMLSelectElement} */ (found("room"));
    this.choice.addEventListener("change", () => this.look());
    this.framed = false;
    this.linked = new Map();
    this.text = "";
  }

  /** Shows the booking page, or makes the list ready. */
  async begin() {
    if (!platform.isKnown()) {
      this.#empty("Open this page by the address that `make run` prints: it names the app and its key.");
      return;
    }
    const address = await platform.bookingPage();
    this.framed = address !== "";
    found("list-of").hidden = this.framed;
    if (!this.framed) return;
    this.into.replaceChildren(make("iframe", { src: address, title: "The app's booking page" }));
    const link = found("open");
    link.setAttribute("href", address);
    link.hidden = false;
  }

  /** Takes up which rooms are linked. */
  offer(boxes, linked) {
    const known = [...this.linked.keys()].join();
    this.linked = linked;
    if ([...linked.keys()].join() === known) return;
    const chosen = this.choice.value;
    const rooms = boxes.filter((each) => linked.has(each.id));
    this.choice.replaceChildren(...rooms.map((each) => make("option", { value: each.id }, each.displayName)));
    if (linked.has(chosen)) this.choice.value = chosen;
  }

  /** Lists a room's bookings from now on. */
  show(box) {
    if (this.framed || !this.linked.has(box.id)) return;
    this.choice.value = box.id;
    this.look().catch(() => undefined);
  }

  /** Reads the list again. */
  async look() {
    if (this.framed || !platform.isKnown()) return;
    const resource = this.linked.get(this.choice.value);
    if (!resource) {
      this.#empty("No room is linked yet. The demonstration links them all; the console links any.");
      return;
    }
    const now = new Date();
    const from = new Date(now.getFullYear(), now.getMonth(), now.getDate() - now.getDay() - 1);
    const listed = await platform.bookings(resource, from, new Date(from.getTime() + AHEAD_DAYS * 86_400_000), true);
    const text = JSON.stringify([resource.id, listed]);
    if (text === this.text) return;
    if (!listed.length) this.#empty("Nothing is booked.");
    else this.into.replaceChildren(make("ul", { "aria-label": "Bookings" }, ...listed.map(line)));
    this.text = text;
  }

  #empty(words) {
    if (this.into.textContent === words) return;
    this.text = "";
    this.into.replaceChildren(make("p", { className: "empty" }, words));
  }
}

function line(booking) {
  const gone = booking.status === "cancelled";
  const title = booking.private ? "Private" : booking.title || "(no title)";
  const who = booking.organiser?.name || booking.organiser?.address || "";
  const what = make("span", { className: gone ? "gone" : "" }, title);
  const told = [gone ? "cancelled" : "", who === title ? "" : who].filter(Boolean).join(", ");
  return make("li", {}, make("time", {}, written(booking)), make("span", {}, what, told ? ` · ${told}` : ""));
}
