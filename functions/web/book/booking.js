/**
 * Making a booking and changing one: the dialogs, and what is shown where the room does not take it.
 *
 * What is refused is answered with what could be had instead; taking it is one press.
 */

import { html, nothing } from "lit-html";
import { Refusal } from "../kit/api.js";
import { ask, say } from "../kit/dialog.js";
import { whenText, zoneName } from "../kit/times.js";
import { word } from "../kit/words.js";
import { lengths } from "./lengths.js";
import { repetitions, rule } from "./repeating.js";
import { isOwnClock, otherZone, place } from "./rooms.js";
import { dayIn, daysAfter, instant, minutesAfter, timeIn, told } from "./wall.js";
import { callAsMe } from "./who.js";

/**
 * @typedef {import("./rooms.js").Offer} Offer
 * @typedef {import("./rooms.js").When} When
 * @typedef {import("./rooms.js").Room} Room
 * @typedef {{ id: string, room: Room, title: string, private: boolean, standing: string, why: string, version: string,
 *   changeable: boolean, series: { rule: string, zone: string } | null, story: string | null } & When} Mine
 * @typedef {{ error: { code: string, message: string }, refused: (When & { sentence: string })[], instead: Offer[] }} Collision
 */

/**
 * What a form of a time holds: a day, a time of day and a length, on the clock of the room.
 * @typedef {{ day: string, time: string, minutes: number }} Typed
 */

/** @param {When} when @param {string} zone @returns {Typed} */
function typed(when, zone) {
  if (when.all_day) return { day: when.start, time: "09:00", minutes: 0 };
  const [start, end] = [new Date(when.start), new Date(when.end)];
  return {
    day: dayIn(start, zone),
    time: timeIn(start, zone),
    minutes: Math.round((end.getTime() - start.getTime()) / 60_000),
  };
}

/** @param {Typed} form @param {string} zone @returns {When} */
function meant(form, zone) {
  if (!form.minutes) return { all_day: true, start: form.day, end: daysAfter(form.day, 1) };
  const start = instant(form.day, form.time, zone);
  return { all_day: false, start: told(start), end: told(minutesAfter(start, form.minutes)) };
}

/** @param {When} when */
const body = (when) => ({ start: when.start, end: when.end, ...(when.all_day ? { all_day: true } : {}) });

/**
 * Books what is offered: the time as it stands, or on the form where `open` says that it is still to be chosen.
 * @param {Offer} offer
 * @param {{ people?: number, open?: boolean, title?: string }} [how]
 * @returns {Promise<boolean>} whether it was booked
 */
export async function book(offer, { people = 0, open = false, title = "" } = {}) {
  const { room } = offer;
  const form = { ...typed(offer, room.zone), title, private: false, repeat: "", ends: "times", times: "10", until: "" };
  let key = crypto.randomUUID();
  /** @type {Collision | undefined} */
  let collision;
  let wrong = "";
  let busy = false;
  const made = await ask(
    word("book_heading", { room: room.name }),
    (/** @type {(answer?: Mine) => void} */ close, again) => {
      const when = () => (open ? meant(form, room.zone) : offer);
      async function send() {
        busy = true;
        again();
        const wanted = { ...body(when()), title: form.title, private: form.private, people, ...series(form) };
        try {
          close(
            await callAsMe(`rooms/${encodeURIComponent(room.id)}/bookings`, {
              method: "POST",
              body: wanted,
              headers: { "Idempotency-Key": key },
            }),
          );
        } catch (error) {
          [collision, wrong] = refusedOf(error);
          // What was refused is over; what got no answer is asked again under the same key.
          if (/** @type {Refusal} */ (error).status) key = crypto.randomUUID();
        }
        busy = false;
        again();
      }
      if (collision) {
        return refusal(collision, {
          take: (given) => takeInstead(given, close),
          back: () => {
            collision = undefined;
            again();
          },
        });
      }
      return html`<form class="stack" @submit=${submitting(send)}>
        ${open ? timeFields(form, room, again) : html`<p class="chosen">${whenText(offer, room.zone)} ${otherZone(room)}<br /><span class="soft small">${place(room)}</span></p>`}
        ${titleFields(form)}
        ${repeatFields(form, again)}
        ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
        <footer class="actions">
          <button type="button" @click=${() => close()}>${word("leave_it")}</button>
          <button class="main" ?disabled=${busy}>${word("book")}</button>
        </footer>
      </form>`;
    },
  );
  /** @param {Offer} given @param {(answer?: Mine) => void} close */
  async function takeInstead(given, close) {
    const wanted = { ...body(given), title: form.title, private: form.private, people, ...series(form) };
    try {
      close(await callAsMe(`rooms/${encodeURIComponent(given.room.id)}/bookings`, { method: "POST", body: wanted }));
    } catch (error) {
      say(/** @type {Error} */ (error).message, { bad: true });
    }
  }
  if (!made) return false;
  say(word("booked", { room: made.room.name, time: whenText(made, made.room.zone) }));
  location.hash = "#/mine";
  return true;
}

