/**
 * Lets a meeting of the week be moved, also to another day, and stretched, with a mouse or a pen, a quarter of an hour
 * at a time. With the keyboard the same is done in the meeting's dialog; where the week is a list nothing is dragged.
 */

const STEP_MINUTES = 15;
/** Pixels that a hand may shake while it only clicks. */
const SHAKES = 4;

/**
 * @param {HTMLElement} block of a meeting in its day's column
 * @param {{ start: Date, end: Date }} times by the viewer's clock
 * @param {{ px: number, told: (start: Date, end: Date) => string, onDropped: (start: Date, end: Date) => void }} how pixels of an
 *   hour, the words of a time, and what is done once it has got another one
 */
export function draggable(block, { start, end }, { px, told, onDropped }) {
  block.addEventListener("pointerdown", (down) => {
    if (down.button !== 0 || down.pointerType === "touch" || getComputedStyle(block).position !== "absolute") return;
    const stretches = Boolean(/** @type {HTMLElement} */ (down.target).closest(".grip"));
    const hours = /** @type {HTMLElement} */ (block.querySelector(".hours-of"));
    const before = { hours: hours.textContent, height: block.style.height };
    const over = new AbortController();
    let moves = false;
    let now = { start, end };

    const move = (/** @type {PointerEvent} */ at) => {
      if (!moves && Math.hypot(at.clientX - down.clientX, at.clientY - down.clientY) < SHAKES) return;
      if (!moves) block.setPointerCapture(down.pointerId);
      moves = true;
      block.classList.add("dragged");
      const minutes = Math.round((((at.clientY - down.clientY) / px) * 60) / STEP_MINUTES) * STEP_MINUTES;
      now = stretches ? stretched(start, end, minutes) : moved(start, end, minutes, days(block, at.clientX));
      hours.textContent = told(now.start, now.end);
      if (stretches) block.style.height = `${((now.end.getTime() - now.start.getTime()) / 3_600_000) * px - 2}px`;
      else block.style.transform = `translate(${across(block, at.clientX)}px, ${(minutesOf(now.start) - minutesOf(start)) * (px / 60)}px)`;
    };
    const stop = () => {
      over.abort();
      block.classList.remove("dragged");
    };
    const back = () => {
      stop();
      if (moves) addEventListener("pointerup", () => swallowClick(block), { once: true });
      hours.textContent = before.hours;
      block.style.transform = "";
      block.style.height = before.height;
    };
    const drop = () => {
      stop();
      if (!moves) return;
      swallowClick(block);
      if (now.start.getTime() === start.getTime() && now.end.getTime() === end.getTime()) back();
      else onDropped(now.start, now.end);
    };
    addEventListener("pointermove", move, { signal: over.signal });
    addEventListener("pointerup", drop, { signal: over.signal });
    addEventListener("pointercancel", back, { signal: over.signal });
    addEventListener("keydown", (key) => key.key === "Escape" && back(), { signal: over.signal });
  });
}

/** The click that a browser makes of the end of a drag opens nothing. @param {HTMLElement} block */
function swallowClick(block) {
  const over = new AbortController();
  block.addEventListener("click", (event) => event.stopImmediatePropagation(), { capture: true, signal: over.signal });
  setTimeout(() => over.abort(), 0);
}

const minutesOf = (/** @type {Date} */ at) => at.getHours() * 60 + at.getMinutes();

/** @param {Date} start @param {Date} end @param {number} minutes */
function stretched(start, end, minutes) {
  const longest = 24 * 60 - minutesOf(start);
  const length = (end.getTime() - start.getTime()) / 60_000 + minutes;
  const until = new Date(start);
  until.setMinutes(until.getMinutes() + Math.min(longest, Math.max(STEP_MINUTES, length)));
  return { start, end: until };
}

/** The same length at another time; nothing is moved over midnight. @param {Date} start @param {Date} end @param {number} minutes @param {number} days */
function moved(start, end, minutes, days) {
  const length = (end.getTime() - start.getTime()) / 60_000;
  const first = Math.min(24 * 60 - length, Math.max(0, minutesOf(start) + minutes));
  const from = new Date(start.getFullYear(), start.getMonth(), start.getDate() + days, 0, first);
  const until = new Date(from);
  until.setMinutes(until.getMinutes() + length);
  return { start: from, end: until };
}

const columnsOf = (/** @type {HTMLElement} */ block) =>
  /** @type {HTMLElement[]} */ ([...(block.closest(".week")?.querySelectorAll(".day") ?? [])]);

/** The column under a place on the screen, or the nearest one. @param {HTMLElement} block @param {number} x */
function under(block, x) {
  const columns = columnsOf(block);
  return columns.find((each) => x < each.getBoundingClientRect().right) ?? columns.at(-1);
}

/** By how many days a block would be moved there. @param {HTMLElement} block @param {number} x */
function days(block, x) {
  const [from, to] = [block.closest(".day"), under(block, x)].map((each) => /** @type {HTMLElement} */ (each).dataset.date);
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86_400_000);
}

/** By how many pixels. @param {HTMLElement} block @param {number} x */
function across(block, x) {
  const [from, to] = [block.closest(".day"), under(block, x)];
  return (to?.getBoundingClientRect().left ?? 0) - (from?.getBoundingClientRect().left ?? 0);
}
