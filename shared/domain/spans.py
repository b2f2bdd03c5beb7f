"""When a booking takes place, and which time it occupies.

Timed bookings are UTC instants to the second: the zone in which somebody typed them is no part of them.
All-day bookings are two dates and occupy midnight to midnight in the resource's zone. A span is half-open.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, order=True)
class Span:
    """A half-open stretch of time, both ends aware and in UTC."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        if self.start.tzinfo is None or self.end.tzinfo is None:
            raise ValueError("a span needs times with a zone")
        if self.end < self.start:
            raise ValueError(f"a span ends at {self.end:%Y-%m-%d %H:%M} before it starts at {self.start:%H:%M}")

    def overlaps(self, other: Span, gap: timedelta = timedelta()) -> bool:
        """Tell whether both share time, or lie closer to each other than ``gap``."""
        return self.start < other.end + gap and other.start < self.end + gap

    def widened(self, by: timedelta) -> Span:
        return Span(self.start - by, self.end + by)

    def days(self) -> tuple[date, ...]:
        """Return the UTC days that the span touches; an empty span touches the day it stands on."""
        first, last = self.start.date(), self.end.date()
        if first == last:
            return (first,)
        last = max(self.start, self.end - timedelta(microseconds=1)).date()
        return tuple(first + timedelta(days=n) for n in range((last - first).days + 1))


@dataclass(frozen=True, slots=True)
class Timed:
    """A booking from one instant to another, in UTC, to the second."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        # Most times arrive exact; a delta page of bare occurrences costs half as much where they are left alone.
        if self.start.tzinfo is not UTC or self.start.microsecond:
            object.__setattr__(self, "start", self.start.astimezone(UTC).replace(microsecond=0))
        if self.end.tzinfo is not UTC or self.end.microsecond:
            object.__setattr__(self, "end", self.end.astimezone(UTC).replace(microsecond=0))
        if self.end < self.start:
            raise ValueError(f"it ends at {self.end.isoformat()} before it starts at {self.start.isoformat()}")

    def __str__(self) -> str:
        # Both are exact and in UTC: in two halves, without asking for the offset, they cost a third of strftime.
        start, end = self.start, self.end
        first = f"{start.date().isoformat()}T{start.time().isoformat()}Z"
        return f"{first}/{end.date().isoformat()}T{end.time().isoformat()}Z"


@dataclass(frozen=True)
class AllDay:
    """A booking of whole days; ``until`` is the first day that no longer belongs to it."""

    first: date
    until: date

    def __post_init__(self) -> None:
        if self.until <= self.first:
            raise ValueError(f"an all-day booking of {self.first} ends on {self.until}, not after it")

    def __str__(self) -> str:
        return f"{self.first}/{self.until}"


When = Timed | AllDay


def occupied(when: When, zone: str) -> Span:
    """Return the time that a booking takes in a resource that stands in ``zone`` (an IANA name)."""
    if isinstance(when, Timed):
        return Span(when.start, when.end)
    local = ZoneInfo(zone)
    start = datetime.combine(when.first, time(), local).astimezone(UTC)
    return Span(start, datetime.combine(when.until, time(), local).astimezone(UTC))
