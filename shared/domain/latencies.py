"""How long changes took, counted hour by hour in classes of length, so that a week of them adds up to a few rows. Pure.

A class is a quarter of a doubling wide: what is told of a share of many changes is less than a tenth off, and the
slowest is kept as it was. Nothing here says whose change it was, or of which resource.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import accumulate, zip_longest

KEPT = timedelta(days=8)
"""A week can be looked back on whole at any hour of its last day."""
_FIRST = 0.01
"""Seconds that the first class holds at most."""
_PER_DOUBLING = 4
_CLASSES = 80


class Measure(StrEnum):
    """What was measured of a change: from its news until a side was written, and the stages of the run in between."""

    TO_PLATFORM = "to_platform"
    TO_CALENDAR = "to_calendar"
    WAIT = "wait"
    """From the news of the change, which the queue holds, until the run began."""
    OBSERVE = "observe"
    PLAN = "plan"
    NOTE = "note"
    APPLY = "apply"
    REMEMBER = "remember"


@dataclass(frozen=True)
class Tally:
    """How many took how long: a count for each class up to the last that holds one; ``slowest`` in seconds."""

    counts: tuple[int, ...] = ()
    slowest: float = 0.0

    @property
    def count(self) -> int:
        return sum(self.counts)

    def plus(self, other: Tally) -> Tally:
        """Return both together."""
        counts = (one + another for one, another in zip_longest(self.counts, other.counts, fillvalue=0))
        return Tally(tuple(counts), max(self.slowest, other.slowest))

    def within(self, part: float) -> float | None:
        """Return the seconds within which this part (0 to 1) of all lay; None where there were none."""
        wanted = max(math.ceil(part * self.count), 1)
        if wanted >= self.count:
            return self.slowest if self.count else None
        index = next(at for at, reached in enumerate(accumulate(self.counts)) if reached >= wanted)
        return min(_middle(index), self.slowest)


@dataclass(frozen=True)
class Hour:
    """What was measured in the hour that begins at ``at`` (UTC), by the words of ``Measure``."""

    at: datetime
    tallies: Mapping[str, Tally] = field(default_factory=dict)

    def plus(self, other: Mapping[str, Tally]) -> Hour:
        """Return this hour with more measured in it."""
        return Hour(self.at, added(self.tallies, other))


def tally_of(seconds: float) -> Tally:
    """Return what one change took; an end before its beginning, which two clocks may tell, is no time at all."""
    seconds = max(seconds, 0.0)
    index = 0 if seconds <= _FIRST else math.ceil(_PER_DOUBLING * math.log2(seconds / _FIRST))
    return Tally((0,) * min(index, _CLASSES) + (1,), round(seconds, 3))


def added(one: Mapping[str, Tally], other: Mapping[str, Tally]) -> dict[str, Tally]:
    """Return two sets of tallies together, measure by measure."""
    return {name: one.get(name, Tally()).plus(other.get(name, Tally())) for name in {**one, **other}}


def hour_of(at: datetime) -> datetime:
    """Return the beginning of the hour (UTC) in which an instant lies."""
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _middle(index: int) -> float:
    """Return the seconds in the middle of a class, of the first one its end."""
    return _FIRST if index == 0 else round(_FIRST * 2 ** ((index - 0.5) / _PER_DOUBLING), 3)
