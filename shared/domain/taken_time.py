"""Which stretches of a resource's time are taken, as whoever stands in front of it needs to know them. Pure.

A time is taken where as many bookings run as the resource has units, or where the platform keeps it free of bookings.
What may be booked is the rest, and no closer to a booking or to a blocked time than the policy's gap; opening and
closing ask for none. That is the rule of ``free_times`` about one booking, told as stretches; a test holds both
together.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from shared.domain.booking import Block, PlatformItem
from shared.domain.spans import Span, occupied


def spans_of(items: Iterable[PlatformItem], zone: str) -> list[Span]:
    """Return the times that bookings take; what was cancelled takes none."""
    return [occupied(item.booking.when, zone) for item in items if not item.booking.cancelled]


def full(bookings: Sequence[Span], blocks: Iterable[Block], units: int, zone: str, gap: timedelta) -> list[Span]:
    """Return the stretches in which nothing more may be booked, in order and joined where they touch."""
    crowded = _at_once([each.widened(gap) for each in bookings], units)
    return joined([*crowded, *(_kept_free(each, zone, gap) for each in blocks)])


def _kept_free(block: Block, zone: str, gap: timedelta) -> Span:
    """Return the stretch in which a time that is kept free keeps bookings out."""
    span = occupied(block.when, zone)
    return span if block.is_closing else span.widened(gap)


def stretch_at(stretches: Iterable[Span], now: datetime) -> Span | None:
    """Return the stretch in which an instant lies."""
    return next((each for each in stretches if each.start <= now < each.end), None)


def first_after(stretches: Iterable[Span], now: datetime) -> Span | None:
    """Return the first stretch that begins at an instant or later; ``stretches`` are in order."""
    return next((each for each in stretches if each.start >= now), None)


def joined(spans: Iterable[Span]) -> list[Span]:
    """Return the same time in as few stretches as it takes, in order."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return found


def _at_once(spans: Sequence[Span], units: int) -> list[Span]:
    """Return where at least ``units`` of the spans lie on each other."""
    if units == 1:
        return list(spans)
    edges = sorted([(each.start, 1) for each in spans] + [(each.end, -1) for each in spans])
    found, running, since = list[Span](), 0, None
    for at, change in edges:
        running += change
        if running >= units and since is None:
            since = at
        elif running < units and since is not None:
            found.append(Span(since, at))
            since = None
    return found
