"""How much resources are used: bookings and hours by week and building, and nobody's name. Pure.

A week begins on Monday at midnight where the resource stands. A booking counts in each week that it touches, with the
hours that it takes there; a booking of whole days takes eight hours of each day. Bookings of one resource that run at
the same time count each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.domain.booking import Window
from shared.domain.spans import AllDay, When

HOURS_OF_A_DAY = 8
"""What a booking of whole days takes of each."""

_WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Taken:
    """What bookings took of a week: how many they were, and for how long."""

    bookings: int = 0
    time: timedelta = timedelta()


def monday_of(day: date) -> date:
    """Return the Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def weeks_of(window: Window, zone: str) -> tuple[date, ...]:
    """Return the Mondays of the weeks that a stretch of time touches in a zone."""
    local = ZoneInfo(zone)
    first = monday_of(window.start.astimezone(local).date())
    last = monday_of((window.end - timedelta(microseconds=1)).astimezone(local).date())
    return tuple(first + _WEEK * n for n in range((last - first).days // 7 + 1))


def taken_by_week(whens: Iterable[When], weeks: Iterable[date], zone: str) -> Mapping[date, Taken]:
    """Return what bookings took of each of the weeks; every week is there."""
    mondays, found = list(weeks), defaultdict[date, list[timedelta]](list)
    for when in whens:
        for monday in mondays:
            share = _days_in(when, monday) if isinstance(when, AllDay) else _time_in(when.start, when.end, monday, zone)
            if share:
                found[monday].append(share)
    return {monday: Taken(len(found[monday]), sum(found[monday], timedelta())) for monday in mondays}


def _days_in(when: AllDay, monday: date) -> timedelta:
    days = (min(when.until, monday + _WEEK) - max(when.first, monday)).days
    return timedelta(hours=HOURS_OF_A_DAY) * max(days, 0)


def _time_in(start: datetime, end: datetime, monday: date, zone: str) -> timedelta:
    local = ZoneInfo(zone)
    first, last = (datetime.combine(day, time(), local).astimezone(UTC) for day in (monday, monday + _WEEK))
    return max(min(end, last) - max(start, first), timedelta())
