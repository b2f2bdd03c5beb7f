"""What the API shows of panels and doors. Pure. Of a private booking its time is shown and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from functions.views import Json, moment
from shared.domain.door import Room, Shown
from shared.domain.no_shows import NoShow
from shared.domain.panels import Panel
from shared.domain.resource import Resource
from shared.domain.spans import Span

if TYPE_CHECKING:
    from shared.app.at_the_door import AtDoor, Seen


def panel_view(panel: Panel) -> Json:
    """Return a panel; what would open it is not kept."""
    return {
        "id": panel.id,
        "name": panel.name,
        "books_as": panel.books_as,
        "made_at": moment(panel.made_at),
        "seen_at": moment(panel.seen_at),
    }


def door_view(at: AtDoor, seen: Seen, base: str) -> Json:
    """Return what stands on a door; ``base`` is where this app is reached."""
    facts, door = at.resource.facts, seen.door
    return {
        "resource": at.resource.id,
        "name": facts.name or at.resource.address,
        "building": facts.building,
        "floor": facts.floor,
        "capacity": facts.capacity,
        "zone": facts.zone,
        "language": at.language,
        "now": moment(door.now),
        "stale_since": moment(seen.stale_since),
        "state": door.state,
        "until": moment(door.until),
        "current": _shown(door.current),
        "next": _shown(door.next),
        "day": [_shown(each) for each in door.day],
        "closed": [_span(each) for each in door.closed],
        "can_book": _room(door.booking),
        "can_extend": _room(door.extending),
        "can_end": door.can_end,
        "check_in": door.check_in,
        "check_in_until": moment(door.check_in_until),
        "next_change": moment(door.next_change),
        "book_at": booking_page(base, at.resource.id),
    }


def no_show_view(resource: Resource, found: NoShow) -> Json:
    """Return a series to which nobody comes; the title of a private one is not shown."""
    owner = found.organiser
    return {
        "resource": resource.id,
        "name": resource.facts.name or resource.address,
        "building": resource.facts.building,
        "series": found.series,
        "times": found.times,
        "since": found.since.isoformat(),
        "last": found.last.isoformat(),
        "organiser": {"address": owner.address, "name": owner.name} if owner else None,
        "title": found.title,
        "private": found.private,
    }


def booking_page(base: str, resource: str) -> str:
    """Return where the resource is booked with a browser of one's own."""
    return f"{base}/api/book?resource={resource}"


def _shown(booking: Shown | None) -> Json | None:
    if booking is None:
        return None
    return {
        "booking": booking.booking,
        **_span(booking.span),
        "all_day": booking.all_day,
        "title": booking.title,
        "organiser": booking.organiser,
        "private": booking.private,
        "checked_in": booking.checked_in,
    }


def _room(room: Room) -> Json | None:
    """Return how long a booking may become; None where it may not at all."""
    if not room.lengths and room.until is None:
        return None
    return {"minutes": list(room.lengths), "until": moment(room.until)}


def _span(span: Span) -> Json:
    return {"start": moment(span.start), "end": moment(span.end)}
