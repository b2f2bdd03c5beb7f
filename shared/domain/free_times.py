"""Whether a resource takes a booking, what stands in its way, and when it takes it next. Pure.

    in the way       because
    ---------------  ---------------------------------------------------------------------------
    not_ready        it is not looked after at present, so nobody knows what it would answer
    outlook_only     its platform only receives: what is booked there reaches no calendar
    over             the time has passed
    too_far          the time lies beyond what is kept in lockstep
    too_small        it holds fewer people
    closed, blocked  the platform keeps the time free
    taken            another booking has all its units
    too_close        only the gap to another booking, or to a blocked time, is missing

It is the rule by which the resource's own run settles overlaps, asked beforehand: it must never promise what that run
refuses. What stands in the way of a booking is a time and a kind, never whose it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.booking import Block
from shared.domain.conflicts import most_at_once
from shared.domain.opening_hours import keeps_out
from shared.domain.policy import Direction
from shared.domain.resource import Resource, State
from shared.domain.spans import AllDay, Span, Timed, When, occupied

LOOKED_AFTER = (State.IN_STEP, State.BEHIND)
"""The states in which a resource is offered to people: what is shown of it was observed."""
BOOKABLE = (*LOOKED_AFTER, State.HELD)
"""The states in which a resource takes bookings: of one that is held, single bookings go on."""
_GRID = timedelta(minutes=5)


class Kind(StrEnum):
    """What stands in the way of a booking."""

    NOT_READY = "not_ready"
    OUTLOOK_ONLY = "outlook_only"
    OVER = "over"
    TOO_FAR = "too_far"
    TOO_SMALL = "too_small"
    CLOSED = "closed"
    BLOCKED = "blocked"
    TAKEN = "taken"
    TOO_CLOSE = "too_close"


@dataclass(frozen=True)
class Obstacle:
    """What stands in the way of a booking at ``at``: its kind, its own time, and the reason of a blocked time."""

    kind: Kind
    at: Span
    time: Span | None = None
    reason: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a resource's time: the times taken, by every booking that takes one, and those kept free."""

    taken: Sequence[Span] = ()
    blocks: Sequence[Block] = ()


def is_bookable(resource: Resource) -> bool:
    """Tell whether a resource takes bookings of the platform at all."""
    return resource.state in BOOKABLE and not _only_receives(resource)


def _only_receives(resource: Resource) -> bool:
    return resource.policy.direction is Direction.TO_PLATFORM


def obstacle(resource: Resource, when: When, known: Known, now: datetime, people: int = 0) -> Obstacle | None:
    """Return what stands in the way of a booking for so many people; None where it can be made."""
    span = occupied(when, resource.facts.zone)
    capacity = resource.facts.capacity
    if resource.state not in BOOKABLE:
        return Obstacle(Kind.NOT_READY, span)
    if _only_receives(resource):
        return Obstacle(Kind.OUTLOOK_ONLY, span)
    if span.end <= now:
        return Obstacle(Kind.OVER, span)
    if span.start >= now + timedelta(days=resource.policy.days_ahead):
        return Obstacle(Kind.TOO_FAR, span)
    if capacity is not None and capacity < people:
        return Obstacle(Kind.TOO_SMALL, span)
    return in_the_way(resource, when, known)


def in_the_way(resource: Resource, when: When, known: Known) -> Obstacle | None:
    """Return the blocked time or the booking that keeps a booking out of a resource; None where none does."""
    zone, gap = resource.facts.zone, resource.policy.gap
    span = occupied(when, zone)
    for block in known.blocks:
        kept_free = occupied(block.when, zone)
        if keeps_out(block, when, zone):
            return Obstacle(Kind.CLOSED if block.is_closing else Kind.BLOCKED, span, kept_free, block.reason)
        if not block.is_closing and kept_free.overlaps(span, gap):
            return Obstacle(Kind.TOO_CLOSE, span, kept_free)
    near = sorted(other for other in known.taken if other.overlaps(span, gap))
    if not near or most_at_once(span, near, gap) < resource.policy.units:
        return None
    touching = [other for other in near if other.overlaps(span)]
    if touching and most_at_once(span, touching, timedelta()) >= resource.policy.units:
        return Obstacle(Kind.TAKEN, span, touching[0])
    return Obstacle(Kind.TOO_CLOSE, span, next((other for other in near if other not in touching), near[0]))


def next_free(resource: Resource, when: When, known: Known, now: datetime, until: datetime) -> When | None:
    """Return the first later time of the same length that a resource takes, before ``until``, as far as is known."""
    for later in _later(resource, when, known, until):
        if obstacle(resource, later, known, now) is None:
            return later
    return None


def _later(resource: Resource, when: When, known: Known, until: datetime) -> Iterator[When]:
    """Yield the times at which something that stood in the way has ended, in order; whole days one by one."""
    if isinstance(when, AllDay):
        days = (until.date() - when.first).days
        yield from (AllDay(when.first + timedelta(days=n), when.until + timedelta(days=n)) for n in range(1, days))
        return
    gap, zone, length = resource.policy.gap, resource.facts.zone, when.end - when.start
    ends = {span.end + gap for span in known.taken}
    ends |= {occupied(block.when, zone).end + (gap if not block.is_closing else timedelta()) for block in known.blocks}
    for start in sorted({_on_grid(end) for end in ends}):
        if when.start < start and start + length <= until:
            yield Timed(start, start + length)


def _on_grid(at: datetime) -> datetime:
    """Return the next moment at which people book."""
    over = timedelta(minutes=at.minute, seconds=at.second, microseconds=at.microsecond) % _GRID
    return at + (_GRID - over) if over else at


def best_first(resources: Iterable[Resource], people: int = 0) -> list[Resource]:
    """Return resources in the order in which they are offered: for people the smallest that suffices, else by place."""

    def fit(each: Resource) -> tuple[bool, int, str, str, str, str]:
        facts = each.facts
        size = facts.capacity if people and facts.capacity is not None else 0
        unknown = bool(people) and facts.capacity is None
        return (unknown, size, facts.building, facts.floor, facts.name, each.id)

    return sorted(resources, key=fit)
