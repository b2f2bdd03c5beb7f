/** The booking platform, by the app's API: which room is which resource, and what is booked. */

const kept = new URLSearchParams(sessionStorage.getItem("lockstep-beside") ?? "");
const given = new URLSearchParams(location.hash.slice(1));
for (const name of ["host", "key"]) if (given.get(name)) kept.set(name, given.get(name));
sessionStorage.setItem("lockstep-beside", String(kept));
// The key opens the app: it stays in this tab and out of the history.
if (given.get("key")) history.replaceState(null, "", location.pathname);

const host = kept.get("host") ?? "";
const key = kept.get("key") ?? "";

/** @param {string} path */
async function read(path) {
  const answer = await fetch(`${host}${path}`, { headers: { "x-functions-key": key } });
  if (!answer.ok) throw new Error(`The app answered ${answer.status} to ${path.split("?")[0]}.`);
  return answer.json();
}

/** Tells whether this page was opened with the app's address and a key. */
export const isKnown = () => Boolean(host && key);

/** The address of the app's booking page with the key in it. */
export const bookingPage = `${host}/api/book#key=${key}`;

/** Linked resources by the id of their mailbox. */
export async function resources() {
  const byMailbox = new Map();
  let after = "";
  do {
    const page = await read(`/api/resources?limit=200${after ? `&after=${encodeURIComponent(after)}` : ""}`);
    for (const each of page.resources) byMailbox.set(each.mailbox.id, each);
    after = page.next ?? "";
  } while (after);
  return byMailbox;
}

const of = (resource) => `/api/platform/resources/${encodeURIComponent(resource.platform)}`;

/** Bookings of a resource between two moments. */
export async function bookings(resource, start, end) {
  const query = `from=${start.toISOString()}&to=${end.toISOString()}`;
  return (await read(`${of(resource)}/bookings?${query}`)).bookings;
}

/** What changed on the platform since a cursor; without one only where its end is now. */
export async function changes(resource, cursor) {
  const found = [];
  let since = cursor;
  for (;;) {
    const page = await read(`${of(resource)}/changes${since ? `?since=${encodeURIComponent(since)}` : ""}`);
    if (cursor) found.push(...page.bookings);
    since = page.cursor;
    if (!page.more) return { found, cursor: since };
  }
}
