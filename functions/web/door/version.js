/**
 * Keeps the page itself in this browser, so that it opens without a network, and takes up a new version by itself: the
 * worker that is installed with it takes over, and the page loads itself again.
 */

const OFTEN = 60 * 60_000;

/** @param {() => boolean} isIdle whether nobody is in the middle of something */
export function keepUp(isIdle) {
  // Only where the address is secure: https, or this machine itself.
  if (!("serviceWorker" in navigator)) return;
  const workers = navigator.serviceWorker;
  let had = workers.controller !== null;
  workers.addEventListener("controllerchange", () => {
    if (had) whenIdle(isIdle, () => location.reload());
    had = true;
  });
  workers
    .register("/api/panel/worker.js", { scope: "/api/panel/", updateViaCache: "none" })
    .then((registration) => setInterval(() => registration.update().catch(() => {}), OFTEN))
    .catch(() => {});
}

/** @param {() => boolean} isIdle @param {() => void} then */
function whenIdle(isIdle, then) {
  if (isIdle()) then();
  else setTimeout(() => whenIdle(isIdle, then), 1000);
}
