/**
 * The panel beside a door: it shows what stands there, offers what can be done, and goes on showing what it last knew,
 * with its age, while nobody answers. Everything comes from one answer of the app; between answers only time passes.
 */

import by from "words:door";
import { render } from "lit-html";
import "../kit/base.css";
import { Refusal } from "../kit/api.js";
import { confirmed } from "../kit/dialog.js";
import { follow } from "../kit/live.js";
import { speak, word } from "../kit/words.js";
import { stayAwake } from "./awake.js";
import "./door.css";
import { later } from "./later.js";
import { act, forget, hasToken, keep, last, look, takeToken } from "./panel.js";
import { keepUp } from "./version.js";
import { age, blank, view } from "./view.js";

/** @import { Door } from "./panel.js" */

/** How long what was said stays. */
const SAID = 10_000;

const app = /** @type {HTMLElement} */ (document.getElementById("app"));
const earlier = last();
/** @type {{ door: Door | null, ahead: number, away: boolean, refused: boolean, busy: boolean, said: { text: string, bad: boolean } | null }} */
const state = {
  door: earlier?.door ?? null,
  ahead: earlier?.ahead ?? 0,
  away: false,
  refused: false,
  busy: false,
  said: null,
};

/** The app's time: a panel's own clock may be wrong. */
const now = () => new Date(Date.now() + state.ahead);

function draw() {
  const { door } = state;
  if (!hasToken()) render(blank(word("no_token"), false), app);
  else if (state.refused) render(blank(word("refused_token"), false), app);
  else if (!door) render(blank(state.away ? word("away") : word("connecting"), true), app);
  else {
    const shown = state.away ? later(door, now()) : door;
    document.title = `${door.name}: ${word(shown.state)}`;
    const said = { now: now(), age: age(door, now(), state.away), busy: state.busy, said: state.said };
    render(view(shown, said, doing), app);
  }
}

/** @param {Door} door */
function know(door) {
  const before = JSON.stringify({ ...state.door, now: "" });
  state.ahead = Date.parse(door.now) - Date.now();
  state.away = state.refused = false;
  state.door = door;
  keep(door, state.ahead);
  draw();
  return before !== JSON.stringify({ ...door, now: "" });
}

/** @param {unknown} error */
function failed(error) {
  if (error instanceof Refusal && error.status === 401) {
    state.refused = true;
    state.door = null;
    forget();
  } else {
    state.away = true;
  }
  draw();
}

/** @param {string} text @param {boolean} [bad] */
function say(text, bad = false) {
  const said = { text, bad };
  state.said = said;
  draw();
  setTimeout(() => {
    if (state.said !== said) return;
    state.said = null;
    draw();
  }, SAID);
}

/** @param {"book" | "extend" | "end" | "check-in"} what @param {Record<string, unknown>} body */
async function press(what, body) {
  if (state.busy) return;
  state.busy = true;
  draw();
  try {
    const done = await act(what, body);
    state.busy = false;
    know(done.door);
    say(done.said);
  } catch (error) {
    state.busy = false;
    if (!(error instanceof Refusal)) throw error;
    if (error.status === 401) failed(error);
    else say(error.message, true);
  }
  looks.now();
}

const doing = {
  /** @param {number | null} minutes */
  book: (minutes) => press("book", { minutes }),
  /** @param {number | null} minutes */
  extend: (minutes) => press("extend", { booking: state.door?.current?.booking, minutes }),
  checkIn: () => press("check-in", { booking: state.door?.check_in }),
  async end() {
    const booking = state.door?.current?.booking;
    const sure = await confirmed(word("end"), word("end_sure"), { yes: word("end_yes"), grave: true });
    if (sure) await press("end", { booking });
  },
};

takeToken();
await speak(by);
draw();
const looks = follow(async (signal) => hasToken() && !state.busy && know(await look(signal)), failed);
let minute = "";
setInterval(() => {
  const passed = now().toISOString().slice(0, 16);
  if (passed === minute) return;
  minute = passed;
  draw();
}, 1000);
stayAwake();
keepUp(() => !state.busy && !document.querySelector("dialog[open]"));
