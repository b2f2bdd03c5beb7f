"""What stands on a resource's door at an instant, and what may be done there. Pure.

    state          when
    -------------  ------------------------------------------------------------------------------
    free           somebody may come in
    soon           the same, and within ten minutes it is taken
    taken          as many bookings run as there are units
    awaited        the same, and nobody has checked in yet although somebody has to
    closed         the platform keeps this time free: maintenance, or outside the opening hours

Titles are shown as the policy says. Of a private booking its time is shown and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from shared.domain.booking import Block, PlatformItem, Window
from shared.domain.check_in import is_awaited
from shared.domain.ids import BookingId
from shared.domain.policy import Policy, Titles
from shared.domain.spans import Span, Timed, occupied
from shared.domain.taken_time import first_after, full, joined, spans_of, stretch_at

SOON = timedelta(minutes=10)
CHECK_IN_BEFORE = timedelta(minutes=15)
"""How long before a booking begins somebody may check in, as the platform has it."""
LENGTHS = (15, 30, 45, 60)
"""Minutes that are offered to whoever books or extends."""
SHORTEST = timedelta(minutes=5)
"""What is shorter is not offered."""
LOOKED_AHEAD = timedelta(days=2)


class DoorState(StrEnum):
    """What the door says."""

    FREE = "free"
    SOON = "soon"
    TAKEN = "taken"
    AWAITED = "awaited"
    CLOSED = "closed"


@dataclass(frozen=True)
class Shown:
    """A booking as the door shows it. ``organiser`` is a name, never an address."""

    booking: BookingId
    span: Span
    title: str
    organiser: str
    private: bool
    all_day: bool
    checked_in: bool


@dataclass(frozen=True)
class Room:
    """How long a booking may become: the lengths in minutes that fit, and until when at most."""

    lengths: tuple[int, ...] = ()
    until: datetime | None = None


@dataclass(frozen=True)
class Door:
    """What the door shows. ``until`` is until when the state lasts, None where it lasts longer than today.

    ``check_in`` is the booking at which somebody may check in, ``check_in_until`` by when they have to.
    ``next_change`` is when something of this is different although nobody did anything.
    """

    state: DoorState
    now: datetime
    until: datetime | None
    current: Shown | None
    next: Shown | None
    day: tuple[Shown, ...]
    closed: tuple[Span, ...]
    booking: Room
    extending: Room
    can_end: bool
    check_in: BookingId | None
    check_in_until: datetime | None
    next_change: datetime


def today(zone: str, now: datetime) -> Span:
    """Return the day of an instant in a zone, from midnight to midnight."""
    local = ZoneInfo(zone)
    day = now.astimezone(local).date()
    start = datetime.combine(day, time(), local)
    return Span(start.astimezone(now.tzinfo), _next_midnight(start).astimezone(now.tzinfo))


def _next_midnight(start: datetime) -> datetime:
    return datetime.combine(start.date() + timedelta(days=1), time(), start.tzinfo)


def looked_at(zone: str, now: datetime) -> Window:
    """Return the stretch of time that a door needs to know."""
    start = today(zone, now).start
    return Window(start, start + LOOKED_AHEAD)


def door(
    items: Sequence[PlatformItem], blocks: Sequence[Block], policy: Policy, zone: str, now: datetime, *, books: bool
) -> Door:
    """Return what the door shows; ``books`` tells whether anything may be booked and changed at it."""
    standing = sorted((each for each in items if not each.booking.cancelled), key=lambda each: _order(each, zone))
    running = [each for each in standing if _span(each, zone).start <= now < _span(each, zone).end]
    coming = next((each for each in standing if _span(each, zone).start > now), None)
    current = running[0] if running else None
    day = today(zone, now)
    taken = full(spans_of(standing, zone), blocks, policy.units, zone, timedelta())
    unclaimed, due = _check_in(current, coming, policy, zone, now)
    state = _state(len(running) >= policy.units, stretch_at(taken, now), first_after(taken, now), now)
    if state is DoorState.TAKEN and unclaimed is not None and unclaimed is current:
        state = DoorState.AWAITED
    timed = current is not None and isinstance(current.booking.when, Timed)
    return Door(
        state,
        now,
        _until(state, taken, day, now),
        _shown(current, policy, zone) if current else None,
        _shown(coming, policy, zone) if coming else None,
        tuple(_shown(each, policy, zone) for each in standing if _span(each, zone).overlaps(day)),
        tuple(
            _within(each, day) for each in joined(occupied(block.when, zone) for block in blocks) if each.overlaps(day)
        ),
        room_to_book(standing, blocks, policy, zone, now) if books else Room(),
        room_to_extend(current, standing, blocks, policy, zone, now) if books and current and timed else Room(),
        books and timed,
        unclaimed.id if unclaimed else None,
        due,
        _next_change([_span(each, zone) for each in standing], taken, due, day, now),
    )


def begins(now: datetime) -> datetime:
    """Return when a booking begins that is made now: with this minute."""
    return now.replace(second=0, microsecond=0)


def room_to_book(
    items: Sequence[PlatformItem], blocks: Sequence[Block], policy: Policy, zone: str, now: datetime
) -> Room:
    """Return how long a booking that begins now may be."""
    obstacles = full(spans_of(items, zone), blocks, policy.units, zone, policy.gap)
    start = begins(now)
    if stretch_at(obstacles, start) is not None:
        return Room()
    return _room(start, first_after(obstacles, start), today(zone, now))


def room_to_extend(
    current: PlatformItem,
    items: Sequence[PlatformItem],
    blocks: Sequence[Block],
    policy: Policy,
    zone: str,
    now: datetime,
) -> Room:
    """Return by how much the booking that runs may become longer."""
    others = [each for each in items if each.id != current.id]
    obstacles = full(spans_of(others, zone), blocks, policy.units, zone, policy.gap)
    end = _span(current, zone).end
    if any(each.start < end < each.end for each in obstacles):
        return Room()
    return _room(end, first_after(obstacles, end), today(zone, now))


def _room(start: datetime, obstacle: Span | None, day: Span) -> Room:
    """Return the lengths that fit between ``start`` and the next obstacle; nothing is offered beyond midnight."""
    last = min(obstacle.start, day.end) if obstacle else day.end
    if last - start < SHORTEST:
        return Room()
    lengths = tuple(each for each in LENGTHS if start + timedelta(minutes=each) <= last)
    return Room(lengths, last if obstacle and obstacle.start <= day.end else None)


def _state(is_taken: bool, stretch: Span | None, following: Span | None, now: datetime) -> DoorState:
    if is_taken:
        return DoorState.TAKEN
    if stretch is not None:
        return DoorState.CLOSED
    return DoorState.SOON if following and following.start - now <= SOON else DoorState.FREE


def _until(state: DoorState, taken: Sequence[Span], day: Span, now: datetime) -> datetime | None:
    if state in (DoorState.FREE, DoorState.SOON):
        following = first_after(taken, now)
        return following.start if following and following.start < day.end else None
    stretch = stretch_at(taken, now)
    return stretch.end if stretch and stretch.end <= day.end else None


def _check_in(
    current: PlatformItem | None, coming: PlatformItem | None, policy: Policy, zone: str, now: datetime
) -> tuple[PlatformItem | None, datetime | None]:
    """Return the booking that waits for somebody to check in, and by when."""
    if not is_awaited(policy):
        return None, None
    soon = coming if coming and _span(coming, zone).start - now <= CHECK_IN_BEFORE else None
    for each in (current, soon):
        if each is None or each.checked_in is not None or not isinstance(each.booking.when, Timed):
            continue
        due = max(each.booking.when.start, each.created) + timedelta(minutes=policy.check_in_minutes)
        if due < each.booking.when.end:
            return each, due.replace(microsecond=0)
    return None, None


def _shown(item: PlatformItem, policy: Policy, zone: str) -> Shown:
    booking = item.booking
    silent = booking.private or policy.titles is Titles.BUSY
    name = booking.organiser.name if booking.organiser and not silent else ""
    title = "" if silent else name if policy.titles is Titles.ORGANIZER else booking.title
    whole = not isinstance(booking.when, Timed)
    return Shown(item.id, _span(item, zone), title, name, booking.private, whole, item.checked_in is not None)


def _next_change(
    bookings: Sequence[Span], taken: Sequence[Span], due: datetime | None, day: Span, now: datetime
) -> datetime:
    edges = [day.end, *([due] if due else [])]
    for each in (*bookings, *taken):
        edges += [each.start - CHECK_IN_BEFORE, each.start - SOON, each.start, each.end]
    return min(each for each in edges if each > now)


def _within(span: Span, day: Span) -> Span:
    return Span(max(span.start, day.start), min(span.end, day.end))


def _span(item: PlatformItem, zone: str) -> Span:
    return occupied(item.booking.when, zone)


def _order(item: PlatformItem, zone: str) -> tuple[datetime, datetime, str]:
    span = _span(item, zone)
    return span.start, span.end, item.id
