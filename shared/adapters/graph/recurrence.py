"""Rules to Graph's patternedRecurrence and back. Pure; what Graph cannot express is refused with the reason.

    RFC 5545                                          Graph
    ------------------------------------------------  -----------------------------------------
    DAILY                                             daily
    WEEKLY; DAILY with BYDAY                          weekly, daysOfWeek, firstDayOfWeek
    MONTHLY on a day that each month has              absoluteMonthly, dayOfMonth
    MONTHLY on the last day, or the last up to a day  absoluteMonthly, dayOfMonth 29 to 31
    MONTHLY on the nth or last of some weekdays       relativeMonthly, daysOfWeek, index
    YEARLY in one month, in the same ways             absoluteYearly, relativeYearly

Outlook takes the last day of a month that lacks the day; RFC 5545 leaves that month out. BYMONTHDAY=31 alone is
therefore nothing that Graph could express, and ``dayOfMonth`` 31 is BYMONTHDAY=28,29,30,31 with BYSETPOS=-1.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from shared.adapters.graph.zones import windows_name, zone
from shared.domain.recurrence import WEEK, ByDay, Frequency, Rule, Weekday

Json = dict[str, Any]

MOST = 999
"""Exchange's bound on numberOfOccurrences and interval."""
_ALWAYS_THERE = 28
_COMMON_YEAR, _LEAP_YEAR = 2026, 2028
_DAYS = dict(zip(WEEK, ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"), strict=True))
_WEEKDAYS = {name: day for day, name in _DAYS.items()}
_INDEXES = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
_POSITIONS = {name: position for position, name in _INDEXES.items()}
_NO_END = "0001-01-01"


class Inexpressible(ValueError):
    """What Graph has no pattern for; the sentence says what it is."""


def why_not(rule: Rule) -> str:
    """Return why Graph cannot express a rule; nothing where it can."""
    try:
        patterned(rule)
    except Inexpressible as error:
        return str(error)
    return ""


def patterned(rule: Rule) -> Json:
    """Return a rule as patternedRecurrence. Raises ``Inexpressible``."""
    if rule.interval > MOST or (rule.count or 0) > MOST:
        raise Inexpressible(f"Outlook counts to {MOST} at most")
    pattern = {
        Frequency.DAILY: _daily,
        Frequency.WEEKLY: _weekly,
        Frequency.MONTHLY: _monthly,
        Frequency.YEARLY: _yearly,
    }[rule.frequency](rule)
    return {"pattern": {"interval": rule.interval, **pattern}, "range": _range(rule)}


def _range(rule: Rule) -> Json:
    extent: Json = {"type": "noEnd"}
    if rule.count is not None:
        extent = {"type": "numbered", "numberOfOccurrences": rule.count}
    elif rule.until is not None:
        extent = {"type": "endDate", "endDate": rule.until.isoformat()}
    return {**extent, "startDate": rule.first.isoformat(), "recurrenceTimeZone": windows_name(rule.zone)}


def _daily(rule: Rule) -> Json:
    if rule.by_month or rule.by_month_day or rule.by_set_position:
        raise Inexpressible("Outlook repeats daily without a choice of months or days of the month")
    if not rule.by_day:
        return {"type": "daily"}
    if rule.interval != 1:
        raise Inexpressible("Outlook has no days of the week in a series of every so many days")
    return _on_weekdays(rule)


def _weekly(rule: Rule) -> Json:
    if rule.by_month or rule.by_set_position:
        raise Inexpressible("Outlook repeats weekly without a choice of months or positions")
    return _on_weekdays(rule)


def _on_weekdays(rule: Rule) -> Json:
    days = {each.day for each in rule.by_day} or {WEEK[rule.first.weekday()]}
    return {"type": "weekly", "daysOfWeek": _named(days), "firstDayOfWeek": _DAYS[rule.week_start]}


def _monthly(rule: Rule) -> Json:
    if rule.by_month:
        raise Inexpressible("Outlook repeats monthly without a choice of months")
    return _in_month(rule, "Monthly", _ALWAYS_THERE, 31)


def _yearly(rule: Rule) -> Json:
    if len(rule.by_month) > 1 or (not rule.by_month and (rule.by_day or rule.by_month_day)):
        raise Inexpressible("Outlook repeats yearly in one month")
    month = rule.by_month[0] if rule.by_month else rule.first.month
    shortest, longest = (monthrange(year, month)[1] for year in (_COMMON_YEAR, _LEAP_YEAR))
    return {"month": month, **_in_month(rule, "Yearly", shortest, longest)}


def _in_month(rule: Rule, kind: str, shortest: int, longest: int) -> Json:
    if rule.by_day and rule.by_month_day:
        raise Inexpressible("Outlook has either a day of the month or days of the week, not both")
    if rule.by_day:
        return {"type": f"relative{kind}", **_relative(rule)}
    return {"type": f"absolute{kind}", "dayOfMonth": _day_of_month(rule, shortest, longest)}


def _relative(rule: Rule) -> Json:
    numbers = {each.nth for each in rule.by_day}
    days = {each.day for each in rule.by_day}
    positions = rule.by_set_position
    is_numbered_day = len(days) == len(numbers) == 1 and 0 not in numbers and not positions
    position = numbers.copy().pop() if is_numbered_day else positions[0] if len(positions) == 1 else 0
    if position not in _INDEXES or (not is_numbered_day and numbers != {0}):
        raise Inexpressible("Outlook takes the first to fourth or the last of some days of the week, one of them")
    return {"daysOfWeek": _named(days), "index": _INDEXES[position]}


def _day_of_month(rule: Rule, shortest: int, longest: int) -> int:
    """Return the day of months that have at least ``shortest`` and at most ``longest`` days."""
    days, positions = tuple(sorted(rule.by_month_day)) or (rule.first.day,), rule.by_set_position
    if len(days) == 1 and not positions and 1 <= days[0] <= shortest:
        return days[0]
    if days == (-1,) and not positions:
        return longest
    if positions == (-1,) and days == tuple(range(_ALWAYS_THERE, days[-1] + 1)):
        return days[-1]
    raise Inexpressible("Outlook has one day of the month, and the last one where a month lacks it")


def _named(days: set[Weekday]) -> list[str]:
    return [_DAYS[day] for day in WEEK if day in days]


def rule_of(recurrence: Mapping[str, Any], start: datetime, length: timedelta, zone_name: str, custom: str) -> Rule:
    """Return the rule of a series.

    ``start`` is its first start on the wall clock of ``zone_name`` (a Windows or IANA name), ``length`` its length
    there; ``custom`` is the zone that a custom zone is taken for. Raises ``ValueError`` and ``KeyError`` where it
    is no recurrence of Graph, ``UnknownZoneError`` for a zone that nobody knows.
    """
    pattern, extent = recurrence["pattern"], recurrence["range"]
    own = zone(zone_name, custom)
    repeats_in = zone(extent.get("recurrenceTimeZone") or zone_name, custom)
    wall = start.replace(tzinfo=own).astimezone(repeats_in)
    ends = str(extent.get("endDate") or _NO_END)
    return Rule(
        **_by(pattern),
        first=date.fromisoformat(extent["startDate"]),
        at=wall.time().replace(tzinfo=None),
        length=length,
        zone=repeats_in.key,
        interval=int(pattern["interval"]),
        week_start=_WEEKDAYS[pattern.get("firstDayOfWeek") or "sunday"],
        count=int(extent["numberOfOccurrences"]) if extent["type"] == "numbered" else None,
        until=date.fromisoformat(ends) if extent["type"] == "endDate" else None,
    )


def all_day_rule_of(recurrence: Mapping[str, Any], days: int, zone_name: str) -> Rule:
    """Return the rule of a series of whole days: it counts dates, which no zone shifts."""
    plain = {**recurrence, "range": {**recurrence["range"], "recurrenceTimeZone": None}}
    start = datetime.combine(date.fromisoformat(recurrence["range"]["startDate"]), time())
    rule = rule_of(plain, start, timedelta(days=days), zone_name, zone_name)
    return Rule(**{**vars(rule), "at": None})


def _by(pattern: Mapping[str, Any]) -> dict[str, Any]:
    kind = pattern["type"]
    days = tuple(ByDay(_WEEKDAYS[name]) for name in pattern.get("daysOfWeek") or ())
    if kind == "daily":
        return {"frequency": Frequency.DAILY}
    if kind == "weekly":
        return {"frequency": Frequency.WEEKLY, "by_day": days}
    month = {"by_month": (int(pattern["month"]),)} if kind.endswith("Yearly") else {}
    frequency = {"frequency": Frequency.YEARLY if month else Frequency.MONTHLY, **month}
    if kind in ("relativeMonthly", "relativeYearly"):
        return {**frequency, "by_day": days, "by_set_position": (_POSITIONS[pattern.get("index") or "first"],)}
    if kind not in ("absoluteMonthly", "absoluteYearly"):
        raise ValueError("its recurrence has a pattern that is not known")
    day = int(pattern["dayOfMonth"])
    if day <= _ALWAYS_THERE:
        return {**frequency, "by_month_day": (day,)}
    return {**frequency, "by_month_day": tuple(range(_ALWAYS_THERE, day + 1)), "by_set_position": (-1,)}
