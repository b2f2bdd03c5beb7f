"""Expands a Graph patternedRecurrence into occurrences.

A series repeats on the wall clock of its zone: 09:00 stays 09:00 when daylight saving time begins or ends. A
wall time that such a change skips moves forward by the gap; one that happens twice is the first of the two.
A day that a month lacks (the 31st) is the month's last day, as Outlook does it. An occurrence is known by its
original date in the series' zone, whatever later happens to it: cancelled and moved occurrences are the
business of whoever keeps the exceptions, never of this module.

Expansion is bounded by the window: an endless series is entered near the window's start and left at its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

from dateutil.rrule import DAILY, FR, MO, MONTHLY, SA, SU, TH, TU, WE, WEEKLY, YEARLY, rrule, weekday

from local.graph.recurrence_wire import (
    DAYS,
    InvalidRecurrenceError,
    Rule,
    as_returned,
    parse,
    senseless,
)
from local.graph.zones import find_zone

__all__ = [
    "InvalidRecurrenceError",
    "Occurrence",
    "as_returned",
    "first_date",
    "occurrence_id",
    "occurrence_on",
    "occurrences",
    "validate",
]

ALWAYS_PRESENT = 28
"""The last day that every month has."""

_FREQUENCY: Mapping[str, Literal[0, 1, 2, 3]] = {
    "daily": DAILY,
    "weekly": WEEKLY,
    "absoluteMonthly": MONTHLY,
    "relativeMonthly": MONTHLY,
    "absoluteYearly": YEARLY,
    "relativeYearly": YEARLY,
}
_WEEKDAYS: Mapping[str, weekday] = dict(zip(DAYS, (SU, MO, TU, WE, TH, FR, SA), strict=True))
# No zone is further from UTC than 14 hours, and no gap is longer than a day.
_ZONE_SLACK = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One repetition: its date by the pattern, in the series' zone, and its instants in UTC."""

    original_date: date
    start_utc: datetime
    end_utc: datetime


def occurrence_id(master_id: str, original_date: date) -> str:
    """The occurrenceId of one date of a series, as cancelledOccurrences lists it."""
    return f"OID.{master_id}.{original_date.isoformat()}"


def occurrences(
    recurrence: Mapping[str, Any],
    start_wall: datetime,
    duration: timedelta,
    zone: ZoneInfo,
    window_start: datetime,
    window_end: datetime,
) -> Iterator[Occurrence]:
    """The occurrences that touch `[window_start, window_end)`, in order of their dates.

    `start_wall` is the naive wall time of the first start in `zone`; only its time of day counts, the dates
    come from the range. `duration` is wall time too. `recurrenceTimeZone`, where given, is the zone in which
    the series repeats. The window is aware. Raises InvalidRecurrenceError and TimeZoneNotSupportedError.
    """
    rule = parse(recurrence)
    rule_zone = _rule_zone(recurrence, zone)
    wall = _in_zone(start_wall, zone, rule_zone)
    first = _shifted(window_start, -duration - _ZONE_SLACK)
    last = _shifted(window_end, _ZONE_SLACK)
    for day in _dates(rule, first, last):
        occurrence = _place(day, wall.time(), duration, rule_zone)
        if _touches(occurrence, window_start, window_end):
            yield occurrence


def occurrence_on(
    recurrence: Mapping[str, Any],
    start_wall: datetime,
    duration: timedelta,
    zone: ZoneInfo,
    original_date: date,
) -> Occurrence | None:
    """The occurrence of that original date, or None where the pattern has none."""
    rule = parse(recurrence)
    rule_zone = _rule_zone(recurrence, zone)
    if original_date not in _dates(rule, original_date, original_date):
        return None
    return _place(original_date, _in_zone(start_wall, zone, rule_zone).time(), duration, rule_zone)


def first_date(recurrence: Mapping[str, Any]) -> date:
    """The date of the first occurrence, which the pattern may put later than range.startDate.

    Raises InvalidRecurrenceError where the range ends before the pattern falls once.
    """
    rule = parse(recurrence)
    for day in _dates(rule, rule.start, date.max):
        return day
    raise senseless("the range ends before the first occurrence")


