"""The copy of a meeting in an attendee's calendar, made from the organizer's version.

Copies share the iCalUId and nothing else: ids, categories and extended properties are each mailbox's own
(facts 3.1, 3.3). An attendee sees the others' answers as `none`.
"""

from __future__ import annotations

from dataclasses import replace

from local.graph.event_write import moved
from local.graph.ids import new_event_id, occurrence_event_id
from local.graph.series import occurrence
from local.graph.store import Store
from local.graph.times import span_in
from local.graph.values import Attendee, Event, Mailbox

INTENDED = "intendedShowAs"
"""The detail that keeps what the organizer wants the time to show as, until the meeting is accepted."""


def intended_status(copy: Event) -> str:
    """What an accepted copy shows as: what the organizer asked for."""
    return str(copy.details.get(INTENDED, copy.show_as))


def existing_copy(store: Store, mailbox: Mailbox, event: Event, master_uid: str | None) -> Event | None:
    """What the mailbox has of this meeting: its single event or master, or the occurrence that `event`
    replaces.
    """
    if master_uid is not None and event.original_date is not None:
        master = store.copy_of(mailbox.id, master_uid)
        if master is not None and master.kind == "seriesMaster":
            return occurrence(store, master, event.original_date)
    return store.copy_of(mailbox.id, event.uid)


def copy_for(store: Store, mailbox: Mailbox, event: Event, master_uid: str | None) -> Event:
    """The copy as it arrives: not answered and tentative, unless the mailbox had answered and the time is the
    same.
    """
    old = existing_copy(store, mailbox, event, master_uid)
    fresh = replace(
        event,
        id=old.id if old is not None else new_event_id(),
        mailbox=mailbox.id,
        span=span_in(event.span, mailbox),
        is_organizer=False,
        is_cancelled=False,
        answer="notResponded",
        answered=None,
        show_as=event.show_as if event.show_as == "free" else "tentative",
        attendees=_seen_by_attendee(event),
        categories=old.categories if old is not None else (),
        extended=old.extended if old is not None else {},
        transaction_id=None,
        stored="calendar",
        details={**event.details, INTENDED: event.show_as},
        created=old.created if old is not None else store.now(),
    )
    fresh = _placed(store, mailbox, fresh, master_uid)
    if old is None or old.is_cancelled or _moved_copy(old, fresh):
        return fresh
    if old.answer == "accepted":
        return replace(fresh, answer=old.answer, answered=old.answered, show_as=event.show_as)
    return replace(fresh, answer=old.answer, answered=old.answered, show_as=old.show_as)


def needs_answer(store: Store, mailbox: Mailbox, copy: Event, master_uid: str | None) -> bool:
    """Whether the mailbox is asked (again): the meeting is new to it, was cancelled, or has another time."""
    old = existing_copy(store, mailbox, copy, master_uid)
    return old is None or old.is_cancelled or _moved_copy(old, copy)


def _moved_copy(old: Event, new: Event) -> bool:
    """Whether the time differs; the pattern counts between two masters only, as an exception has none."""
    if old.kind == "seriesMaster" and new.kind == "seriesMaster":
        return moved(old, new)
    return moved(replace(old, recurrence=None), replace(new, recurrence=None))


def _placed(store: Store, mailbox: Mailbox, copy: Event, master_uid: str | None) -> Event:
    """Tie the copy of an exception to this mailbox's own series; without one it stands alone."""
    if copy.kind == "seriesMaster":
        old = store.copy_of(mailbox.id, copy.uid)
        same = old is not None and old.kind == "seriesMaster" and not _moved_copy(old, copy)
        kept = (*old.cancelled_dates, *copy.cancelled_dates) if old is not None and same else copy.cancelled_dates
        return replace(copy, cancelled_dates=tuple(sorted(set(kept))))
    if copy.original_date is None or master_uid is None:
        return copy
    master = store.copy_of(mailbox.id, master_uid)
    if master is None or master.kind != "seriesMaster":
        return replace(copy, kind="singleInstance", series_master=None, original_date=None, original_start=None)
    own_id = occurrence_event_id(master.id, copy.original_date)
    return replace(copy, kind="exception", id=own_id, series_master=master.id)


def _seen_by_attendee(event: Event) -> tuple[Attendee, ...]:
    return tuple(replace(item, answer="none", answered=None) for item in event.attendees)
