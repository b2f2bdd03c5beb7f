"""Operations on one calendar that keep a series consistent: delete, drop an occurrence, write an occurrence.

They know nothing of attendees or mails.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from local.graph.store import Store
from local.graph.values import ChangeType, Event, EventId


def soft_delete(store: Store, event: Event) -> None:
    """Move an event to Deleted Items, or take an occurrence out of its series."""
    if event.series_master is not None and event.original_date is not None:
        drop_occurrence(store, event.series_master, event.original_date)
        return
    store.put_event(replace(event, stored="deleted"), "deleted")


def drop_occurrence(store: Store, master_id: EventId, day: date) -> None:
    """Take one occurrence out of a series; its exception, where there is one, goes with it."""
    master = store.event(master_id)
    if master is None or day in master.cancelled_dates:
        return
    changed = store.exceptions_of(master_id).get(day)
    if changed is not None:
        store.forget_exception(changed)
    dates = tuple(sorted((*master.cancelled_dates, day)))
    store.put_event(replace(master, cancelled_dates=dates), "updated", gone=(day,))


def save(store: Store, event: Event) -> Event:
    """Store a new version; an occurrence that is written becomes an exception."""
    if event.kind == "occurrence":
        return store.put_event(replace(event, kind="exception"), "created")
    change: ChangeType = "updated" if store.event(event.id) is not None else "created"
    return store.put_event(event, change)


def reset_series(store: Store, before: Event, after: Event) -> Event:
    """A master whose time or pattern changed: Exchange drops the exceptions and cancelled dates of the old
    one.
    """
    for changed in store.exceptions_of(before.id).values():
        store.forget_exception(changed)
    return replace(after, cancelled_dates=())


_INHERITED = (
    "subject",
    "body",
    "body_type",
    "show_as",
    "sensitivity",
    "importance",
    "attendees",
    "locations",
    "categories",
)


def inherit(store: Store, before: Event, after: Event) -> None:
    """Hand a master's change on to the exceptions that had not changed that property themselves."""
    for changed in store.exceptions_of(before.id).values():
        fresh = {
            name: getattr(after, name)
            for name in _INHERITED
            if getattr(changed, name) == getattr(before, name) != getattr(after, name)
        }
        if fresh:
            store.put_event(replace(changed, **fresh), "updated")
