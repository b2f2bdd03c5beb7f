"""Series to which nobody comes: how often in a row their occurrences were given back because nobody checked in. Pure.

    an occurrence                                      counts as
    -------------------------------------------------  ----------------------
    released: nobody checked in within the minutes     missed
    somebody checked in                                attended: a row ends
    cancelled by somebody, moved away                  nothing
    took place although nobody checked in              nothing: nobody had to
    on a public holiday, or on a closed day            nothing

Of a meeting that Exchange itself releases, only Exchange knows; nothing of it counts here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from shared.domain.booking import Person

LOOKED_BACK = timedelta(days=92)


@dataclass(frozen=True)
class Occurrence:
    """An occurrence of a series that is over. ``day`` is its date in the resource's zone."""

    series: str
    start: datetime
    day: date
    missed: bool
    attended: bool
    organiser: Person | None = None
    title: str = ""
    private: bool = False


@dataclass(frozen=True)
class NoShow:
    """A series that was missed so often in a row until now. ``since`` and ``last`` are its first and last day of it."""

    series: str
    times: int
    since: date
    last: date
    organiser: Person | None
    title: str
    private: bool


def repeated(occurrences: Iterable[Occurrence], uncounted: Collection[date], least: int) -> tuple[NoShow, ...]:
    """Return the series that were missed ``least`` times in a row or more, the most missed first.

    ``uncounted`` are the days on which nobody is expected.
    """
    by_series: dict[str, list[Occurrence]] = {}
    for each in sorted(occurrences, key=lambda one: one.start, reverse=True):
        if each.attended or (each.missed and each.day not in uncounted):
            by_series.setdefault(each.series, []).append(each)
    found = [shown for latest_first in by_series.values() if (shown := _row(latest_first, least))]
    return tuple(sorted(found, key=lambda one: (-one.times, one.series)))


def _row(latest_first: list[Occurrence], least: int) -> NoShow | None:
    missed = []
    for each in latest_first:
        if each.attended:
            break
        missed.append(each)
    if not missed or len(missed) < least:
        return None
    last = missed[0]
    title = "" if last.private else last.title
    return NoShow(last.series, len(missed), missed[-1].day, last.day, last.organiser, title, last.private)
