"""Reading one booking by its key, with the proof where it is gone.

A deleted event still answers by its immutable id: it stands only where a calendarView over its own times lists
it. An occurrence is looked for at its original start, then among the exceptions of its series.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta

from shared.adapters.graph import asks
from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.errors import ItemMissing
from shared.adapters.graph.wire import item
from shared.adapters.graph.wire_times import Json
from shared.domain.booking import CalendarItem, CalendarKey, Gone, Proof, SetAside, Window
from shared.domain.ids import EventId, MailboxId
from shared.domain.spans import Timed, When, occupied
from shared.ports.errors import Rejected, TimedOut

_SHORTEST = timedelta(days=1)
_INSTANT = timedelta(seconds=1)
_ANY_ZONE = timedelta(hours=14)
_NOT_UNDERSTOOD = "not_understood"


async def single(client: GraphClient, mailbox: MailboxId, key: CalendarKey) -> tuple[CalendarItem, Json] | Gone:
    """Read a single event; with it comes what Graph said."""
    try:
        raw = await client.fetch(asks.event(mailbox, key.event))
    except ItemMissing:
        return Gone(key, Proof.NOT_FOUND)
    found = understood(item(raw))
    if found.booking.cancelled:
        return Gone(key, Proof.CANCELLED)
    listed = await is_listed(client, mailbox, key.event, found.booking.when)
    return (found, raw) if listed else Gone(key, Proof.NOT_LISTED)


async def occurrence(client: GraphClient, mailbox: MailboxId, key: CalendarKey, start: datetime) -> CalendarItem | Gone:
    """Read an occurrence: where it was first meant to be, else as an exception of its series."""
    for raw in await view(client, asks.view_start(mailbox, around(start)), mailbox):
        found = item(raw)
        if isinstance(found, CalendarItem) and found.key == key:
            return Gone(key, Proof.CANCELLED) if found.booking.cancelled else found
    try:
        series = await client.fetch(asks.master(mailbox, key.event))
    except ItemMissing:
        return Gone(key, Proof.NOT_FOUND)
    moved = _exception(series, key)
    if moved is None or moved.booking.cancelled:
        return Gone(key, Proof.CANCELLED if moved or series.get("isCancelled") else Proof.NOT_LISTED)
    listed = await is_listed(client, mailbox, moved.event, moved.booking.when)
    return moved if listed else Gone(key, Proof.NOT_LISTED)


async def is_listed(client: GraphClient, mailbox: MailboxId, event: EventId, when: When) -> bool:
    """Tell whether a calendarView over the event's own times lists it."""
    link = asks.view_start(mailbox, own_times(when), only_ids=True)
    return any(raw.get("id") == event for raw in await view(client, link, mailbox))


async def view_window(
    client: GraphClient, mailbox: MailboxId, window: Window, link: Callable[[Window], str]
) -> list[Json]:
    """Return all pages of a view; a window that Graph does not answer in time is read in halves, down to a day."""
    try:
        return await view(client, link(window), mailbox)
    except TimedOut:
        if window.end - window.start <= _SHORTEST:
            raise
    middle = (window.start + (window.end - window.start) / 2).replace(microsecond=0)
    first = await view_window(client, mailbox, Window(window.start, middle), link)
    second = await view_window(client, mailbox, Window(middle, window.end), link)
    # What lies across the middle is in both.
    return list({str(raw.get("id")): raw for raw in (*first, *second)}.values())


async def view(client: GraphClient, link: str, mailbox: MailboxId) -> list[Json]:
    """Return all pages of a calendarView."""
    found: list[Json] = []
    following: str | None = link
    while following is not None:
        page = await client.fetch(asks.view_page(mailbox, following))
        found += page.get("value") or ()
        following = page.get("@odata.nextLink")
    return found


def own_times(when: When) -> Window:
    """Return a window that an event of these times touches, whatever zone an all-day one is meant in."""
    span = occupied(when, "UTC")
    if isinstance(when, Timed):
        return Window(span.start, max(span.end, span.start + _INSTANT))
    return Window(span.start - _ANY_ZONE, span.end + _ANY_ZONE)


def around(start: datetime) -> Window:
    """Return a window that an unmoved occurrence of that original start touches.

    An all-day one is keyed by midnight UTC of its date and begins at midnight of some zone: noon is in all of them.
    """
    until = start + timedelta(hours=12) if start.time() == time() else start
    return Window(start, until + _INSTANT)


def understood(found: CalendarItem | SetAside) -> CalendarItem:
    """Return an item that was asked for by itself; one that cannot be understood is refused with its reason."""
    if isinstance(found, SetAside):
        raise Rejected(f"The event cannot be understood: {found.reason}.", _NOT_UNDERSTOOD)
    return found


def _exception(series: Json, key: CalendarKey) -> CalendarItem | None:
    for raw in series.get("exceptionOccurrences") or ():
        found = item(raw)
        if isinstance(found, CalendarItem) and found.key == key:
            return found
    return None
