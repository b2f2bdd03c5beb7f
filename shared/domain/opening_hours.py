"""Opening hours: on which days of the week, and between which times of the wall clock, a resource may be booked. Pure.

Outside of them the resource is closed, which counts as a time that the platform keeps free. A booking needs no gap to
a closing time. An all-day booking stands for the day as it is open: only a day that is closed as a whole keeps it
out. Where a clock is put forward or back, the hours are those that it shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from shared.domain.booking import Block
from shared.domain.spans import AllDay, Span, Timed, When, occupied

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CLOSED_REASON = "closed"
_A_WEEK = timedelta(days=8)
_MIDNIGHT = "24:00"


@dataclass(frozen=True)
class Hours:
    """One stretch of a day: minutes of the wall clock after midnight, ``until`` at most 1440."""

    since: int
    until: int

    def __str__(self) -> str:
        return f"{_clock(self.since)}-{_clock(self.until)}"


@dataclass(frozen=True)
class OpeningHours:
    """A week from Monday to Sunday; each day has its stretches in order, none where it is closed."""

    week: tuple[tuple[Hours, ...], ...]

    @classmethod
    def of(cls, given: Mapping[str, Sequence[str]]) -> OpeningHours:
        """Read ``{"monday": ["08:00-12:00", "13:00-18:00"], …}``; days not named are closed. Raises ValueError."""
        unknown = sorted(given.keys() - set(DAYS))
        if unknown:
            raise ValueError(f"opening hours know no day {unknown[0][:40]!r}; they know {', '.join(DAYS)}")
        week = tuple(tuple(sorted(map(_hours, given.get(day, ())), key=lambda hours: hours.since)) for day in DAYS)
        for day, stretches in zip(DAYS, week, strict=True):
            if any(early.until > late.since for early, late in pairwise(stretches)):
                raise ValueError(f"the opening hours of {day} overlap each other")
        if not any(week):
            raise ValueError("opening hours need one open day at least; without any, the resource is always open")
        return cls(week)

    def as_given(self) -> dict[str, list[str]]:
        """Return the hours as ``of`` reads them; closed days are left out."""
        return {day: [str(hours) for hours in of_day] for day, of_day in zip(DAYS, self.week, strict=True) if of_day}


def closing_times(hours: OpeningHours, zone: str, span: Span) -> tuple[Block, ...]:
    """Return the closed stretches that touch ``span``, whole ones: from closing to the next opening."""
    first, last = (span.start - _A_WEEK).date(), (span.end + _A_WEEK).date()
    open_spans = _joined(_open(hours, ZoneInfo(zone), first, last))
    gaps = (Span(early.end, late.start) for early, late in pairwise(open_spans))
    return tuple(
        Block(f"closed-{gap.start:%Y%m%dT%H%M}", Timed(gap.start, gap.end), CLOSED_REASON, is_closing=True)
        for gap in gaps
        if gap.overlaps(span)
    )


def keeps_out(block: Block, when: When, zone: str) -> bool:
    """Tell whether a time that is kept free keeps a booking out; ``zone`` is the resource's."""
    closed = occupied(block.when, zone)
    if block.is_closing and isinstance(when, AllDay):
        return any(closed.start <= day.start and day.end <= closed.end for day in days_of(when, zone))
    return closed.overlaps(occupied(when, zone))


def days_of(when: AllDay, zone: str) -> tuple[Span, ...]:
    """Return each day of an all-day booking, from midnight to midnight in ``zone``."""
    dates = (when.first + timedelta(days=n) for n in range((when.until - when.first).days))
    return tuple(occupied(AllDay(day, day + timedelta(days=1)), zone) for day in dates)


def _open(hours: OpeningHours, zone: ZoneInfo, first: date, last: date) -> Iterable[Span]:
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        for stretch in hours.week[day.weekday()]:
            start, end = _instant(day, stretch.since, zone), _instant(day, stretch.until, zone)
            if start < end:
                yield Span(start, end)


def _instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    days, rest = divmod(minutes, 24 * 60)
    wall = datetime.combine(day + timedelta(days=days), time(rest // 60, rest % 60), zone)
    return wall.astimezone(UTC)


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        if joined and span.start <= joined[-1].end:
            joined[-1] = Span(joined[-1].start, max(joined[-1].end, span.end))
        else:
            joined.append(span)
    return joined


def _hours(text: str) -> Hours:
    since, dash, until = text.partition("-")
    try:
        hours = Hours(_minutes(since), _minutes(until))
    except ValueError:
        raise ValueError(f"{text[:40]!r} are no opening hours such as 08:00-18:00") from None
    if not dash or hours.until <= hours.since:
        raise ValueError(f"the opening hours {text[:40]} end before they begin; a day ends at 24:00")
    return hours


def _minutes(text: str) -> int:
    if text == _MIDNIGHT:
        return 24 * 60
    if len(text) != len("08:00"):
        raise ValueError(text)
    at = time.fromisoformat(text)
    return at.hour * 60 + at.minute


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"
