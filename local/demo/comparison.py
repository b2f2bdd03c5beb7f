"""Both sides of a room, booking by booking, as each side itself tells them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from local.demo.entries import Entry, Stand, taking


@dataclass(frozen=True)
class Compared:
    """A room with the bookings that both sides show, those that one side alone shows, and those that wait."""

    room: str
    both: int
    only_calendar: tuple[Entry, ...]
    only_platform: tuple[Entry, ...]
    waiting: int

    @property
    def is_equal(self) -> bool:
        """Whether no booking stands on one side alone."""
        return not self.only_calendar and not self.only_platform


def compare(room: str, calendar: Iterable[Entry], platform: Iterable[Entry]) -> Compared:
    """Compare by time and by what is shown as title; bookings at the same time are counted, not merged."""
    calendar, platform = list(calendar), list(platform)
    left, right = Counter(taking(calendar)), Counter(taking(platform))
    return Compared(
        room,
        (left & right).total(),
        tuple((left - right).elements()),
        tuple((right - left).elements()),
        sum(entry.stand is Stand.WAITS for entry in calendar),
    )
