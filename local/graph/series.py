"""Occurrences of a series as events: what the pattern yields, less what was cancelled, with the exceptions in
place.

Occurrences are never stored. They carry the master's properties, their own id, iCalUId and times, and the
master's change key.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from local.graph.ids import occurrence_event_id, occurrence_uid
from local.graph.recurrence import Occurrence, occurrence_on, occurrences
from local.graph.store import Store
from local.graph.times import span_at
from local.graph.values import Event, Mailbox
from local.graph.wire import Json
from local.graph.zones import find_zone


def expand(store: Store, master: Event, start: datetime, end: datetime) -> Iterator[Event]:
    """What of a series touches the window `[start, end)`: occurrences and exceptions, by original date.

    An exception counts at its own time, wherever its original date is.
    """
    mailbox = store.mailboxes[master.mailbox]
    changed = store.exceptions_of(master.id)
    found = {
        item.original_date: occurrence_event(master, item, mailbox)
        for item in _pattern(master, mailbox, start, end)
        if item.original_date not in changed and item.original_date not in master.cancelled_dates
    }
    found |= {day: item for day, item in changed.items() if touches(item, start, end)}
    return (found[day] for day in sorted(found))


def unmodified(store: Store, master: Event, start: datetime, end: datetime) -> Iterator[Event]:
    """What the pattern alone yields in the window, cancelled dates left out, exceptions not looked at;
    lazily.
    """
    mailbox = store.mailboxes[master.mailbox]
    for item in _pattern(master, mailbox, start, end):
        if item.original_date not in master.cancelled_dates:
            yield occurrence_event(master, item, mailbox)


def occurrence(store: Store, master: Event, day: date) -> Event | None:
    """The occurrence or exception of that original date; None where the pattern has none or it was cancelled."""
    changed = store.exceptions_of(master.id).get(day)
    if changed is not None:
        return changed
    if day in master.cancelled_dates:
        return None
    return pattern_occurrence(store, master, day)


def pattern_occurrence(store: Store, master: Event, day: date) -> Event | None:
    """The occurrence that the pattern has on that date, exceptions and cancellations left aside."""
    mailbox = store.mailboxes[master.mailbox]
    found = occurrence_on(_rule(master), master.span.start_wall, length(master), _zone(master, mailbox), day)
    return occurrence_event(master, found, mailbox) if found is not None else None


def occurrence_event(master: Event, found: Occurrence, mailbox: Mailbox) -> Event:
    """An occurrence as an event of its own."""
    return replace(
        master,
        id=occurrence_event_id(master.id, found.original_date),
        uid=occurrence_uid(master.uid, found.original_date),
        kind="occurrence",
        span=span_at(master.span, found.start_utc, found.end_utc, mailbox),
        recurrence=None,
        series_master=master.id,
        original_date=found.original_date,
        original_start=found.start_utc,
        cancelled_dates=(),
        transaction_id=None,
    )


def touches(event: Event, start: datetime, end: datetime) -> bool:
    """Whether an event's time touches the window `[start, end)`; one without length counts at its start."""
    if event.span.start == event.span.end:
        return start <= event.span.start < end
    return event.span.start < end and event.span.end > start


def length(master: Event) -> timedelta:
    """The wall-clock length of one occurrence."""
    if master.span.start_zone == master.span.end_zone or master.span.all_day:
        return master.span.end_wall - master.span.start_wall
    return master.span.end - master.span.start


def _pattern(master: Event, mailbox: Mailbox, start: datetime, end: datetime) -> Iterator[Occurrence]:
    return occurrences(_rule(master), master.span.start_wall, length(master), _zone(master, mailbox), start, end)


def _zone(master: Event, mailbox: Mailbox) -> ZoneInfo:
    home = find_zone(mailbox.zone)
    return home if master.span.all_day else find_zone(master.span.start_zone, custom=home)


def _rule(master: Event) -> Json:
    """The recurrence; that of an all-day series counts dates, which no zone may shift."""
    rule = dict(master.recurrence or {})
    if master.span.all_day and "range" in rule:
        rule["range"] = {key: value for key, value in rule["range"].items() if key != "recurrenceTimeZone"}
    return rule
