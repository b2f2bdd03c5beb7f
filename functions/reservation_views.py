"""What the API shows of the bookings of many resources. Pure. A private booking shows its time and "private"."""

from __future__ import annotations

from datetime import date, datetime

from functions.reading import in_words
from functions.views import Json, moment, when_view
from shared.app.list_reservations import Page, Reservation, Unread
from shared.app.measure_use import Measured, Use
from shared.domain.booking import Window
from shared.domain.resource import Resource
from shared.domain.spans import occupied

OVER, UNKNOWN, CANCELLED = "over", "unknown", "cancelled"
"""How a booking stands that the ledger does not hold: it has left the window, was not seen yet, or was cancelled."""


def page_view(page: Page, window: Window, now: datetime) -> Json:
    """Return a page of bookings; ``next`` is what the next page is asked for with."""
    return {
        "from": moment(window.start),
        "to": moment(window.end),
        "reservations": [_of_one(each, now) for each in page.found],
        "resources": [_place(each) for each in page.resources],
        "unread": [_unread(each) for each in page.unread],
        "next": page.next,
    }


def use_view(measured: Measured, window: Window) -> Json:
    """Return the use of some resources by week and building; pages are added up."""
    return {
        "from": moment(window.start),
        "to": moment(window.end),
        "use": [_use(*key, use) for key, use in sorted(measured.use.items(), key=lambda each: each[0])],
        "unread": measured.unread,
        "next": measured.next,
    }


def _use(building: str, monday: date, use: Use) -> Json:
    return {
        "building": building,
        "week": monday.isoformat(),
        "resources": use.resources,
        "used": use.used,
        "bookings": use.bookings,
        "hours": round(use.time.total_seconds() / 3600, 2),
    }


def _place(resource: Resource) -> Json:
    facts = resource.facts
    return {
        "id": resource.id,
        "name": facts.name,
        "building": facts.building,
        "floor": facts.floor,
        "zone": facts.zone,
    }


def _of_one(found: Reservation, now: datetime) -> Json:
    mapping = found.mapping
    shown = found.booking if found.booking and not found.private else None
    owner = shown.organiser if shown else None
    return {
        "resource": found.resource.id,
        **when_view(found.when),
        "private": found.private,
        "title": shown.title if shown else "",
        "owner": {"address": owner.address, "name": owner.name} if owner else None,
        "state": _state(found, now),
        "reason": in_words(mapping.reason) if mapping else "",
        "origin": mapping.origin if mapping else None,
        "mapping": mapping.id if mapping else None,
        "event": str(mapping.calendar.key) if mapping and mapping.calendar else None,
        "booking": found.id,
    }


def _state(found: Reservation, now: datetime) -> str:
    if found.mapping is not None:
        return found.mapping.state
    if found.booking is not None and found.booking.cancelled:
        return CANCELLED
    return OVER if occupied(found.when, found.resource.facts.zone).end <= now else UNKNOWN


def _unread(unread: Unread) -> Json:
    return {"resource": unread.resource.id, "name": unread.resource.facts.name, "why": in_words(unread.why)}
