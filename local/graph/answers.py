"""An attendee's answer on its way back to the organizer (facts 3.4, 1.4).

With a response the organizer's copy shows the new status and changes; without one nothing there changes. An
external organizer gets the mail only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from local.graph.calendar import save
from local.graph.series import occurrence
from local.graph.store import Store
from local.graph.values import Address, Attendee, Event, Mailbox

Response = Literal["accepted", "tentativelyAccepted", "declined"]
MAIL_KINDS: Mapping[Response, str] = {
    "accepted": "accepted",
    "tentativelyAccepted": "tentative",
    "declined": "declined",
}
_WORDS: Mapping[Response, str] = {
    "accepted": "Accepted",
    "tentativelyAccepted": "Tentative",
    "declined": "Declined",
}


@dataclass(frozen=True)
class MeetingKey:
    """Which meeting an answer is about: the iCalUId of the single event or master, and the occurrence's date."""

    uid: str
    organizer: Address
    subject: str
    day: date | None = None


def tell_organizer(store: Store, mailbox: Mailbox, key: MeetingKey, answer: Response, comment: str = "") -> None:
    """Send the answer's mail and show it on the organizer's copy."""
    host = store.find_mailbox(key.organizer.address)
    event = _organizers_event(store, host, key)
    store.add_mail(
        mailbox.upn,
        (key.organizer.address,),
        MAIL_KINDS[answer],
        f"{_WORDS[answer]}: {event.subject if event is not None else key.subject}",
        event=key.uid,
        body=comment,
    )
    if event is not None:
        save(store, replace(event, attendees=_answered(event, mailbox, answer, store.now())))


def _organizers_event(store: Store, host: Mailbox | None, key: MeetingKey) -> Event | None:
    event = store.copy_of(host.id, key.uid) if host is not None else None
    if event is None or key.day is None or event.kind != "seriesMaster":
        return event
    return occurrence(store, event, key.day)


def _answered(event: Event, mailbox: Mailbox, answer: Response, now: datetime) -> tuple[Attendee, ...]:
    names = {name.lower() for name in (mailbox.upn, *mailbox.aliases)}
    return tuple(
        replace(item, answer=answer, answered=now) if item.address.address.lower() in names else item
        for item in event.attendees
    )