/**
 * Moves a booking of one's own or changes what it says.
 * @param {Mine} mine
 * @returns {Promise<boolean>} whether it was changed
 */
export async function change(mine) {
  const { room } = mine;
  const present = typed(mine, room.zone);
  const form = { ...present, title: mine.title, private: mine.private, scope: "one" };
  /** @type {Collision | undefined} */
  let collision;
  let wrong = "";
  let busy = false;
  const changed = await ask(
    word("change_heading", { room: room.name }),
    (/** @type {(answer?: boolean) => void} */ close, again) => {
      /** @param {When | undefined} when */
      async function send(when) {
        busy = true;
        again();
        const titled = mine.private && form.private ? {} : { title: form.title, private: form.private };
        try {
          await callAsMe(`rooms/${encodeURIComponent(room.id)}/bookings/${mine.id}?scope=${form.scope}`, {
            method: "PATCH",
            body: { ...titled, ...(when ? body(when) : {}) },
          });
          close(true);
        } catch (error) {
          [collision, wrong] = refusedOf(error);
        }
        busy = false;
        again();
      }
      const moved = () =>
        ["day", "time", "minutes"].some(
          (each) => form[/** @type {"day"} */ (each)] !== present[/** @type {"day"} */ (each)],
        )
          ? meant(form, room.zone)
          : undefined;
      if (collision) {
        const here = {
          ...collision,
          instead: collision.instead.filter((each) => each.room.id === room.id && form.scope === "one"),
        };
        return refusal(here, {
          take: (given) => {
            collision = undefined;
            return send(given);
          },
          back: () => {
            collision = undefined;
            again();
          },
        });
      }
      return html`<form class="stack" @submit=${submitting(() => send(moved()))}>
        ${mine.series ? scopeFields(form, again) : nothing}
        ${timeFields(form, room, again, form.scope !== "one")}
        ${mine.private ? nothing : titleFields(form)}
        ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
        <footer class="actions">
          <button type="button" @click=${() => close()}>${word("leave_it")}</button>
          <button class="main" ?disabled=${busy}>${word("change")}</button>
        </footer>
      </form>`;
    },
  );
  if (changed) say(word("changed"));
  return changed === true;
}

/**
 * Cancels a booking of one's own, after asking.
 * @param {Mine} mine
 * @returns {Promise<boolean>} whether it was cancelled
 */
export async function cancel(mine) {
  const form = { scope: "one" };
  let wrong = "";
  const done = await ask(word("cancel_heading"), (/** @type {(answer?: boolean) => void} */ close, again) => {
    async function send() {
      try {
        await callAsMe(`rooms/${encodeURIComponent(mine.room.id)}/bookings/${mine.id}?scope=${form.scope}`, {
          method: "DELETE",
        });
        close(true);
      } catch (error) {
        wrong = /** @type {Error} */ (error).message;
        again();
      }
    }
    return html`<form class="stack" @submit=${submitting(send)}>
      <p class="chosen">${mine.room.name}, ${whenText(mine, mine.room.zone)}</p>
      ${mine.series ? scopeFields(form, again) : nothing}
      ${wrong ? html`<p class="wrong" role="alert">${wrong}</p>` : nothing}
      <footer class="actions">
        <button type="button" @click=${() => close()}>${word("keep_it")}</button>
        <button class="grave">${word("cancel_it")}</button>
      </footer>
    </form>`;
  });
  if (done) say(word("cancelled"));
  return done === true;
}

/** @param {() => unknown} send */
const submitting = (send) => (/** @type {Event} */ event) => {
  event.preventDefault();
  send();
};

/** @param {unknown} error @returns {[Collision | undefined, string]} */
function refusedOf(error) {
  if (!(error instanceof Refusal)) throw error;
  return error.status === 409 && error.body?.instead ? [error.body, ""] : [undefined, error.message];
}

/**
 * Why not, and what instead.
 * @param {Collision} collision
 * @param {{ take: (given: Offer) => unknown, back: () => void }} then
 */
