"""Questions that are answered only by doing something. What a script makes it removes again, as far as it got.

Each makes events whose subject begins with ``Lockstep probe``, in the coming days, in the mailboxes that were named;
run them in a test tenant. Each function returns its finding in one line.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from infra.verify.tenant import Answer, CannotSay, Tenant, stamp, tomorrow, wire

Json = dict[str, Any]


@contextmanager
def _made(tenant: Tenant, mailbox: str, event: Json) -> Iterator[Json]:
    """Make an event and remove it at the end, whatever happens in between."""
    made = tenant.done("POST", f"users/{mailbox}/events", event)
    try:
        yield made
    finally:
        tenant.ask("DELETE", f"users/{mailbox}/events/{made['id']}")


def _probe(hour: int, **more: Any) -> Json:
    start = tomorrow(hour, 3)
    times = {"start": wire(start), "end": wire(start + timedelta(minutes=30))}
    return {"subject": f"Lockstep probe {uuid4().hex[:8]}", **times, **more}


def _invitation(tenant: Tenant, hour: int) -> Json:
    if not tenant.user:
        raise CannotSay("name a user's mailbox with --user; the app needs Calendars.ReadWrite on it")
    address = tenant.done("GET", f"users/{tenant.room}?$select=mail")["mail"]
    return _probe(hour, attendees=[{"type": "resource", "emailAddress": {"address": address}}])


def _copy(tenant: Tenant, event: Json) -> Json:
    """Return the room's copy of a meeting, once Exchange has made it: whatever it changes, not its iCalUId."""
    day = tomorrow(0, 3)
    path = f"users/{tenant.room}/calendarView?startDateTime={stamp(day)}&endDateTime={stamp(day + timedelta(days=1))}"
    deadline = time.monotonic() + tenant.patience
    while time.monotonic() < deadline:
        for each in tenant.done("GET", path).get("value", ()):
            if each.get("iCalUId") == event.get("iCalUId") and not each.get("isCancelled"):
                return dict(each)
        time.sleep(min(2.0, tenant.patience / 10))
    raise CannotSay("the room has no copy of the meeting; is its AutomateProcessing AutoAccept?")


def subscribe(tenant: Tenant) -> str:
    """May an identity with rights on rooms alone make subscriptions? The endpoint has to be deployed."""
    answer = _subscription(tenant)
    if answer.status >= 300:
        return f"a subscription on the room is refused ({answer.told}): Calendars.Read in Entra is needed"
    tenant.ask("DELETE", f"subscriptions/{answer.body['id']}")
    return "a subscription on the room is made with the rights that this token has, as assumed"


def renewal(tenant: Tenant) -> str:
    """Does a renewal call the endpoint back? Says when to look into the endpoint's log."""
    answer = _subscription(tenant)
    if answer.status >= 300:
        raise CannotSay(f"no subscription could be made ({answer.told})")
    try:
        time.sleep(min(5.0, tenant.patience / 10))
        began = datetime.now(UTC)
        later = {"expirationDateTime": stamp(began + timedelta(days=2))}
        tenant.done("PATCH", f"subscriptions/{answer.body['id']}", later)
    finally:
        tenant.ask("DELETE", f"subscriptions/{answer.body['id']}")
    return f"renewed at {began:%H:%M:%S} UTC: called back if the endpoint's log has a validationToken then"


def _subscription(tenant: Tenant) -> Answer:
    if not tenant.notification_url:
        raise CannotSay("name the deployed app with --notification-url https://…; Graph calls it back")
    url = f"{tenant.notification_url}/api/notifications/changes?tenant=probe&resource=probe"
    until = stamp(datetime.now(UTC) + timedelta(hours=2))
    wanted = {"changeType": "updated", "resource": f"/users/{tenant.room}/events", "clientState": "probe"}
    return tenant.ask("POST", "subscriptions", {**wanted, "notificationUrl": url, "expirationDateTime": until})


