/** The simulated Microsoft 365: mailboxes from the simulator's controls, everything else by Graph v1.0 with a token. */

/** The application by which people act; what Lockstep's own may reach does not concern it. */
const APP = "99999999-0000-4000-8000-000000000001";
export const ZONE = Intl.DateTimeFormat().resolvedOptions().timeZone;

let token = "";

/** What Graph refused; the message is Graph's own. */
export class Refused extends Error {}

async function signIn() {
  const answer = await fetch("/sim/token", { method: "POST", body: JSON.stringify({ appId: APP }) });
  token = (await answer.json()).access_token;
}

/**
 * @param {string} method
 * @param {string} path below /v1.0
 * @param {unknown} [body]
 */
export async function graph(method, path, body) {
  const send = () =>
    fetch(`/v1.0${path}`, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        Prefer: `IdType="ImmutableId", outlook.timezone="${ZONE}"`,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  if (!token) await signIn();
  let answer = await send();
  if (answer.status === 401) {
    await signIn();
    answer = await send();
  }
  const text = await answer.text();
  const told = text ? JSON.parse(text) : null;
  if (!answer.ok) throw new Refused(told?.error?.message ?? `Graph answered ${answer.status}.`);
  return told;
}

/** Every mailbox, people first, each kind by name. */
export async function mailboxes() {
  const listed = (await (await fetch("/sim/mailboxes")).json()).value;
  return listed.sort((one, other) => one.displayName.localeCompare(other.displayName, undefined, { numeric: true }));
}

/** What a calendar shows between two moments, in the viewer's zone. */
export async function calendar(mailbox, start, end) {
  const query = `startDateTime=${start.toISOString()}&endDateTime=${end.toISOString()}&$top=100`;
  let path = `/users/${mailbox}/calendarView?${query}`;
  const events = [];
  while (path) {
    const page = await graph("GET", path);
    events.push(...page.value);
    path = page["@odata.nextLink"]?.split("/v1.0")[1] ?? "";
  }
  return events;
}

const event = (mailbox, id) => `/users/${mailbox}/events/${encodeURIComponent(id)}`;

export const one = (mailbox, id) => graph("GET", event(mailbox, id));
export const create = (mailbox, body) => graph("POST", `/users/${mailbox}/events`, body);
export const change = (mailbox, id, body) => graph("PATCH", event(mailbox, id), body);
export const remove = (mailbox, id) => graph("DELETE", event(mailbox, id));
export const act = (mailbox, id, action) => graph("POST", `${event(mailbox, id)}/${action}`, { comment: "" });

/** Tells whether an event takes the time of its calendar. */
export function takesPlace(one) {
  return !one.isCancelled && one.responseStatus?.response !== "declined" && one.showAs !== "free";
}

/** The start and end of an event as the platform writes them: instants in UTC, or dates. */
export function times(one) {
  const written = (side) => (one.isAllDay ? side.dateTime.slice(0, 10) : instant(new Date(side.dateTime.slice(0, 19))));
  return { start: written(one.start), end: written(one.end) };
}

/** @param {Date} moment */
export function instant(moment) {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
