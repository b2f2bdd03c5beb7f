"""Graph's patternedRecurrence in and out: what is read, what is refused, what is given back.

Nothing is calculated here. What Graph would refuse is refused with its code and wording; nothing is repaired
on the way in, so that a client which sends nonsense learns of it here and not in a tenant.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from local.graph.wire import GraphError

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
PATTERNS = ("daily", "weekly", "absoluteMonthly", "relativeMonthly", "absoluteYearly", "relativeYearly")
RANGES = ("endDate", "noEnd", "numbered")
INDEXES: Mapping[str, int] = {"first": 1, "second": 2, "third": 3, "fourth": 4, "last": -1}
MAX_COUNT = 999
"""Exchange's bound on numberOfOccurrences and interval."""
_A_LEAP_YEAR = 2024


class InvalidRecurrenceError(GraphError):
    """A recurrence that Graph refuses with 400. `reason` is ours, for logs; `message` is Graph's wording.

    Codes: `UnableToDeserializePostBody` for what does not parse (msgraph-sdk-javascript#404),
    `ErrorPropertyValidationFailure` for what parses and makes no sense (microsoft-graph-docs-contrib#5453),
    `ErrorOccurrenceTimeSpanTooBig` for an occurrence that runs into its next one (EWS ResponseCode).
    """

    def __init__(self, code: str, message: str, reason: str) -> None:
        super().__init__(400, code, message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Rule:
    """The recurrence in the types that the expansion calculates with."""

    kind: str
    interval: int
    days: tuple[str, ...]
    first_day: str
    day_of_month: int
    month: int
    index: int
    start: date
    end: date | None
    count: int | None


def parse(recurrence: Mapping[str, Any]) -> Rule:
    """The recurrence as a rule, or InvalidRecurrenceError."""
    pattern, extent = recurrence.get("pattern"), recurrence.get("range")
    if not isinstance(pattern, Mapping) or not isinstance(extent, Mapping):
        raise _unreadable("a recurrence has a pattern and a range")
    kind = _member(pattern, "type", PATTERNS)
    start = _date(extent, "startDate")
    return Rule(
        kind=kind,
        interval=_number(pattern, "interval", 1, MAX_COUNT),
        days=_days(pattern) if kind == "weekly" or kind.startswith("relative") else (),
        first_day=_member(pattern, "firstDayOfWeek", DAYS, "sunday"),
        day_of_month=_number(pattern, "dayOfMonth", 1, 31) if kind.startswith("absolute") else 0,
        month=_month(pattern) if kind.endswith("Yearly") else 0,
        index=INDEXES[_member(pattern, "index", tuple(INDEXES), "first")],
        start=start,
        end=_end(extent, start),
        count=_number(extent, "numberOfOccurrences", 1, MAX_COUNT) if extent["type"] == "numbered" else None,
    )


def _month(pattern: Mapping[str, Any]) -> int:
    month = _number(pattern, "month", 1, 12)
    day = pattern.get("dayOfMonth")
    # 29 February repeats, on the 28th in most years; 30 February is nonsense.
    if pattern["type"] == "absoluteYearly" and isinstance(day, int) and day > monthrange(_A_LEAP_YEAR, month)[1]:
        raise senseless(f"month {month} has no day {day}")
    return month


def _end(extent: Mapping[str, Any], start: date) -> date | None:
    if _member(extent, "type", RANGES) != "endDate":
        return None
    end = _date(extent, "endDate")
    if end < start:
        raise senseless(f"the range ends on {end}, before its start on {start}")
    return end


def _days(pattern: Mapping[str, Any]) -> tuple[str, ...]:
    names = pattern.get("daysOfWeek")
    if not isinstance(names, list) or any(name not in DAYS for name in names):
        raise _unreadable(f"daysOfWeek is {names!r}, not a list of {', '.join(DAYS)}")
    if not names:
        raise senseless(f"a {pattern['type']} pattern names at least one day in daysOfWeek")
    return tuple(dict.fromkeys(names))


def _member(values: Mapping[str, Any], key: str, known: tuple[str, ...], default: str | None = None) -> str:
    value = values.get(key)
    if value is None and default is not None:
        return default
    if value not in known:
        raise _unreadable(f"{key} is {value!r}, not one of {', '.join(known)}")
    return str(value)


def _number(values: Mapping[str, Any], key: str, low: int, high: int) -> int:
    value = values.get(key)
    if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
        raise _unreadable(f"{key} is {value!r}, not a whole number")
    if value is None or not low <= value <= high:
        raise senseless(f"{key} is {value!r}, not between {low} and {high}")
    return int(value)


def _date(values: Mapping[str, Any], key: str) -> date:
    try:
        return datetime.strptime(values[key], "%Y-%m-%d").date()  # noqa: DTZ007 - a date has no zone
    except (KeyError, TypeError, ValueError) as error:
        raise _unreadable(f"{key} is {values.get(key)!r}, not a date like 2026-01-31") from error


def _unreadable(reason: str) -> InvalidRecurrenceError:
    return InvalidRecurrenceError("UnableToDeserializePostBody", "were unable to deserialize ", reason)


def senseless(reason: str) -> InvalidRecurrenceError:
    """The refusal of a recurrence that parses and makes no sense."""
    return InvalidRecurrenceError("ErrorPropertyValidationFailure", "At least one property failed validation.", reason)


def as_returned(recurrence: Mapping[str, Any], zone_name: str) -> dict[str, Any]:
    """The recurrence as Graph gives it back: every property present, `zone_name` where no zone was sent.

    Unused numbers come back as 0 and an absent end as 0001-01-01 (samples of user-post-events.md).
    """
    pattern, extent = recurrence["pattern"], recurrence["range"]
    return {
        "pattern": {
            "type": pattern["type"],
            "interval": pattern["interval"],
            "month": pattern.get("month") or 0,
            "dayOfMonth": pattern.get("dayOfMonth") or 0,
            "daysOfWeek": list(pattern.get("daysOfWeek") or ()),
            "firstDayOfWeek": pattern.get("firstDayOfWeek") or "sunday",
            "index": pattern.get("index") or "first",
        },
        "range": {
            "type": extent["type"],
            "startDate": extent["startDate"],
            "endDate": extent.get("endDate") or "0001-01-01",
            "recurrenceTimeZone": extent.get("recurrenceTimeZone") or zone_name,
            "numberOfOccurrences": extent.get("numberOfOccurrences") or 0,
        },
    }
