"""A series of which one date is put elsewhere: the rule that its rest repeats by then. Pure.

The rest moves as that date does, as far as a rule can say so:

    repeats            moves to
    -----------------  --------------------------------------------------------------------------
    daily              as many days later or earlier
    weekly             its weekdays that many days on, where those are still days of one rhythm
    the nth weekday    the weekday, and which one of its month, that the date falls on
    a day of a month   that day of the month; in a yearly series that month too

What a rule cannot say is refused and never guessed at. A series with an end keeps its number of dates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time, timedelta

from shared.adapters.recurring.expansion import dates
from shared.domain.recurrence import WEEK, ByDay, Frequency, Rule, RuleError

KEEPS_DAYS = "this series keeps its days; to repeat on others, give its 'recurrence' too"
_COMPARED = timedelta(days=400)
_A_CENTURY = timedelta(days=36_525)
_WEEK = len(WEEK)


def moved(rule: Rule, since: date, one: date, to: date, at: time | None, length: timedelta) -> Rule:
    """Return the rule of a series from ``since`` on, where its date ``one`` is moved ``to`` a day, time and length.

    The rule must be ended by a date, or endless; ``since`` and ``one`` are dates of it. Raises ``RuleError`` where
    the series cannot move like that.
    """
    rest = replace(rule.starting(since), at=at, length=length)
    if to == one:
        return rest
    by_weeks = rule.frequency in (Frequency.DAILY, Frequency.WEEKLY)
    elsewhere = _shifted(rest, (to - one).days) if by_weeks else _in_other_days(rest, one, to)
    return _with_as_many(rest, elsewhere)


def _shifted(rest: Rule, days: int) -> Rule:
    by_day = tuple(ByDay(WEEK[(WEEK.index(each.day) + days) % _WEEK], each.nth) for each in rest.by_day)
    shift = timedelta(days=days)
    found = replace(rest, first=rest.first + shift, by_day=by_day, until=None)
    if len(by_day) >= len(WEEK) - 2 and days % _WEEK:
        raise RuleError(KEEPS_DAYS)  # the days of work moved by a day would be other days than those of work
    old = dates(replace(rest, until=None), rest.first, rest.first + _COMPARED)
    if rest.by_month or rest.by_month_day or rest.by_set_position:
        raise RuleError(KEEPS_DAYS)
    if dates(found, found.first, found.first + _COMPARED) != tuple(day + shift for day in old):
        raise RuleError(KEEPS_DAYS)
    return found


def _in_other_days(rest: Rule, one: date, to: date) -> Rule:
    if rest.by_set_position or max(map(len, (rest.by_day, rest.by_month_day, rest.by_month))) > 1:
        raise RuleError(KEEPS_DAYS)
    months = (to.year - one.year) * 12 + to.month - one.month
    by_month = rest.by_month
    if rest.frequency is Frequency.YEARLY or by_month:
        by_month = (to.month,)
    parts = replace(rest, by_month=by_month, until=None)
    if rest.by_day:
        parts = replace(parts, by_day=(_weekday_of(rest.by_day[0], to),))
    else:
        parts = replace(parts, by_month_day=(_day_of_month(rest, to),))
    begin = _month_after(rest.first, months)
    found = dates(replace(parts, first=begin), begin, begin + _COMPARED)
    if not found:
        raise RuleError(KEEPS_DAYS)
    return replace(parts, first=found[0])


def _weekday_of(present: ByDay, to: date) -> ByDay:
    if not present.nth:
        raise RuleError(KEEPS_DAYS)
    is_last = (to + timedelta(days=_WEEK)).month != to.month
    nth = -1 if present.nth < 0 and is_last else (to.day - 1) // _WEEK + 1
    return ByDay(WEEK[to.weekday()], nth)


def _day_of_month(rest: Rule, to: date) -> int:
    from_the_end = bool(rest.by_month_day) and rest.by_month_day[0] < 0
    if not from_the_end:
        return to.day
    return to.day - (_month_after(to, 1) - timedelta(days=1)).day - 1


def _month_after(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)


def _with_as_many(rest: Rule, elsewhere: Rule) -> Rule:
    """Return the rule elsewhere, ended so that it has as many dates as the rest has."""
    if rest.until is None:
        return elsewhere
    count = len(dates(rest, rest.first, rest.until))
    found = dates(replace(elsewhere, count=count), elsewhere.first, rest.until + _A_CENTURY)
    return elsewhere.ending(found[-1] if found else elsewhere.first)
