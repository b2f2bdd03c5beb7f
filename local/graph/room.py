"""What a resource mailbox does with a request: asks the attendant, keeps or refuses the copy, answers (facts
3.5).

A refused request leaves nothing in the calendar, and takes away what an earlier acceptance had put there.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from local.graph.answers import MeetingKey, tell_organizer
from local.graph.attendant import Request, Verdict, accepted_copy, horizon_of, judge, occupying
from local.graph.calendar import reset_series, save, soft_delete
from local.graph.copies import copy_for, existing_copy, intended_status, needs_answer
from local.graph.series import unmodified
from local.graph.store import Store
from local.graph.values import Delivery, Event, Mailbox

_FAR = datetime(9000, 1, 1, tzinfo=UTC)


def process_request(store: Store, mailbox: Mailbox, delivery: Delivery) -> None:
    """Handle one request or update that arrived at a resource."""
    copy = copy_for(store, mailbox, delivery.event, delivery.master_uid)
    key = meeting_key(delivery)
    if not needs_answer(store, mailbox, copy, delivery.master_uid):
        _keep_answered(store, mailbox, copy)
        return
    rules = mailbox.processing
    asked = _request(store, mailbox, copy, delivery)
    taken = _taken(store, mailbox, asked, delivery)
    verdict = judge(asked, rules, taken, store.now())
    match verdict.outcome:
        case "declined":
            _refuse(store, mailbox, delivery)
            tell_organizer(store, mailbox, key, "declined", verdict.reason)
        case "accepted":
            _accept(store, mailbox, copy, verdict)
            tell_organizer(store, mailbox, key, "accepted", verdict.reason)
            for day in verdict.declined:
                one = replace(key, day=day)
                tell_organizer(store, mailbox, one, "declined", "This occurrence was declined because of a conflict.")
        case "pending":
            store_copy(store, replace(copy, answer="notResponded", show_as="tentative"))
        case "ignored":
            return


def meeting_key(delivery: Delivery) -> MeetingKey:
    """Which meeting a delivery is about."""
    event = delivery.event
    uid = delivery.master_uid or event.uid
    return MeetingKey(uid, event.organizer, event.subject, event.original_date)


def _request(store: Store, mailbox: Mailbox, copy: Event, delivery: Delivery) -> Request:
    now = store.now()
    horizon = horizon_of(mailbox.processing, now)
    external = not _is_of_tenant(store, delivery.event.organizer.address)
    if copy.kind != "seriesMaster":
        return Request(copy, (copy,), copy.span.start > horizon, external)
    wanted = tuple(unmodified(store, copy, now, horizon))
    beyond = next(unmodified(store, copy, horizon, _FAR), None) is not None
    return Request(copy, wanted, beyond, external)


def _is_of_tenant(store: Store, address: str) -> bool:
    """Whether an address is of a domain of the tenant: groups have one, and no mailbox that Graph lists as a user."""
    domains = {mailbox.upn.rpartition("@")[2].lower() for mailbox in store.mailboxes.values()}
    return address.rpartition("@")[2].lower() in domains


def _taken(store: Store, mailbox: Mailbox, asked: Request, delivery: Delivery) -> list[Event]:
    if not asked.wanted:
        return []
    start = min(item.span.start for item in asked.wanted)
    end = max(item.span.end for item in asked.wanted)
    return occupying(store, mailbox, start, end, but_uid=delivery.master_uid or asked.copy.uid)


def _accept(store: Store, mailbox: Mailbox, copy: Event, verdict: Verdict) -> None:
    kept = accepted_copy(copy, mailbox.processing, store.now())
    dates = tuple(sorted({*copy.cancelled_dates, *verdict.declined}))
    kept = replace(kept, show_as=intended_status(copy), cancelled_dates=dates)
    if verdict.until is not None and kept.recurrence is not None:
        extent = {**kept.recurrence["range"], "type": "endDate", "endDate": verdict.until.isoformat()}
        kept = replace(kept, recurrence={**kept.recurrence, "range": extent})
    store_copy(store, kept)


def _refuse(store: Store, mailbox: Mailbox, delivery: Delivery) -> None:
    old = existing_copy(store, mailbox, delivery.event, delivery.master_uid)
    if old is not None:
        soft_delete(store, replace(old, answer="declined", answered=store.now()))


def store_copy(store: Store, copy: Event) -> None:
    """Keep a copy that was asked about: a series with another time or pattern loses its exceptions."""
    old = store.event(copy.id)
    if old is not None and old.kind == "seriesMaster":
        copy = replace(reset_series(store, old, copy), cancelled_dates=copy.cancelled_dates)
    save(store, copy)


def _keep_answered(store: Store, mailbox: Mailbox, copy: Event) -> None:
    """An update that asks nothing: the copy follows silently, rewritten as at the first time."""
    if mailbox.processing.automate_processing == "AutoAccept" and copy.answer == "accepted":
        copy = accepted_copy(copy, mailbox.processing, copy.answered or store.now())
    save(store, copy)
