"""Times on the wire: dateTimeTimeZone values, the read zone, instants in text (facts 2.1, 3.1).

A written time is a naive wall time and a zone name; what is read is shown in UTC or in the zone that `Prefer:
outlook.timezone` names. An all-day event is two dates: it reads as midnight in every zone, and means midnight
in the mailbox's own zone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from local.graph.values import Mailbox, Span
from local.graph.wire import Call, GraphError, Json
from local.graph.zones import find_zone

ALL_DAY_MESSAGE = "The Event.{side} property for an all-day event needs to be set to midnight."
_ISO = re.compile(r"^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d)?)(?:\.(\d+))?)?(Z|[+-]\d\d:?\d\d)?$", re.IGNORECASE)


@dataclass(frozen=True)
class Lens:
    """How a caller wants to read: the zone's name as given and the zone, the form of ids, the body's type."""

    zone_name: str = "UTC"
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    immutable: bool = False
    body_type: str | None = None


def lens(call: Call) -> Lens:
    """The reading preferences of a call; 400 for a zone that Exchange does not know."""
    prefers = call.prefers()
    name = prefers.get("outlook.timezone", "UTC")
    immutable = prefers.get("idtype", "").lower() == "immutableid"
    body_type = prefers.get("outlook.body-content-type")
    return Lens(name, find_zone(name), immutable, body_type.lower() if body_type else None)


def parse_moment(text: object) -> datetime:
    """A datetime from ISO text, naive where it has no offset; seven fractional digits are cut to six."""
    found = _ISO.match(text) if isinstance(text, str) else None
    if found is None:
        raise GraphError(400, "ErrorInvalidRequest", f"'{text}' is not a date and time.")
    day, clock, fraction, offset = found.groups()
    whole = f"{day}T{clock or '00:00'}"
    if fraction:
        whole += f"{':00' if whole.count(':') == 1 else ''}.{fraction[:6].ljust(6, '0')}"
    try:
        return datetime.fromisoformat(whole + (offset or "").upper())
    except ValueError as error:
        raise GraphError(400, "ErrorInvalidRequest", f"'{text}' is not a date and time.") from error


def parse_instant(text: object) -> datetime:
    """An aware UTC datetime from ISO text; text without an offset is UTC (facts 2.1)."""
    moment = parse_moment(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def to_utc(wall: datetime, zone: ZoneInfo) -> datetime:
    """The instant of a wall time; the first of two, and moved by the gap where it does not exist."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def span_from(start: Any, end: Any, all_day: bool, mailbox: Mailbox) -> Span:
    """The span of two dateTimeTimeZone values as a client wrote them; 400 where they make none."""
    start_wall, start_zone = _wall(start, "Start", mailbox)
    end_wall, end_zone = _wall(end, "End", mailbox)
    if all_day:
        for side, wall in (("Start", start_wall), ("End", end_wall)):
            if wall.time() != time():
                raise GraphError(400, "ErrorInvalidRequest", ALL_DAY_MESSAGE.format(side=side))
        if find_zone(start_zone).key != find_zone(end_zone).key or end_wall <= start_wall:
            message = "The start and end of an all-day event need to be midnights of one time zone, the end later."
            raise GraphError(400, "ErrorInvalidRequest", message)
    found = span(start_wall, end_wall, (start_zone, end_zone), all_day, mailbox)
    if found.end < found.start:
        # The response code of the same name in Exchange's web services.
        raise GraphError(400, "ErrorCalendarEndDateIsEarlierThanStartDate", "The end is earlier than the start.")
    return found


def span(start: datetime, end: datetime, zones: tuple[str, str], all_day: bool, mailbox: Mailbox) -> Span:
    """The span of wall times in named zones, with its instants in the given mailbox."""
    home = find_zone(mailbox.zone)
    first = home if all_day else find_zone(zones[0], custom=home)
    last = home if all_day else find_zone(zones[1], custom=home)
    return Span(start, end, zones[0], zones[1], to_utc(start, first), to_utc(end, last), all_day)


def span_at(like: Span, start: datetime, end: datetime, mailbox: Mailbox) -> Span:
    """A span at other instants, written in the zones of another one."""
    home = find_zone(mailbox.zone)
    first = home if like.all_day else find_zone(like.start_zone, custom=home)
    last = home if like.all_day else find_zone(like.end_zone, custom=home)
    walls = (start.astimezone(first).replace(tzinfo=None), end.astimezone(last).replace(tzinfo=None))
    return Span(walls[0], walls[1], like.start_zone, like.end_zone, start, end, like.all_day)


def span_in(found: Span, mailbox: Mailbox) -> Span:
    """The same span as another mailbox understands it: an all-day one is midnight in that mailbox's zone."""
    zones = (found.start_zone, found.end_zone)
    return span(found.start_wall, found.end_wall, zones, True, mailbox) if found.all_day else found


def _wall(value: Any, side: str, mailbox: Mailbox) -> tuple[datetime, str]:
    if not isinstance(value, Mapping) or "dateTime" not in value:
        message = f"The {side.lower()} of the event needs a dateTime and a timeZone."
        raise GraphError(400, "ErrorInvalidRequest", message)
    zone_name = str(value.get("timeZone") or "UTC")
    zone = find_zone(zone_name, custom=find_zone(mailbox.zone))
    moment = parse_moment(value["dateTime"])
    if moment.tzinfo is not None:
        moment = moment.astimezone(zone).replace(tzinfo=None)
    return moment, zone_name


def wire_span(found: Span, look: Lens) -> tuple[Json, Json]:
    """Start and end as they are read: seven fractional digits and the read zone's name."""
    if found.all_day:
        return _wire(found.start_wall, look.zone_name), _wire(found.end_wall, look.zone_name)
    start, end = (moment.astimezone(look.zone) for moment in (found.start, found.end))
    return _wire(start, look.zone_name), _wire(end, look.zone_name)


def _wire(wall: datetime, zone_name: str) -> Json:
    return {"dateTime": wall.strftime("%Y-%m-%dT%H:%M:%S.") + f"{wall.microsecond:06d}0", "timeZone": zone_name}


def wire_instant(moment: datetime | None) -> str:
    """A UTC instant as text with seven fractional digits; `0001-01-01T00:00:00Z` where there is none (facts
    3.1).
    """
    if moment is None:
        return "0001-01-01T00:00:00Z"
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond:06d}0Z"
