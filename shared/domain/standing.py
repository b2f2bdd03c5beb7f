"""A series of ours as it stands in the calendar, and what Exchange would drop of it. Pure.

Exchange drops the exceptions of a series, cancelled occurrences included, wherever its rule or its times change. What
is to stay is told here beforehand, so that it can be shown, noted and put back: keys and times, never a title.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from shared.domain.booking import Booking, CalendarItem
from shared.domain.ids import EventId, TransactionId
from shared.domain.recurrence import WEEK, ByDay, Frequency, Rule, Weekday
from shared.domain.spans import AllDay, Timed, When

_ONE_DAY = timedelta(days=1)
_OWN = ";own"


@dataclass(frozen=True)
class PutBack:
    """An occurrence that stays as it is while its series changes: where it was put, or None where it was cancelled.

    ``own`` tells that it has a title of its own, or is private by itself; what it shows is never kept here.
    """

    start: datetime
    when: When | None
    own: bool = False

    def __str__(self) -> str:
        return f"{self.start.isoformat()}={self.when or ''}{_OWN if self.own else ''}"

    @classmethod
    def parse(cls, text: str) -> PutBack:
        """Return what ``str`` wrote."""
        start, _, when = text.removesuffix(_OWN).partition("=")
        return cls(datetime.fromisoformat(start), _when(when) if when else None, text.endswith(_OWN))


def _when(text: str) -> When:
    first, _, until = text.partition("/")
    if "T" in first:
        return Timed(datetime.fromisoformat(first), datetime.fromisoformat(until))
    return AllDay(date.fromisoformat(first), date.fromisoformat(until))


@dataclass(frozen=True)
class StandingSeries:
    """A series of ours from its first occurrence to the end of the window.

    ``last`` is the last date on which it may have an occurrence (None: endless), ``cancelled`` are the original starts
    that its rule has and it has not.
    """

    master: EventId
    rule: Rule
    first: datetime
    last: date | None
    items: tuple[CalendarItem, ...]
    cancelled: tuple[datetime, ...] = ()

    @property
    def transaction(self) -> TransactionId | None:
        """Under which it was made."""
        return next((item.transaction for item in self.items if item.transaction), None)

    @property
    def shown(self) -> tuple[str, bool]:
        """Title and privacy of most of its occurrences."""
        return most_shown([item.booking for item in self.items])

    def has_some_before(self, start: datetime) -> bool:
        """Tell whether an occurrence stands before a start."""
        return bool(self._before(start))

    def loses_some(self, before: datetime | None, known: Collection[datetime]) -> bool:
        """Tell whether what an occurrence before a start (None: any) shows could not be put back.

        A title is read before the series is written. That of a private one is told by its booking alone, so it has to
        be one of the ``known``.
        """
        own = (item for item in self._before(before) if self._is_own(item))
        return any(item.booking.private and item.key.original_start not in known for item in own)

    def _is_own(self, item: CalendarItem) -> bool:
        return _shown(item.booking) != self.shown

    def put_back(self, before: datetime | None, known: Collection[datetime]) -> tuple[PutBack, ...]:
        """Return what is to be put back of the occurrences before a start (None: of all).

        ``known`` are the original starts of which a mapping is known: what the window does not list of these was moved.
        """
        moved = [
            PutBack(start, item.booking.when, self._is_own(item))
            for item in self._before(before)
            if (start := item.key.original_start)
            if self._is_own(item) or item.booking.when != self.rule.on(self.rule.day_of(start))
        ]
        dropped = [
            PutBack(start, None)
            for start in self.cancelled
            if (before is None or start < before) and start not in known
        ]
        return tuple(sorted((*moved, *dropped), key=lambda each: each.start))

    def ending_before(self, cut: datetime) -> Rule:
        """Return the rule that leaves what comes before one of its starts."""
        return self.rule.ending(self.rule.day_of(cut) - _ONE_DAY)

    def _before(self, start: datetime | None) -> list[CalendarItem]:
        if start is None:
            return list(self.items)
        return [item for item in self.items if item.key.original_start and item.key.original_start < start]


def most_shown(bookings: Collection[Booking]) -> tuple[str, bool]:
    """Return the title and the privacy that most of some bookings show."""
    if not bookings:
        return "", False
    return Counter(map(_shown, bookings)).most_common(1)[0][0]


def _shown(booking: Booking) -> tuple[str, bool]:
    return ("" if booking.private else booking.title), booking.private


def is_continued_by(standing: Rule, rule: Rule) -> bool:
    """Tell whether a rule goes on as a standing one does, so that only the end differs."""
    return _pattern(standing) == _pattern(rule)


def _pattern(rule: Rule) -> Rule:
    """Return a rule without its ends, with what RFC 5545 takes from the first date said."""
    said = replace(rule, first=date.min, count=None, until=None, week_start=Weekday.MO)
    if rule.frequency is Frequency.DAILY or rule.by_day or rule.by_month_day:
        return said
    if rule.frequency is Frequency.WEEKLY:
        return replace(said, by_day=(ByDay(WEEK[rule.first.weekday()]),))
    months = (rule.first.month,) if rule.frequency is Frequency.YEARLY else ()
    return replace(said, by_month_day=(rule.first.day,), by_month=rule.by_month or months)
