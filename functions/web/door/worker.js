/**
 * Keeps the page of the door and what it loads in the browser. The page is asked for first and taken from here where
 * nobody answers; what it loads is named by its contents and taken from here. What stands on the door is never kept
 * here: the page itself does, and shows how old it is.
 *
 * `FILES` are put in when this is built: a new version of any of them is a new worker.
 */

const worker = /** @type {any} */ (self);
const files = FILES;
const NAME = `lockstep-door-${files.join()}`;
const PAGE = "/api/panel/page";

worker.addEventListener("install", (/** @type {any} */ event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(files))
      .then(() => worker.skipWaiting()),
  );
});

worker.addEventListener("activate", (/** @type {any} */ event) => {
  event.waitUntil(forgetOthers().then(() => worker.clients.claim()));
});

async function forgetOthers() {
  const names = await caches.keys();
  const others = names.filter((each) => each.startsWith("lockstep-door-") && each !== NAME);
  await Promise.all(others.map((each) => caches.delete(each)));
}

worker.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { pathname } = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(page(request));
  else if (files.includes(pathname)) event.respondWith(file(request));
});

/** @param {Request} request */
async function page(request) {
  const cache = await caches.open(NAME);
  try {
    const answer = await fetch(request);
    if (answer.ok) await cache.put(PAGE, answer.clone());
    return answer;
  } catch (error) {
    const kept = await cache.match(PAGE);
    if (kept) return kept;
    throw error;
  }
}

/** @param {Request} request */
async function file(request) {
  return (await caches.match(request.url)) ?? fetch(request);
}
