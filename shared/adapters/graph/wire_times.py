"""Times of Graph's event JSON to instants, dates and the start by which an occurrence is keyed: pure.

Times are wanted in UTC (``Prefer: outlook.timezone="UTC"``); other zones are understood. All-day events are dates,
whatever zone they were read in. Whatever is no time raises ``UnclearError``, whose sentence holds no content.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from shared.adapters.graph.zones import UnknownZoneError, zone
from shared.domain.spans import AllDay, Timed, When

Json = dict[str, Any]
_PLAIN_TAILS = frozenset(("", ".0000000", "Z", ".0000000Z"))


class UnclearError(ValueError):
    """What is wrong with an event, as the reason for which it is set aside."""


def original_day(raw: Json, start: datetime) -> datetime:
    """Return midnight UTC of the day that an all-day exception replaces.

    Its original start is midnight in a zone that only the mailbox knows for sure: the nearest midnight is taken
    where the event's own zone does not make it one.
    """
    try:
        local = start.astimezone(zone(raw.get("originalStartTimeZone") or "UTC"))
    except UnknownZoneError:
        local = start
    day = local.date() if local.time() == time() else (start + timedelta(hours=12)).date()
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def begin(when: When) -> datetime:
    """Return the start by which an occurrence is keyed; that of an all-day one is its date at midnight UTC."""
    if isinstance(when, Timed):
        return when.start
    return datetime(when.first.year, when.first.month, when.first.day, tzinfo=UTC)


def when_of(raw: Json) -> When:
    return dates(raw) if raw.get("isAllDay") else Timed(moment(raw, "start"), moment(raw, "end"))


def dates(raw: Json) -> AllDay:
    return AllDay(_day(raw, "start"), _day(raw, "end"))


def _day(raw: Json, side: str) -> date:
    """Return the date of an all-day boundary, which reads as midnight, or is one in the event's own zone."""
    text: str = raw[side]["dateTime"]
    if text[10:19] in ("T00:00:00", ""):
        return date.fromisoformat(text[:10])
    own = zone(raw.get(f"original{side.capitalize()}TimeZone") or "UTC")
    local = moment(raw, side).astimezone(own)
    if local.time() != time():
        raise UnclearError(f"it is an all-day event and its {side} is no midnight")
    return local.date()


def moment(raw: Json, side: str) -> datetime:
    """Return start or end as a UTC instant, to the second."""
    value = raw.get(side)
    if not isinstance(value, dict) or not isinstance(value.get("dateTime"), str):
        raise UnclearError(f"it has no {side}")
    text: str = value["dateTime"]
    name = value.get("timeZone") or "UTC"
    if name == "UTC" and text[19:] in _PLAIN_TAILS:
        return parsed(text[:19] + "+00:00")
    moment = parsed(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone(name))
    return moment.astimezone(UTC)


def instant(text: str) -> datetime:
    """Return a UTC instant of Graph (``…Z``, up to seven fractional digits), to the second."""
    if text[-1:] != "Z":
        return parsed(text).astimezone(UTC).replace(microsecond=0)
    return parsed(text[:19] + "+00:00")


def parsed(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise UnclearError("one of its times is no date and time") from None


def text_of(raw: Json, name: str) -> str:
    value = raw.get(name)
    if not isinstance(value, str) or not value:
        raise UnclearError(f"it has no {name}")
    return value