def validate(recurrence: Mapping[str, Any], duration: timedelta | None = None) -> None:
    """Raise InvalidRecurrenceError where Graph would refuse the recurrence.

    With `duration` (wall time of one occurrence) also where an occurrence would run into the next one.
    """
    first = first_date(recurrence)
    _rule_zone(recurrence, ZoneInfo("UTC"))
    if duration is None:
        return
    rule = parse(recurrence)
    before: date | None = None
    # A year and a day hold every gap a pattern can have between neighbours, except those that are longer.
    for day in _dates(rule, first, min(first, date.max - timedelta(days=367)) + timedelta(days=366)):
        if before is not None and day - before < duration:
            raise InvalidRecurrenceError(
                "ErrorOccurrenceTimeSpanTooBig",
                "Duration of an occurrence must be shorter than how frequently it occurs.",
                f"{duration} is longer than the {day - before} between {before} and {day}",
            )
        before = day


def _dates(rule: Rule, first: date, last: date) -> Iterator[date]:
    """The rule's dates between `first` and `last`, both included; the work is bounded by those two."""
    until = last if rule.end is None else min(rule.end, last)
    # A numbered series has to be counted from its start: at most 999 steps.
    start = rule.start if rule.count is not None else _enter(rule, first)
    if until < start:
        return
    for moment in _rrule(rule, start, until):
        day = moment.date()
        if day > until:
            return
        if day >= first:
            yield day


def _enter(rule: Rule, first: date) -> date:
    """A start in the rule's own step, not after the first date wanted, so that nothing before is walked."""
    start = rule.start
    if first <= start:
        return start
    if rule.kind == "daily":
        return start + timedelta(days=(first - start).days // rule.interval * rule.interval)
    if rule.kind == "weekly":
        step = 7 * rule.interval
        return start + timedelta(days=max((first - start).days // step - 1, 0) * step)
    if rule.kind.endswith("Monthly"):
        months = (first.year - start.year) * 12 + first.month - start.month
        return _months_on(start, months // rule.interval * rule.interval)
    years = (first.year - start.year) // rule.interval * rule.interval
    return date(start.year + years, 1, 1) if years else start


def _months_on(start: date, months: int) -> date:
    if months == 0:
        return start
    index = start.year * 12 + start.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _rrule(rule: Rule, start: date, until: date) -> rrule:
    """The rule as RFC 5545 has it. A missing day of a month becomes its last one through BYSETPOS=-1."""
    parts: dict[str, Any] = {"interval": rule.interval, "wkst": _WEEKDAYS[rule.first_day]}
    if rule.kind == "weekly":
        parts["byweekday"] = tuple(_WEEKDAYS[day] for day in rule.days)
    if rule.kind.endswith("Yearly"):
        parts["bymonth"] = rule.month
    if rule.kind.startswith("absolute"):
        parts["bymonthday"] = tuple(range(min(rule.day_of_month, ALWAYS_PRESENT), rule.day_of_month + 1))
        parts["bysetpos"] = -1
    if rule.kind.startswith("relative"):
        parts["byweekday"] = tuple(_WEEKDAYS[day] for day in rule.days)
        parts["bysetpos"] = rule.index
    # RFC 5545 forbids COUNT together with UNTIL; whoever walks a counted rule stops by itself.
    if rule.count is not None:
        parts["count"] = rule.count
    else:
        parts["until"] = datetime.combine(until, time())
    return rrule(_FREQUENCY[rule.kind], datetime.combine(start, time()), **parts)


def _place(day: date, at: time, duration: timedelta, zone: ZoneInfo) -> Occurrence:
    start = datetime.combine(day, at)
    return Occurrence(day, _to_utc(start, zone), _to_utc(start + duration, zone))


def _to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time. fold=0 is the first of two, and in a gap the time moved by the gap."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _touches(occurrence: Occurrence, window_start: datetime, window_end: datetime) -> bool:
    if occurrence.start_utc == occurrence.end_utc:
        return window_start <= occurrence.start_utc < window_end
    return occurrence.start_utc < window_end and occurrence.end_utc > window_start


def _rule_zone(recurrence: Mapping[str, Any], zone: ZoneInfo) -> ZoneInfo:
    name = recurrence["range"].get("recurrenceTimeZone")
    return find_zone(name, custom=zone) if name else zone


def _in_zone(wall: datetime, zone: ZoneInfo, target: ZoneInfo) -> datetime:
    if zone.key == target.key:
        return wall
    return wall.replace(tzinfo=zone).astimezone(target).replace(tzinfo=None)


def _shifted(moment: datetime, by: timedelta) -> date:
    """The UTC date of a moment moved by some time; the calendar's own ends are the limit."""
    try:
        return (moment.astimezone(UTC) + by).date()
    except OverflowError:
        return date.min if by < timedelta() else date.max
