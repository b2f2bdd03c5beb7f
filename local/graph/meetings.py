"""Meeting mail between the mailboxes of the tenant: requests, updates, cancellations (facts 3.4, 3.5).

An organizer's write is answered first and delivered afterwards, each mailbox on its own, as Exchange does.
Every mail that Exchange would have sent is in the outbox, one entry per recipient. A delivery is noted before
it is on its way, so that a simulator that was killed delivers it after its restart.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Literal

from local.graph.attendant import CANCELED, cancelled_copy
from local.graph.calendar import save, soft_delete
from local.graph.copies import copy_for, existing_copy, needs_answer
from local.graph.event_write import moved
from local.graph.room import process_request, store_copy
from local.graph.simulation import Simulation
from local.graph.values import Attendee, Delivery, Event, Mailbox

_CONTENT = ("subject", "body", "body_type", "show_as", "sensitivity", "importance", "locations", "is_cancelled")


def announce(sim: Simulation, before: Event | None, after: Event) -> None:
    """Tell the attendees of an organizer's new or changed event; only those whom the change concerns (facts
    3.4).
    """
    if not after.is_organizer or after.details.get("isDraft"):
        return
    old = _by_address(before.attendees if before is not None else ())
    new = _by_address(after.attendees)
    removed = [attendee for address, attendee in old.items() if address not in new]
    if before is not None and removed:
        call_off(sim, before, removed)
    added = [attendee for address, attendee in new.items() if address not in old]
    _request(sim, after, added, "request")
    if before is not None and _differs(before, after):
        _request(sim, after, [new[address] for address in new if address in old], "update")


def call_off(sim: Simulation, event: Event, whom: Iterable[Attendee], comment: str = "") -> None:
    """Send cancellations of an organizer's event or occurrence."""
    for attendee in whom:
        if _is_self(event, attendee):
            continue
        subject = CANCELED + event.subject
        _mail(sim, event, attendee, "cancellation", subject, comment)
        _send(sim, event, attendee, "cancellation", comment)


def _request(sim: Simulation, event: Event, whom: Iterable[Attendee], kind: str) -> None:
    for attendee in whom:
        if _is_self(event, attendee):
            continue
        _mail(sim, event, attendee, kind, event.subject, event.body)
        _send(sim, event, attendee, "request")
        if kind == "request" and event.kind == "seriesMaster":
            for changed in sim.store.exceptions_of(event.id).values():
                _send(sim, changed, attendee, "request")


def _differs(before: Event, after: Event) -> bool:
    return moved(before, after) or any(getattr(before, name) != getattr(after, name) for name in _CONTENT)


def _by_address(attendees: Iterable[Attendee]) -> dict[str, Attendee]:
    return {item.address.address.lower(): item for item in attendees}


def _is_self(event: Event, attendee: Attendee) -> bool:
    return attendee.address.address.lower() == event.organizer.address.lower()


def _mail(sim: Simulation, event: Event, attendee: Attendee, kind: str, subject: str, body: str) -> None:
    to = (attendee.address.address,)
    sim.store.add_mail(event.organizer.address, to, kind, subject, event=event.uid, body=body)


def _send(
    sim: Simulation, event: Event, attendee: Attendee, kind: Literal["request", "cancellation"], comment: str = ""
) -> None:
    target = sim.store.find_mailbox(attendee.address.address)
    if target is not None and target.state in ("active", "denied"):
        send_to(sim, target, event, kind, comment)


def send_to(
    sim: Simulation, target: Mailbox, event: Event, kind: Literal["request", "cancellation"], comment: str = ""
) -> None:
    """Put a meeting mail on its way to one mailbox of the tenant."""
    master = sim.store.event(event.series_master) if event.series_master is not None else None
    delay = sim.settings.mail_delay_ms + (target.processing.room_copy_delay_ms if target.is_resource else 0)
    due = sim.store.now() + timedelta(milliseconds=delay)
    uid = master.uid if master is not None else None
    delivery = sim.store.add_delivery(Delivery(0, kind, target.id, event, due, uid, comment))
    sim.spawn(_deliver(sim, delivery))


def resume(sim: Simulation) -> None:
    """Deliver what was on its way when the simulator was killed."""
    for delivery in list(sim.store.deliveries.values()):
        sim.spawn(_deliver(sim, delivery))


async def _deliver(sim: Simulation, delivery: Delivery) -> None:
    # One at a time and in the order of sending: an exception must not come before its series.
    async with sim.inbox(delivery.to):
        await asyncio.sleep(max((delivery.due - sim.store.now()).total_seconds(), 0))
        target = sim.store.mailboxes.get(delivery.to)
        # After a reset the numbers begin again.
        if target is None or sim.store.deliveries.get(delivery.seq) is not delivery:
            return
        receive(sim, target, delivery)
        sim.store.end_delivery(delivery.seq)


def receive(sim: Simulation, target: Mailbox, delivery: Delivery) -> None:
    """What the mailbox does with the mail."""
    if delivery.kind == "cancellation":
        _receive_cancellation(sim, target, delivery)
    elif target.is_resource:
        process_request(sim.store, target, delivery)
    else:
        _receive_request(sim, target, delivery)


def _receive_request(sim: Simulation, target: Mailbox, delivery: Delivery) -> None:
    copy = copy_for(sim.store, target, delivery.event, delivery.master_uid)
    if needs_answer(sim.store, target, copy, delivery.master_uid):
        store_copy(sim.store, copy)
    else:
        save(sim.store, copy)


def _receive_cancellation(sim: Simulation, target: Mailbox, delivery: Delivery) -> None:
    """A cancelled meeting stays, marked, unless the resource removes cancelled ones (facts 3.5)."""
    copy = existing_copy(sim.store, target, delivery.event, delivery.master_uid)
    if copy is None or copy.is_organizer:
        return
    if target.is_resource and target.processing.remove_canceled_meetings:
        soft_delete(sim.store, copy)
    elif not copy.is_cancelled:
        for changed in sim.store.exceptions_of(copy.id).values():
            save(sim.store, cancelled_copy(changed))
        save(sim.store, cancelled_copy(copy))


def attendees_of(event: Event) -> tuple[Attendee, ...]:
    """The attendees who get mail about an event; nobody for a draft."""
    return () if event.details.get("isDraft") else event.attendees
