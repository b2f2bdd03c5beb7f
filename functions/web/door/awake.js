/**
 * Keeps the screen on while the door is shown, in browsers that can; in others the device's own setting does. The
 * browser takes the lock back when the page is hidden, and a device may when its battery is low: it is asked for again.
 */

const OFTEN = 60_000;

/** Asks for the lock whenever the page is seen and does not have it. */
export function stayAwake() {
  /** @type {WakeLockSentinel | undefined} */
  let lock;
  const ask = async () => {
    if (document.hidden || (lock && !lock.released)) return;
    try {
      lock = await navigator.wakeLock?.request("screen");
    } catch {
      // Refused for now, as by a device that saves its battery.
    }
  };
  document.addEventListener("visibilitychange", ask);
  setInterval(ask, OFTEN);
  ask();
}
