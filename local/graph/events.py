"""`/users/{id}/events`: list, read, create, change, delete, instances (facts 3.1 to 3.7)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from local.graph.calendar import inherit, reset_series, save
from local.graph.event_actions import remove
from local.graph.event_read import etag, full
from local.graph.event_write import answers_reset, moved, written
from local.graph.ids import new_event_id, new_uid, wire_form
from local.graph.lookup import event_of, item_not_found, reachable
from local.graph.meetings import announce
from local.graph.query import answer_list, option, shaped
from local.graph.series import expand
from local.graph.series_moves import check_neighbours
from local.graph.store import Store
from local.graph.times import Lens, lens, span
from local.graph.values import Event, EventId, Mailbox
from local.graph.windows import window
from local.graph.wire import Call, GraphError, Json, Reply, Route

STALE = (
    "The send or update operation could not be performed because the change key passed in the request does not match "
    "the current change key for the item."
)
USED_TRANSACTION = (
    "Your request can't be completed. The TransactionId specified in the request has already been used to create a "
    "different event."
)
ROOTS = ("", "/calendar", "/calendars/{calendar}")


def routes() -> Iterable[Route]:
    """Events of a mailbox and of its calendar; there is one calendar, whatever id is named."""
    for root in ROOTS:
        base = f"/v1.0/users/{{user}}{root}/events"
        yield Route("GET", base, list_events)
        yield Route("POST", base, create)
        yield Route("GET", base + "/{event}", read)
        yield Route("PATCH", base + "/{event}", change)
        yield Route("DELETE", base + "/{event}", delete)
        yield Route("GET", base + "/{event}/instances", instances)


async def list_events(call: Call) -> Reply:
    """Single events and masters; occurrences are in calendarView only (facts 3.1)."""
    mailbox = reachable(call)
    found = (event for event in call.sim.store.events_of(mailbox.id) if event.series_master is None)
    return answer_list(call, found, lens(call), full)


async def read(call: Call) -> Reply:
    """One event; a master with `$select=cancelledOccurrences` and `$expand=exceptionOccurrences` (facts 2.2)."""
    _, event = event_of(call)
    look = lens(call)
    body = shaped(call, event, look, full)
    if event.kind == "seriesMaster":
        _add_series_details(call, event, look, body)
    return Reply(200, body, {"ETag": etag(event)})


def _add_series_details(call: Call, event: Event, look: Lens, body: Json) -> None:
    master_id = wire_form(event.id, look.immutable, event.stored)
    if "cancelledoccurrences" in (option(call, "select") or "").lower():
        body["cancelledOccurrences"] = [f"OID.{master_id}.{day.isoformat()}" for day in event.cancelled_dates]
    if "exceptionoccurrences" in (option(call, "expand") or "").lower():
        changed = call.sim.store.exceptions_of(event.id)
        body["exceptionOccurrences"] = [full(changed[day], look) for day in sorted(changed)]


async def create(call: Call) -> Reply:
    """201 with the event; a repeated transactionId gives the same event or a refusal (facts 3.2)."""
    mailbox = reachable(call)
    body = call.json()
    store = call.sim.store
    transaction = body.get("transactionId")
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    known = store.transactions.get((mailbox.id, transaction)) if transaction else None
    if known is not None:
        return _repeated(call, known, digest)
    if "start" not in body or "end" not in body:
        raise GraphError(400, "ErrorPropertyValidationFailure", "At least one property failed validation.")
    event = store.put_event(written(blank(store, mailbox, transaction), body, mailbox), "created")
    if transaction:
        store.put_transaction(mailbox.id, transaction, event.id, digest)
    announce(call.sim, None, event)
    return _one(call, event, 201)


def _repeated(call: Call, known: tuple[EventId, str], digest: str) -> Reply:
    look = lens(call)
    event = call.sim.store.event(known[0])
    if event is None or known[1] != digest:
        extra = {"@event.existingEventId": wire_form(known[0], look.immutable)}
        raise GraphError(400, "ErrorDuplicateTransactionId", USED_TRANSACTION, extra=extra)
    return _one(call, event, 201)


def _one(call: Call, event: Event, status: int) -> Reply:
    look = lens(call)
    user = call.params["user"]
    body = {"@odata.context": f"{call.base}/v1.0/$metadata#users('{user}')/events/$entity", **full(event, look)}
    return Reply(status, body, {"ETag": etag(event)})


def blank(store: Store, mailbox: Mailbox, transaction: str | None) -> Event:
    """An event of which only the owner is known."""
    now = store.now()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None)
    return Event(
        id=new_event_id(),
        mailbox=mailbox.id,
        uid=new_uid(now),
        kind="singleInstance",
        subject="",
        span=span(midnight, midnight, ("UTC", "UTC"), False, mailbox),
        organizer=mailbox.address,
        created=now,
        modified=now,
        transaction_id=transaction,
    )


async def change(call: Call) -> Reply:
    """200 with the event; 412 where If-Match names another version (facts 3.6).

    On an attendee's copy only that copy changes, and the organizer's next update overwrites it (facts 3.4).
    """
    mailbox, before = event_of(call)
    check_version(call, before)
    after = written(before, call.json(), mailbox)
    store = call.sim.store
    if before.kind in ("occurrence", "exception"):
        check_neighbours(store, before, after)
    if moved(before, after):
        after = answers_reset(after) if after.is_organizer else after
        after = reset_series(store, before, after) if before.kind == "seriesMaster" else after
    elif before.kind == "seriesMaster":
        inherit(store, before, after)
    saved = save(store, after)
    if saved.stored == "calendar":
        announce(call.sim, before, saved)
    return _one(call, saved, 200)


def check_version(call: Call, event: Event) -> None:
    """Refuse a write whose If-Match is not the current version."""
    wanted = call.headers.get("If-Match")
    if wanted is not None and wanted.strip() not in ("*", etag(event), f'"{event.change_key}"'):
        raise GraphError(412, "ErrorIrresolvableConflict", STALE)


async def delete(call: Call) -> Reply:
    """204: to Deleted Items; an organizer's attendees get cancellations. Deleting there again removes it for
    good.
    """
    _, event = event_of(call)
    check_version(call, event)
    if event.stored == "deleted":
        if event.series_master is not None:
            raise item_not_found()
        call.sim.store.drop_event(event.id)
    else:
        remove(call.sim, event)
    return Reply(204)


async def instances(call: Call) -> Reply:
    """The occurrences and exceptions of a master in a window, in full."""
    _, event = event_of(call)
    start, end = window(call)
    found = expand(call.sim.store, event, start, end) if event.kind == "seriesMaster" else iter(())
    return answer_list(call, found, lens(call), full)
