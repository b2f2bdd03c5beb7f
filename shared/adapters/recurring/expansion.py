"""The dates of a recurrence rule, worked out by python-dateutil. Pure.

Dates are worked out without a zone and without a time of day, so that no daylight-saving change can move one; the
rule itself then says what a date means in UTC.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, time
from typing import Any, Literal

from dateutil import rrule as dateutil_rrule

from shared.domain.booking import Window
from shared.domain.recurrence import WEEK, Frequency, Rule
from shared.domain.spans import occupied

_FREQUENCY: dict[Frequency, Literal[0, 1, 2, 3]] = {
    Frequency.YEARLY: dateutil_rrule.YEARLY,
    Frequency.MONTHLY: dateutil_rrule.MONTHLY,
    Frequency.WEEKLY: dateutil_rrule.WEEKLY,
    Frequency.DAILY: dateutil_rrule.DAILY,
}


def dates(rule: Rule, first: date, last: date) -> tuple[date, ...]:
    """Return the rule's dates between ``first`` and ``last``, both included, in order."""
    return tuple(_between(rule, first, last))


def _between(rule: Rule, first: date, last: date) -> Iterator[date]:
    for moment in _expanded(rule):
        day = moment.date()
        if day > last:
            return
        if day >= first:
            yield day


def last_date(rule: Rule) -> date | None:
    """Return the last date of a series; None of an endless one, and of one that never falls."""
    if rule.is_endless:
        return None
    last = None
    for moment in _expanded(rule):
        last = moment.date()
    return last


def missing(rule: Rule, starts: Collection[datetime], window: Window) -> tuple[datetime, ...]:
    """Return the original starts of a rule inside a window that are not among ``starts``."""
    days = dates(rule, window.start.date(), window.end.date())
    places = {rule.original_start(day): occupied(rule.on(day), rule.zone) for day in days}
    inside = (start for start, span in places.items() if window.start <= span.start and span.end <= window.end)
    return tuple(start for start in inside if start not in starts)


def _expanded(rule: Rule) -> dateutil_rrule.rrule:
    parts: dict[str, Any] = {
        "interval": rule.interval,
        "wkst": WEEK.index(rule.week_start),
        "byweekday": [dateutil_rrule.weekday(WEEK.index(each.day), each.nth or None) for each in rule.by_day] or None,
        "bymonthday": rule.by_month_day or None,
        "bymonth": rule.by_month or None,
        "bysetpos": rule.by_set_position or None,
        "count": rule.count,
        "until": datetime.combine(rule.until, time()) if rule.until else None,
    }
    return dateutil_rrule.rrule(_FREQUENCY[rule.frequency], datetime.combine(rule.first, time()), **parts)