def cancelled_occurrence(tenant: Tenant) -> str:
    """What does delta tell of a single occurrence that is cancelled? Assumed: ``@removed`` or nothing at all."""
    start = tomorrow(9, 3)
    pattern = {"type": "daily", "interval": 1}
    limit = {"type": "numbered", "numberOfOccurrences": 4, "startDate": f"{start:%Y-%m-%d}"}
    with _made(tenant, tenant.room, _probe(9, recurrence={"pattern": pattern, "range": limit})) as master:
        window = f"startDateTime={stamp(start)}&endDateTime={stamp(start + timedelta(days=7))}"
        listed = tenant.done("GET", f"users/{tenant.room}/events/{master['id']}/instances?{window}")["value"]
        *_, last = tenant.pages(f"users/{tenant.room}/calendarView/delta?{window}")
        victim = listed[1]["id"]
        tenant.done("DELETE", f"users/{tenant.room}/events/{victim}")
        told = [each for page in tenant.pages(last["@odata.deltaLink"]) for each in page.get("value", ())]
        kept = tenant.done("GET", f"users/{tenant.room}/events/{master['id']}?$select=cancelledOccurrences")
    removed = any("@removed" in each and each["id"] == victim for each in told)
    named = bool(kept.get("cancelledOccurrences"))
    return (
        f"delta {'says @removed for' if removed else 'is silent about'} a cancelled occurrence"
        f" ({len(told)} entries); cancelledOccurrences {'names' if named else 'DOES NOT NAME'} it"
    )


def room_removed(tenant: Tenant) -> str:
    """What becomes of the room's copy when the organiser takes the room off? Assumed: gone, or isCancelled."""
    with _made(tenant, tenant.user, _invitation(tenant, 11)) as event:
        copy = _copy(tenant, event)
        tenant.done("PATCH", f"users/{tenant.user}/events/{event['id']}", {"attendees": []})
        time.sleep(min(10.0, tenant.patience / 5))
        answer = tenant.ask("GET", f"users/{tenant.room}/events/{copy['id']}?$select=isCancelled,showAs,responseStatus")
    if answer.status == 404:
        return "the room's copy is gone after the organiser took the room off"
    shown = {name: answer.body.get(name) for name in ("isCancelled", "showAs")}
    return f"the room's copy stays after the organiser took the room off: {shown}"


def delete_on_copy(tenant: Tenant) -> str:
    """Does DELETE on the room's copy tell the organiser? Assumed: unknown, so it is never done."""
    with _made(tenant, tenant.user, _invitation(tenant, 13)) as event:
        tenant.done("DELETE", f"users/{tenant.room}/events/{_copy(tenant, event)['id']}")
        time.sleep(min(10.0, tenant.patience / 5))
        seen = tenant.done("GET", f"users/{tenant.user}/events/{event['id']}?$select=attendees")
    answers = [each.get("status", {}).get("response") for each in seen.get("attendees", ())]
    if "declined" in answers:
        return "DELETE on the room's copy sends a decline to the organiser"
    return (
        f"DELETE on the room's copy tells the organiser nothing (the room still shows {', '.join(map(str, answers))})"
    )


def transaction(tenant: Tenant) -> str:
    """What does a repeated transactionId do? Assumed: the same content is the same event, other content is refused."""
    wanted = _probe(15, transactionId=str(uuid4()))
    with _made(tenant, tenant.room, wanted) as first:
        again = tenant.ask("POST", f"users/{tenant.room}/events", wanted)
        other = tenant.ask("POST", f"users/{tenant.room}/events", {**wanted, "subject": "Lockstep probe, other"})
        for extra in (again, other):
            if extra.status < 300 and extra.body["id"] != first["id"]:
                tenant.ask("DELETE", f"users/{tenant.room}/events/{extra.body['id']}")
    same = again.status < 300 and again.body["id"] == first["id"]
    repeated = "answers the event that stands" if same else f"answers {again.told}" if again.code else "MAKES A SECOND"
    changed = (
        other.told if other.code else "the same event" if other.body.get("id") == first["id"] else "A SECOND EVENT"
    )
    return f"a repeated transactionId {repeated}; with other content: {changed}"