function refusal(collision, { take, back }) {
  const dates = collision.refused.length > 1 ? collision.refused : [];
  return html`<div class="notice warn" role="alert"><p>${collision.error.message}</p></div>
    ${dates.length ? html`<ul class="dates small">${dates.map((each) => html`<li>${each.sentence}</li>`)}</ul>` : nothing}
    ${
      collision.instead.length
        ? html`<h3>${word("instead")}</h3>
            <ul class="offers">${collision.instead.map(
              (each) => html`<li class="card offer">
                <div class="what"><strong>${each.room.name}</strong><p class="soft small">${place(each.room)}</p></div>
                <p class="time small">${whenText(each, each.room.zone)} ${otherZone(each.room)}</p>
                <button class="main" type="button" aria-label=${word("take_room", { room: each.room.name, time: whenText(each, each.room.zone) })} @click=${() => take(each)}>${word("take")}</button>
              </li>`,
            )}</ul>`
        : html`<p class="soft">${word("nothing_instead")}</p>`
    }
    <footer class="actions"><button type="button" @click=${back}>${word("back")}</button></footer>`;
}

/**
 * @param {Typed} form
 * @param {Room} room
 * @param {() => void} again
 * @param {boolean} [sameDay] a series keeps its days: only its time of day and length can be changed here
 */
function timeFields(form, room, again, sameDay = false) {
  /** @param {"day" | "time" | "minutes"} name */
  const set = (name) => (/** @type {Event} */ event) => {
    const { value } = /** @type {HTMLInputElement} */ (event.target);
    Object.assign(form, { [name]: name === "minutes" ? Number(value) : value });
    again();
  };
  return html`<div class="times">
    <label class="field">${word("day")}<input type="date" required ?disabled=${sameDay} .value=${form.day} @change=${set("day")} /></label>
    <label class="field">${word("from")}<input type="time" required step="300" ?disabled=${!form.minutes} .value=${form.time} @change=${set("time")} /></label>
    <label class="field">${word("how_long")}<select @change=${set("minutes")}>${lengths(form.minutes)}</select></label>
  </div>
  ${isOwnClock(room.zone) ? nothing : html`<p class="soft small">${word("in_zone", { zone: zoneName(room.zone) })}</p>`}
  ${sameDay ? html`<p class="soft small">${word("series_keeps_days")}</p>` : nothing}`;
}

/** @param {{ title: string, private: boolean }} form */
const titleFields = (form) => html`<label class="field">${word("booking_title")}
    <input maxlength="255" autocomplete="off" .value=${form.title} @input=${(/** @type {Event} */ event) => {
      form.title = /** @type {HTMLInputElement} */ (event.target).value;
    }} />
  </label>
  <label class="check"><input type="checkbox" ?checked=${form.private} @change=${(/** @type {Event} */ event) => {
    form.private = /** @type {HTMLInputElement} */ (event.target).checked;
  }} />
    <span>${word("private_booking")}</span></label>`;

/**
 * @param {{ repeat: string, ends: string, times: string, until: string, day: string }} form
 * @param {() => void} again
 */
function repeatFields(form, again) {
  /** @param {"repeat" | "ends" | "times" | "until"} name */
  const set = (name) => (/** @type {Event} */ event) => {
    form[name] = /** @type {HTMLInputElement} */ (event.target).value;
    again();
  };
  return html`<div class="times">
    <label class="field">${word("repeat")}
      <select @change=${set("repeat")}>
        <option value="" ?selected=${!form.repeat}>${word("repeat_never")}</option>
        ${repetitions.map((each) => html`<option value=${each} ?selected=${form.repeat === each}>${word(`repeat_${each}`)}</option>`)}
      </select>
    </label>
    ${
      form.repeat
        ? html`<label class="field">${word("ends")}
              <select @change=${set("ends")}>
                <option value="times" ?selected=${form.ends === "times"}>${word("ends_times")}</option>
                <option value="until" ?selected=${form.ends === "until"}>${word("ends_until")}</option>
              </select>
            </label>
            ${
              form.ends === "times"
                ? html`<label class="field">${word("how_often")}<input type="number" inputmode="numeric" required min="2" max="400" .value=${form.times} @change=${set("times")} /></label>`
                : html`<label class="field">${word("last_day")}<input type="date" required min=${form.day} .value=${form.until} @change=${set("until")} /></label>`
            }`
        : nothing
    }
  </div>`;
}

/**
 * @param {{ repeat: string, ends: string, times: string, until: string }} form
 */
function series(form) {
  if (!form.repeat) return {};
  return {
    recurrence: {
      rule: rule(form.repeat, form.ends === "times" ? { times: Number(form.times) } : { until: form.until }),
    },
  };
}

/** @param {{ scope: string }} form @param {() => void} again */
const scopeFields = (form, again) => html`<fieldset class="scope"><legend>${word("scope")}</legend>
  ${["one", "following", "all"].map(
    (each) =>
      html`<label class="check"><input type="radio" name="scope" value=${each} ?checked=${form.scope === each} @change=${() => {
        form.scope = each;
        again();
      }} />${word(`scope_${each}`)}</label>`,
  )}</fieldset>`;
