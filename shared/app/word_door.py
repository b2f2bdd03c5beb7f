"""Put what stands on a door into words, on the resource's clock and in the reader's language.

It holds what is shown and nothing that changes from one minute to the next: the same door says the same.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from shared.app.at_the_door import AtDoor, Seen
from shared.domain.door import Door, DoorState, Shown
from shared.domain.sign import Line, Share, Sign
from shared.domain.spans import Span

_FIRST_HOUR, _LAST_HOUR = 7, 19


def word_door(at: AtDoor, seen: Seen, book_at: str) -> Sign:
    """Return what stands on a door in words."""
    door, facts = seen.door, at.resource.facts
    hours = _hours(door, at.zone)
    return Sign(
        facts.name or at.resource.address,
        ", ".join(each for each in (facts.building, facts.floor) if each),
        door.state,
        at.say(door.state),
        at.say("until", door.until) if door.until else at.say("rest_of_day"),
        _line(at, "now", door.current),
        _line(at, "next", door.next),
        "" if door.next or door.current else at.say("nothing_next"),
        _note(at, seen),
        hours,
        tuple(_share(each.span, hours, at.zone, door.now) for each in door.day),
        tuple(_share(each, hours, at.zone, door.now) for each in door.closed),
        book_at,
        at.say("scan"),
    )


def _note(at: AtDoor, seen: Seen) -> str:
    if seen.stale_since is not None:
        return at.say("stale", seen.stale_since)
    awaited = seen.door.check_in_until if seen.door.state is DoorState.AWAITED else None
    return at.say("check_in_by", awaited) if awaited else ""


def _line(at: AtDoor, label: str, shown: Shown | None) -> Line | None:
    if shown is None:
        return None
    local = ZoneInfo(at.zone)
    start, end = shown.span.start.astimezone(local), shown.span.end.astimezone(local)
    when = at.say("whole_day") if shown.all_day else f"{start:%H:%M}-{end:%H:%M}"
    if start.date() > at.outside.clock.now().astimezone(local).date():
        when = f"{at.say('tomorrow')} {when}"
    names = [each for each in dict.fromkeys((shown.title, shown.organiser)) if each]
    return Line(at.say(label), when, at.say("private") if shown.private else " · ".join(names) or at.say("busy"))


def _hours(door: Door, zone: str) -> tuple[int, int]:
    """Return the hours that the line of a day shows: the usual ones, and those of its bookings."""
    local = ZoneInfo(zone)
    day = door.now.astimezone(local).date()
    timed = [each.span for each in door.day if not each.all_day]
    starts = [each.start.astimezone(local).hour for each in timed if each.start.astimezone(local).date() == day]
    ends = [each.end.astimezone(local) + timedelta(minutes=59) for each in timed]
    last = [each.hour if each.date() == day else 24 for each in ends]
    return min([_FIRST_HOUR, *starts]), max([_LAST_HOUR, *last])


def _share(span: Span, hours: tuple[int, int], zone: str, now: datetime) -> Share:
    """Return which part of the line a stretch of time takes."""
    local = ZoneInfo(zone)
    midnight = datetime.combine(now.astimezone(local).date(), time(), local)
    first = midnight.replace(hour=hours[0])
    last = midnight.replace(hour=hours[1]) if hours[1] < 24 else midnight + timedelta(days=1)
    whole = (last.astimezone(now.tzinfo) - first.astimezone(now.tzinfo)).total_seconds()
    ends = [(each - first.astimezone(now.tzinfo)).total_seconds() / whole for each in (span.start, span.end)]
    return min(max(ends[0], 0.0), 1.0), min(max(ends[1], 0.0), 1.0)
