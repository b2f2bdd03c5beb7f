"""Recurrence rules in the words of RFC 5545, as frozen values; they know no platform and no Graph.

A series repeats on the wall clock of its zone: 09:00 stays 09:00 when daylight saving time begins or ends. A wall
time that such a change skips moves forward by the gap; one that happens twice is the first of the two. Which dates
a rule has is worked out elsewhere, by a library; here is what a date of it means in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar
from zoneinfo import ZoneInfo

from shared.domain.spans import AllDay, Timed, When

_Word = TypeVar("_Word", bound=StrEnum)
_Old = TypeVar("_Old")
_New = TypeVar("_New")

MOST = 9999
"""No interval or count is larger."""


class Frequency(StrEnum):
    """How often a rule repeats."""

    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


class Weekday(StrEnum):
    """A day of the week, from Monday on."""

    MO = "MO"
    TU = "TU"
    WE = "WE"
    TH = "TH"
    FR = "FR"
    SA = "SA"
    SU = "SU"


WEEK = tuple(Weekday)


@dataclass(frozen=True)
class ByDay:
    """A day of BYDAY; ``nth`` is which one of its month or year (negative: from the end), 0 every one."""

    day: Weekday
    nth: int = 0

    def __str__(self) -> str:
        return f"{self.nth or ''}{self.day}"


class RuleError(ValueError):
    """A recurrence that makes no sense; the sentence says what to give instead."""


@dataclass(frozen=True)
class Rule:
    """A recurrence with its first date, wall time, length and zone.

    ``first`` is the date of DTSTART, ``at`` its wall time (None: whole days), ``length`` how long one occurrence
    lasts on the wall clock, ``zone`` an IANA name. ``until`` is the last date on which one may start, in that zone.
    """

    frequency: Frequency
    first: date
    at: time | None
    length: timedelta
    zone: str
    interval: int = 1
    by_day: tuple[ByDay, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_month: tuple[int, ...] = ()
    by_set_position: tuple[int, ...] = ()
    week_start: Weekday = Weekday.MO
    count: int | None = None
    until: date | None = None

    @property
    def is_endless(self) -> bool:
        return self.count is None and self.until is None

    def on(self, day: date) -> When:
        """Return when the occurrence of a date takes place."""
        if self.at is None:
            return AllDay(day, day + self.length)
        wall = datetime.combine(day, self.at)
        return Timed(_instant(wall, self.zone), _instant(wall + self.length, self.zone))

    def original_start(self, day: date) -> datetime:
        """Return the instant by which the occurrence of a date is known: that of whole days is midnight UTC."""
        return begin(self.on(day))

    def day_of(self, start: datetime) -> date:
        """Return the date, in the series' zone, of an occurrence that is known by ``start``."""
        return start.date() if self.at is None else start.astimezone(ZoneInfo(self.zone)).date()

    def starting(self, day: date) -> Rule:
        """Return the rest of the series from one of its own dates on; a counted one has to be ended by date first."""
        if self.count is not None:
            raise RuleError("a counted series cannot be continued from one of its dates; end it by date")
        return replace(self, first=day)

    def ending(self, day: date) -> Rule:
        """Return the series up to and including ``day``."""
        return replace(self, count=None, until=day)

    def __str__(self) -> str:
        return ";".join(f"{name}={value}" for name, value in _parts(self) if value)


def begin(when: When) -> datetime:
    """Return the start by which an occurrence is keyed; that of whole days is their first date at midnight UTC."""
    if isinstance(when, Timed):
        return when.start
    return datetime(when.first.year, when.first.month, when.first.day, tzinfo=UTC)


def _instant(wall: datetime, zone: str) -> datetime:
    # fold=0 is the first of two equal wall times, and in a gap the time moved by the gap.
    return wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)


def _parts(rule: Rule) -> list[tuple[str, str]]:
    return [
        ("FREQ", rule.frequency),
        ("INTERVAL", str(rule.interval) if rule.interval > 1 else ""),
        ("COUNT", str(rule.count or "")),
        ("UNTIL", f"{rule.until:%Y%m%d}" if rule.until else ""),
        ("BYMONTH", _joined(rule.by_month)),
        ("BYMONTHDAY", _joined(rule.by_month_day)),
        ("BYDAY", _joined(rule.by_day)),
        ("BYSETPOS", _joined(rule.by_set_position)),
        ("WKST", rule.week_start if rule.week_start is not Weekday.MO else ""),
    ]


def _joined(values: tuple[object, ...]) -> str:
    return ",".join(map(str, values))


def parse_rule(text: str, when: When, zone: str) -> Rule:
    """Return the rule of an RRULE text whose first occurrence is ``when``, repeating in ``zone``.

    UNTIL may be a date in that zone, or an instant in UTC. Raises ``RuleError``.
    """
    return read_rule(text, *wall(when, zone), zone)


