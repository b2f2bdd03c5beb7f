"""Whether one occurrence of a series may be where a client wants it (facts 3.4:
ErrorOccurrenceCrossingBoundary).
"""

from __future__ import annotations

from datetime import date, timedelta

from local.graph.series import expand
from local.graph.store import Store
from local.graph.values import Event
from local.graph.wire import GraphError
from local.graph.zones import find_zone

CROSSING = "Modified occurrence is crossing or overlapping adjacent occurrence."
_YEARS = timedelta(days=366 * 5)


def check_neighbours(store: Store, before: Event, after: Event) -> None:
    """Refuse an occurrence that would stand on or beyond the day of the one before or after it."""
    master = store.event(before.series_master) if before.series_master is not None else None
    if master is None or before.original_start is None or after.span.start == before.span.start:
        return
    day = local_day(store, after)
    for other in _neighbours(store, master, before):
        other_day = local_day(store, other)
        earlier = (other.original_start or other.span.start) < before.original_start
        if (earlier and day <= other_day) or (not earlier and day >= other_day):
            raise GraphError(400, "ErrorOccurrenceCrossingBoundary", CROSSING)


def _neighbours(store: Store, master: Event, moved: Event) -> list[Event]:
    start = moved.original_start or moved.span.start
    around = [
        item
        for item in expand(store, master, start - _window(master), start + _window(master))
        if item.original_date != moved.original_date and item.original_date is not None
    ]
    before = [item for item in around if (item.original_start or item.span.start) < start]
    after = [item for item in around if (item.original_start or item.span.start) > start]
    return [*before[-1:], *after[:1]]


def _window(master: Event) -> timedelta:
    """Wide enough to hold the neighbours of any occurrence of the pattern."""
    pattern = (master.recurrence or {}).get("pattern", {})
    days = {"daily": 1, "weekly": 7}.get(pattern.get("type"), 31)
    days = 366 if str(pattern.get("type", "")).endswith("Yearly") else days
    return min(timedelta(days=(days + 2) * int(pattern.get("interval", 1)) + 2), _YEARS)


def local_day(store: Store, event: Event) -> date:
    """The day on which an occurrence starts, in the zone of the series."""
    home = find_zone(store.mailboxes[event.mailbox].zone)
    zone = home if event.span.all_day else find_zone(event.span.start_zone, custom=home)
    return event.span.start.astimezone(zone).date()
