"""The canary: a booking of nobody's on a test resource, made and removed through the whole path, both ways. Pure.

Its mark follows from where and when it stands, so that any later canary knows it again without a memory of its own.
What a killed one left behind is told from people's bookings by its mark, and from a canary under way by its time: that
is a fixed stretch after the moment at which it was made.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from shared.domain.booking import Side
from shared.domain.ids import ResourceId, TransactionId
from shared.domain.spans import Span, Timed, When

TITLE = "Lockstep canary"
_AHEAD = timedelta(days=3)
LENGTH = timedelta(minutes=5)
_ABANDONED = timedelta(minutes=10)
"""After so long nobody waits for a canary any more."""
_SLOTS = 24
_NAMESPACE = uuid.UUID("0b1f8c58-6f0e-4f0b-9a53-3d2f1f6c7a10")


class Outcome(StrEnum):
    """How a canary ended."""

    OK = "ok"
    NOT_THERE = "not_there"
    """What was made on one side did not come to the other in time."""
    NOT_GONE = "not_gone"
    """What was removed on one side still stood on the other."""
    NOT_IN_STEP = "not_in_step"
    """The test resource cannot carry it: it is paused, held, failing or not linked."""
    REFUSED = "refused"
    """A side refused to make or to remove it."""


@dataclass(frozen=True)
class Leg:
    """One way of a canary: to which side it went, whether it was made or removed, and how long that took."""

    to: Side
    made: bool
    seconds: float


@dataclass(frozen=True)
class Flight:
    """A canary that has ended. ``swept`` are bookings that earlier ones had left behind."""

    outcome: Outcome
    legs: tuple[Leg, ...] = ()
    why: str = ""
    swept: int = 0


def slot(now: datetime, taken: Iterable[Span]) -> Timed | None:
    """Return when a canary made now stands: the first free time from three days ahead on; None where all are taken.

    To the second, so that no two canaries have one mark: what was made under a mark is never made again.
    """
    spans, first = tuple(taken), (now + _AHEAD).astimezone(UTC).replace(microsecond=0)
    for place in range(_SLOTS):
        wanted = Timed(first + place * LENGTH, first + (place + 1) * LENGTH)
        if not any(each.overlaps(Span(wanted.start, wanted.end)) for each in spans):
            return wanted
    return None


def mark(resource: ResourceId, side: Side, when: Timed) -> TransactionId:
    """Return the mark under which a canary is made on a side."""
    name = f"{resource}/{side}/{when.start.astimezone(UTC):%Y-%m-%dT%H:%M:%S}"
    # Not in the form of the marks of copies: the product has to take it for somebody's own booking.
    return TransactionId(f"canary-{uuid.uuid5(_NAMESPACE, name).hex}")


def is_left_behind(
    resource: ResourceId, side: Side, when: When, found: TransactionId | None, now: datetime, *, alone: bool = False
) -> bool:
    """Tell whether an item of a side is a canary that nobody waits for any more; with ``alone``, whether it is one."""
    if not isinstance(when, Timed) or found is None or found != mark(resource, side, when):
        return False
    return alone or when.start - _AHEAD < now - _ABANDONED


def window(now: datetime) -> tuple[datetime, datetime]:
    """Return the stretch of time in which canaries stand that may still be found."""
    return now - timedelta(days=1), now + _AHEAD + timedelta(days=1)
