"""Who stays where two bookings of a resource overlap. Never about two versions of one booking.

    winner        another origin                    the same origin
    ------------  --------------------------------  ----------------------------------------------
    platform      the calendar's booking loses      the one held at its present time earlier stays;
    calendar      the platform's booking loses      between two new ones the earlier creation,
    first         as with the same origin           then the smaller mapping id
    report        nobody loses, it is shown         nobody loses, it is shown

A blocked time of the platform counts as a booking of the platform that nobody can remove. Only overlaps
that a new or moved booking makes are judged; older ones were settled or reported when they arose.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from shared.domain.booking import Side
from shared.domain.ids import MappingId
from shared.domain.policy import Policy, Winner
from shared.domain.spans import Span, Timed


@dataclass(frozen=True)
class Claim:
    """One booking's claim on the resource's time.

    ``contested`` marks a claim that is new or moved in this run. ``is_block`` marks a time that the platform
    keeps free; it takes all units and cannot be removed. ``is_left`` marks what a one-way policy left on the side
    that only receives. ``is_closing`` marks a block outside opening hours: no gap is kept to it, and an all-day
    booking, which has ``days``, gives way to it only where it closes one of them as a whole. ``on_platform`` tells that
    it stands on the platform, which may refuse others for its sake. ``stood`` tells that it was linked at this time
    before this run: it takes no notice of a time that was blocked around it, nor of one that ``awaits`` the room's or a
    person's yes. ``shown`` tells that its overlap was reported before: no time that was blocked since has it declined.
    """

    id: MappingId
    span: Span
    origin: Side
    held_since: datetime
    made_at: datetime
    contested: bool = False
    is_block: bool = False
    is_left: bool = False
    is_closing: bool = False
    days: tuple[Span, ...] = ()
    on_platform: bool = True
    stood: bool = False
    shown: bool = False
    awaits: bool = False


@dataclass(frozen=True)
class Verdict:
    """``loser`` must give way to ``winner``; where ``reported_only``, the overlap is only shown on it.

    ``both_stay`` tells that it is written to both sides all the same, whatever the policy's winner.
    """

    winner: Claim
    loser: Claim
    reported_only: bool = False
    both_stay: bool = False


def judge(claims: Sequence[Claim], policy: Policy) -> tuple[Verdict, ...]:
    """Return a verdict for each claim that gives way, in a fixed order.

    The claims are taken in the order of their right to stay; each stays while there is a unit free for it.
    A claim that nobody contested gives way only to one that is contested.
    """
    if policy.winner is Winner.REPORT:
        return tuple(_overlaps(claims, policy))
    staying = _Timeline(policy.gap)
    verdicts: list[Verdict] = []
    for claim in sorted(claims, key=lambda claim: _right_to_stay(claim, policy)):
        against = [other for other in staying.overlapping(claim) if not _leaves_alone(other, claim)]
        if not _is_full(claim, against, policy):
            staying.add(claim)
            continue
        taker = next((other for other in against if other.contested), None)
        if claim.contested:
            verdicts.append(Verdict(against[0], claim, reported_only=against[0].is_block and claim.shown))
        elif taker is not None and not claim.is_block:
            verdicts.append(Verdict(taker, claim))
        else:
            staying.add(claim)
    return tuple(verdicts)


def _leaves_alone(other: Claim, claim: Claim) -> bool:
    """Tell whether one of both stood before, and the other came to its time as a block, or only asks for it."""
    return (claim.stood and (other.awaits or other.is_block)) or (claim.awaits and other.stood)


def _right_to_stay(claim: Claim, policy: Policy) -> tuple[int, datetime, datetime, str]:
    first_side = {Winner.PLATFORM: Side.PLATFORM, Winner.CALENDAR: Side.CALENDAR}.get(policy.winner)
    rank = 0 if first_side is None or claim.origin is first_side else 1
    return (rank, claim.held_since, claim.made_at, claim.id)


def _is_full(claim: Claim, against: Sequence[Claim], policy: Policy) -> bool:
    if not against:
        return False
    if claim.is_block or any(other.is_block for other in against):
        return True
    return most_at_once(claim.span, [other.span for other in against], policy.gap) >= policy.units


def most_at_once(span: Span, others: Sequence[Span], gap: timedelta) -> int:
    """Return how many of ``others`` run at the same time at most, seen from within ``span``."""
    starts = [max(other.start - gap, span.start) for other in others] or [span.start]
    return max(sum(other.start - gap <= at < other.end + gap for other in others) for at in starts)


def _overlaps(claims: Sequence[Claim], policy: Policy) -> Iterable[Verdict]:
    earlier = _Timeline(policy.gap)
    for claim in sorted(claims, key=lambda claim: _right_to_stay(claim, policy)):
        against = earlier.overlapping(claim)
        earlier.add(claim)
        arrived = next((other for other in against if other.contested), None)
        if not _is_full(claim, against, policy):
            continue
        if claim.contested:
            yield Verdict(against[0], claim, reported_only=True)
        elif arrived is not None:
            # Shown on the booking that brought the overlap about, whose two sides this run has seen.
            yield Verdict(claim, arrived, reported_only=True)


def crowded(times: Sequence[Span | Timed], gap: timedelta) -> frozenset[int]:
    """Return the places of those ``times`` that overlap another, or lie closer to one than ``gap``.

    Nothing else gives way or makes another give way, and most bookings of a resource stand alone.
    """
    starts = [time.start for time in times]
    found: set[int] = set()
    latest, until = 0, datetime.min.replace(tzinfo=UTC)
    for place in sorted(range(len(times)), key=starts.__getitem__):
        if starts[place] < until:
            found.update((latest, place))
        reach = times[place].end + gap if gap else times[place].end
        if reach > until:
            latest, until = place, reach
    return frozenset(found)


class _Timeline:
    """Claims by the UTC days that they touch: what a look-up costs follows from what is near, not from the whole."""

    def __init__(self, gap: timedelta) -> None:
        self._gap = gap
        self._days: dict[date, list[tuple[int, datetime, datetime, Claim]]] = defaultdict(list)
        self._count = 0

    def add(self, claim: Claim) -> None:
        self._count += 1
        reach = claim.span.widened(self._gap) if self._gap and not claim.is_closing else claim.span
        for day in reach.days():
            self._days[day].append((self._count, reach.start, reach.end, claim))

    def overlapping(self, claim: Claim) -> list[Claim]:
        """Return what was added before and overlaps, in the order in which it was added."""
        start, end = claim.span.start, claim.span.end
        found = {
            place: other
            for day in claim.span.days()
            for place, since, until, other in self._days.get(day, ())
            if since < end and start < until and not _is_open(claim, other)
        }
        return [found[place] for place in sorted(found)]


def _is_open(one: Claim, other: Claim) -> bool:
    """Tell whether one of both is a closing time that leaves the other alone."""
    closing, booking = (one, other) if one.is_closing else (other, one)
    if not closing.is_closing:
        return False
    if not booking.days:
        return not closing.span.overlaps(booking.span)
    return not any(closing.span.start <= day.start and day.end <= closing.span.end for day in booking.days)