def read_rule(text: str, first: date, at: time | None, length: timedelta, zone: str) -> Rule:
    """Return the rule of an RRULE text, where date, wall time and length of the first occurrence are known."""
    given = _given(text)
    rule = Rule(
        _word(Frequency, "FREQ", given.pop("FREQ", "")),
        first,
        at,
        length,
        zone,
        _number("INTERVAL", given.pop("INTERVAL", "1"), 1, MOST),
        tuple(map(_by_day, _listed(given.pop("BYDAY", "")))),
        _numbers("BYMONTHDAY", given.pop("BYMONTHDAY", ""), 31, signed=True),
        _numbers("BYMONTH", given.pop("BYMONTH", ""), 12),
        _numbers("BYSETPOS", given.pop("BYSETPOS", ""), 366, signed=True),
        _word(Weekday, "WKST", given.pop("WKST", "MO")),
        _number("COUNT", given.pop("COUNT"), 1, MOST) if "COUNT" in given else None,
        _until(given.pop("UNTIL"), at, zone) if "UNTIL" in given else None,
    )
    if given:
        raise RuleError(f"{', '.join(sorted(given))} cannot be used in a recurrence here")
    _check(rule)
    return rule


def _given(text: str) -> dict[str, str]:
    given: dict[str, str] = {}
    for part in text.strip().upper().removeprefix("RRULE:").split(";"):
        name, _, value = part.partition("=")
        if not name or not value or name in given:
            raise RuleError("a recurrence is an RRULE such as FREQ=WEEKLY;BYDAY=MO;COUNT=10, each part once")
        given[name] = value
    return given


def wall(when: When, zone: str) -> tuple[date, time | None, timedelta]:
    """Return date, wall time (None: whole days) and length of a time, as the clocks of a zone show it."""
    if isinstance(when, AllDay):
        return when.first, None, when.until - when.first
    start, end = (each.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for each in (when.start, when.end))
    return start.date(), start.time(), end - start


def _word(kind: type[_Word], name: str, value: str) -> _Word:
    try:
        return kind(value)
    except ValueError:
        raise RuleError(f"{name} can be {', '.join(kind)}, not {value[:20] or 'nothing'}") from None


def _number(name: str, text: str, low: int, high: int) -> int:
    digits = text.removeprefix("-") if low < 0 else text
    if not (digits.isascii() and digits.isdecimal() and len(digits) < 6 and low <= int(text) <= high):
        raise RuleError(f"{name} is a whole number from {low} to {high}, not {text[:20]}")
    return int(text)


def _numbers(name: str, text: str, high: int, *, signed: bool = False) -> tuple[int, ...]:
    found = tuple(_number(name, each, -high if signed else 1, high) for each in _listed(text))
    if 0 in found:
        raise RuleError(f"{name} has no 0")
    return found


def _listed(text: str) -> list[str]:
    return text.split(",") if text else []


def _by_day(text: str) -> ByDay:
    nth = text[:-2].removeprefix("+")
    return ByDay(_word(Weekday, "BYDAY", text[-2:]), _number("BYDAY", nth, -53, 53) if nth else 0)


def _until(text: str, at: time | None, zone: str) -> date:
    try:
        if len(text) == len("20260302"):
            return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a date has no zone
        instant = datetime.strptime(text, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise RuleError(f"UNTIL is a date such as 20260302, not {text[:20]}") from None
    local = instant.astimezone(ZoneInfo(zone))
    is_before = at is not None and local.time() < at
    return local.date() - timedelta(days=is_before)


def _check(rule: Rule) -> None:
    broken = {
        "COUNT and UNTIL cannot both be given": rule.count is not None and rule.until is not None,
        "UNTIL lies before the first date": rule.until is not None and rule.until < rule.first,
        "BYMONTHDAY makes no sense in a weekly recurrence": bool(
            rule.frequency is Frequency.WEEKLY and rule.by_month_day
        ),
        "a numbered day needs FREQ=MONTHLY or YEARLY": any(each.nth for each in rule.by_day)
        and rule.frequency in (Frequency.DAILY, Frequency.WEEKLY),
        "BYSETPOS needs another part that it picks from": bool(rule.by_set_position)
        and not (rule.by_day or rule.by_month_day or rule.by_month),
    }
    for sentence, is_so in broken.items():
        if is_so:
            raise RuleError(sentence)


def paired_by_date(old: Mapping[datetime, _Old], new: Mapping[datetime, _New], zone: str) -> list[tuple[_Old, _New]]:
    """Pair what stood under old starts with what stands under new ones: by date in the zone, then in order.

    What is left over on either side was only ended, or is only new.
    """
    local = ZoneInfo(zone)
    left, waiting = dict(sorted(old.items())), dict(sorted(new.items()))
    by_date: dict[date, list[datetime]] = {}
    for start in waiting:
        by_date.setdefault(start.astimezone(local).date(), []).append(start)
    pairs = []
    for start in list(left):
        same = by_date.get(start.astimezone(local).date())
        if same:
            pairs.append((left.pop(start), waiting.pop(same.pop(0))))
    return pairs + list(zip(left.values(), waiting.values(), strict=False))
