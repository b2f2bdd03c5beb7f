"""What the built-in platform accepts: pure rules about input, overlaps, units and blocked times.

Refusals are ``Rejected`` with a code and a sentence for the person who books; they name times of other
bookings and never a title or an owner. Buffers are not judged here: they belong to Lockstep's policy.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from shared.adapters.builtin.entries import PlatformResource
from shared.domain.booking import Block, Booking, PlatformItem
from shared.domain.opening_hours import keeps_out
from shared.domain.spans import AllDay, Span, When, occupied
from shared.ports.errors import Rejected

LONGEST = timedelta(days=366)
EARLIEST_ARRIVAL = timedelta(minutes=15)
LONGEST_TITLE = 255
LONGEST_TEXT = 1000
_FIRST_YEAR, _LAST_YEAR = 1970, 2199
# Ids stand in URLs and in row keys, which refuse slashes, # and ?.
_ID = re.compile(r"[A-Za-z0-9._~-]{1,128}", re.ASCII)
_NAME_LENGTH = 255


def is_id(text: str) -> bool:
    """Tell whether ``text`` could be an id on this platform."""
    return _ID.fullmatch(text) is not None


def check_resource(resource: PlatformResource) -> None:
    """Refuse a resource that makes no sense, with code ``invalid``."""
    if not is_id(resource.id):
        _refuse("a resource's id is 1 to 128 letters, digits, dots, hyphens, underscores or tildes")
    if not 1 <= len(resource.name.strip()) <= _NAME_LENGTH:
        _refuse(f"a resource's name is 1 to {_NAME_LENGTH} characters")
    if not 1 <= resource.units <= 1000:
        _refuse(f"a resource has 1 to 1000 units, not {resource.units}")
    if not 0 <= resource.buffer_minutes <= 240:
        _refuse(f"a buffer is 0 to 240 minutes, not {resource.buffer_minutes}")
    try:
        ZoneInfo(resource.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        _refuse(f"'{resource.zone}' is no time zone; use a name such as Europe/Zurich")


def check_booking(booking: Booking) -> None:
    """Refuse what no booking may be, whatever else stands in the resource, with code ``invalid``."""
    check_when(booking.when)
    if len(booking.title) > LONGEST_TITLE:
        _refuse(f"a title has at most {LONGEST_TITLE} characters; this one has {len(booking.title)}")
    if booking.organiser is not None:
        check_text("an owner's address", booking.organiser.address)
        check_text("an owner's name", booking.organiser.name)


def check_when(when: When) -> None:
    """Refuse a time that is too long or out of range. (A time that ends before it starts cannot be made.)"""
    first, last = (when.first, when.until) if isinstance(when, AllDay) else (when.start, when.end)
    if first.year < _FIRST_YEAR or last.year > _LAST_YEAR:
        _refuse(f"a booking lies between the years {_FIRST_YEAR} and {_LAST_YEAR}")
    if last - first > LONGEST:
        _refuse(f"a booking lasts at most {LONGEST.days} days; this one would last {(last - first).days}")


def check_text(what: str, text: str) -> None:
    """Refuse a text that is too long to keep."""
    if len(text) > LONGEST_TEXT:
        _refuse(f"{what} has at most {LONGEST_TEXT} characters; this one has {len(text)}")


def check_arrival(item: PlatformItem, now: datetime, zone: str) -> None:
    """Refuse to check in at a booking that does not take place (``cancelled``), or not now (``invalid``)."""
    if item.booking.cancelled:
        why = "nobody had checked in in time" if item.released else "it was cancelled"
        raise Rejected(f"the booking no longer takes place: {why}", code="cancelled")
    span = occupied(item.booking.when, zone)
    if now < span.start - EARLIEST_ARRIVAL:
        _refuse(f"it is too early to check in; the booking is {_told(item.booking.when, zone)}")
    if now >= span.end:
        _refuse(f"it is too late to check in; the booking was {_told(item.booking.when, zone)}")


def takes_time(before: Booking | None, after: Booking, zone: str) -> bool:
    """Tell whether a change takes time that the booking did not hold before."""
    if after.cancelled:
        return False
    if before is None or before.cancelled:
        return True
    old, new = occupied(before.when, zone), occupied(after.when, zone)
    return new.start < old.start or new.end > old.end


def check_free(
    resource: PlatformResource, wanted: When, others: Iterable[PlatformItem], blocks: Iterable[Block]
) -> None:
    """Refuse a time that is blocked (code ``blocked``) or taken in all units (code ``overlap``).

    ``others`` may hold more than what touches the time; the booking itself must not be among them.
    """
    span = occupied(wanted, resource.zone)
    for block in blocks:
        if not keeps_out(block, wanted, resource.zone):
            continue
        if block.is_closing:
            raise Rejected(f"{resource.name} is closed {_told(block.when, resource.zone)}", code="blocked")
        because = f": {block.reason}" if block.reason else ""
        raise Rejected(f"{resource.name} is kept free {_told(block.when, resource.zone)}{because}", code="blocked")
    touching = [item.booking.when for item in others if occupied(item.booking.when, resource.zone).overlaps(span)]
    full_at = _first_full(touching, resource)
    if full_at is not None:
        raise Rejected(_taken(resource, full_at), code="overlap")


def is_free(resource: PlatformResource, wanted: When, others: Iterable[PlatformItem], blocks: Iterable[Block]) -> bool:
    """Tell whether a time is free; see ``check_free``."""
    try:
        check_free(resource, wanted, others, blocks)
    except Rejected:
        return False
    return True


def _first_full(touching: list[When], resource: PlatformResource) -> When | None:
    """Return the booking by which all units are first taken, if they ever are, among those ``touching`` a span.

    The number of bookings at once only rises where one starts, so looking at the starts is enough; those that
    started before the span all reach into it, so they run together there too.
    """
    in_order = sorted(touching, key=lambda when: occupied(when, resource.zone))
    running: list[Span] = []
    for when in in_order:
        mine = occupied(when, resource.zone)
        running = [*(other for other in running if other.end > mine.start), mine]
        if len(running) >= resource.units:
            return when
    return None


def _taken(resource: PlatformResource, when: When) -> str:
    told = _told(when, resource.zone)
    if resource.units == 1:
        return f"{resource.name} is taken {told} by another booking"
    return f"all {resource.units} units of {resource.name} are taken {told} by other bookings"


def _told(when: When, zone: str) -> str:
    """Say a time in words, in the zone of the resource."""
    if isinstance(when, AllDay):
        last = when.until - timedelta(days=1)
        whole = "all day on" if last == when.first else f"from {when.first.day} {when.first:%B} to"
        return f"{whole} {last.day} {last:%B}"
    start, end = (_local(at, zone) for at in (when.start, when.end))
    if start.date() == end.date():
        return f"from {start:%H:%M} to {end:%H:%M} on {start.day} {start:%B}"
    return f"from {start:%H:%M} on {start.day} {start:%B} to {end:%H:%M} on {end.day} {end:%B}"


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(UTC).astimezone(ZoneInfo(zone))


def _refuse(sentence: str) -> None:
    raise Rejected(sentence, code="invalid")
