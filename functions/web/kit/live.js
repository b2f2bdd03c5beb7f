/**
 * Keeps something on the page up to date by asking again: soon while things move, slower when nothing does, not at all
 * while nobody looks. Never two questions at once, and a failure never stops it.
 */

/** Seconds between two looks while something moves, and while nothing does. */
const SOON = 1;
const QUIET = 5;
/** Seconds after the last movement until looks become quiet, and the longest pause after failures. */
const LIVELY = 30;
const LONGEST = 30;

/**
 * Looks again and again until it is stopped.
 * @param {(signal: AbortSignal) => Promise<boolean>} lookAt looks once; tells whether it found something new
 * @param {(error: unknown) => void} failed hears of each look that failed
 * @returns {{ now: () => void, stop: () => void }} `now` looks at once, as after something was done here
 */
export function follow(lookAt, failed) {
  const over = new AbortController();
  let moved = Date.now();
  let failures = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  let looking = false;
  let again = false;

  async function once() {
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    clearTimeout(timer);
    try {
      if (await lookAt(over.signal)) moved = Date.now();
      failures = 0;
    } catch (error) {
      if (over.signal.aborted) return;
      failures += 1;
      failed(error);
    } finally {
      looking = false;
    }
    if (over.signal.aborted) return;
    if (again) {
      again = false;
      once();
    } else if (!document.hidden) {
      timer = setTimeout(once, pause() * 1000);
    }
  }

  function pause() {
    if (failures) return Math.min(LONGEST, 2 ** failures);
    return Date.now() - moved < LIVELY * 1000 ? SOON : QUIET;
  }

  function shown() {
    clearTimeout(timer);
    if (!document.hidden) once();
  }

  document.addEventListener("visibilitychange", shown, { signal: over.signal });
  window.addEventListener("online", shown, { signal: over.signal });
  window.addEventListener("lockstep:signed-in", shown, { signal: over.signal });
  once();
  return {
    now() {
      moved = Date.now();
      once();
    },
    stop() {
      clearTimeout(timer);
      over.abort();
    },
  };
}
