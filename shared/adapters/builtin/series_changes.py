"""What becomes of the occurrences of a series when it is changed: bookings keep their ids as far as there are dates.

Pure. A date that a series is to do ``without`` does not take place; it is told as a cancelled one, which nobody has to
explain to its owner.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import pairwise

from shared.adapters.builtin.entries import Entry, Series
from shared.adapters.builtin.series_work import FULL, Change
from shared.adapters.recurring.expansion import dates, last_date
from shared.adapters.recurring.moving import moved
from shared.domain.booking import PlatformItem
from shared.domain.ids import BookingId, Version
from shared.domain.recurrence import Rule, RuleError, paired_by_date, wall
from shared.domain.spans import When, occupied
from shared.ports.errors import Rejected
from shared.ports.ledgers import Clock

AHEAD = timedelta(days=800)
"""How far ahead an endless series is booked when it is made."""
SHORTENED = "The series does not have this date any more."


@dataclass(frozen=True)
class SeriesChange:
    """A change of a series: each occurrence before and after, and the series as they are kept then.

    ``moves`` tells that occurrences may take other times than before; the first of the ``series`` is the one changed.
    """

    changes: tuple[Change, ...]
    series: tuple[Series, ...]
    moves: bool

    @property
    def taking_place(self) -> dict[date, Entry]:
        """The occurrences that take place then, by their dates."""
        after = (each for _, each in self.changes if not each.item.booking.cancelled)
        return {each.original: each for each in after if each.original is not None}

    @property
    def dates_before(self) -> dict[date, date]:
        """From which date of the series as it was each occurrence comes, by its date then."""
        pairs = ((before.original if before else None, after.original) for before, after in self.changes)
        return {then: was for was, then in pairs if was is not None and then is not None}


def rule_moved(series: Series, since: date, entry: Entry, when: When) -> Rule:
    """Return the rule of a series from ``since`` on, where an occurrence of it is to be at ``when``.

    An occurrence that was moved by itself moves the others by as many days as it is moved now.
    """
    assert entry.original is not None
    day, at, length = wall(when, series.rule.zone)
    present = wall(entry.item.booking.when, series.rule.zone)[0]
    to = day if day == entry.original else entry.original + (day - present)
    try:
        return moved(series.rule, since, entry.original, to, at, length)
    except RuleError as error:
        raise Rejected(str(error), code="invalid") from error


def retold(members: Sequence[Entry], fresh: Series) -> list[Change]:
    """Return occurrences that keep their times and say what the series says now."""
    return [(each, _retold(each, fresh, each.original, each.item.booking.when)) for each in members]


def rewritten(members: Sequence[Entry], fresh: Series, clock: Clock) -> list[Change]:
    """Return what becomes of each occurrence under another rule: pairs are moves, the rest ends or is new."""
    rule, now = fresh.rule, clock.now()
    old = {each.item.id: each for each in members}
    by_start = {rule.original_start(each.original): each for each in members if each.original}
    new = {rule.original_start(day): day for day in dates(rule, rule.first, fresh.made_until)}
    changes: list[Change] = []
    for each, day in paired_by_date(by_start, new, rule.zone):
        del old[each.item.id]
        del new[rule.original_start(day)]
        after = _retold(each, fresh, day, rule.on(day))
        changes.append((each, cancelled(after, SHORTENED) if day in fresh.without else after))
    changes += [(each, cancelled(each, SHORTENED)) for each in old.values() if not each.item.booking.cancelled]
    changes += [(None, occurrence(fresh, day, clock.ulid(), now)) for day in new.values()]
    return changes


def occurrence(series: Series, day: date, booking_id: str, now: datetime) -> Entry:
    """Return the occurrence of a date that was not made yet."""
    booking = replace(series.booking, when=series.rule.on(day))
    made = Entry(PlatformItem(BookingId(booking_id), Version(""), booking, now), "", series.id, day)
    return cancelled(made, SHORTENED) if day in series.without else made


def cancelled(entry: Entry, reason: str) -> Entry:
    """Return an occurrence that does not take place, and why."""
    return replace(entry, item=replace(entry.item, booking=replace(entry.item.booking, cancelled=True)), reason=reason)


def has(rule: Rule, entry: Entry) -> bool:
    """Tell whether an occurrence's date lies before the end of a rule."""
    return entry.original is not None and entry.original <= (rule.until or date.max)


def bounded(rule: Rule, without: Collection[date] = ()) -> Rule:
    """Return the rule from its first date on that it is not to do without, its end told as a date."""
    found = dates(rule, rule.first, rule.first + 2 * AHEAD)
    first = next((day for day in found if day not in without), None)
    if first is None:
        raise Rejected("the recurrence has no date", code="invalid")
    last = last_date(rule)
    return (rule if last is None else rule.ending(last)).starting(first)


def batch_size(series: Series) -> int:
    """Return how many new occurrences one transaction takes: four rows each, more where they last several days."""
    length = series.rule.length
    return max(1, FULL // (length.days + 5))


def check_times(rule: Rule, days: Sequence[date]) -> None:
    """Refuse a rule whose occurrences would run into each other."""
    spans = [occupied(rule.on(day), rule.zone) for day in days]
    for one, following in pairwise(spans):
        if one.end > following.start:
            raise Rejected("an occurrence of the series would still last when the next one starts", code="invalid")


def _retold(entry: Entry, series: Series, day: date | None, when: When) -> Entry:
    booking = replace(series.booking, when=when, cancelled=entry.item.booking.cancelled)
    return replace(entry, item=replace(entry.item, booking=booking), series=series.id, original=day)
