"""Schemas of what the booking page's API sends and takes."""

from __future__ import annotations

from functions.description.moments import MOMENT, RESOURCE_ID, TIMED, WHEN
from functions.description.parts import Json, flag, listed, one_of, or_null, record, ref, text, whole
from functions.description.platform_schemas import BOOKING_ID, PERSON, RECURRENCE_ASKED, WHEN_ASKED
from shared.app.my_bookings import Standing
from shared.domain.free_times import Kind

_TITLE = text("What it is about; of a private booking it is kept and never shown.", maxLength=255)
_PRIVATE = flag("Whether its title is shown to nobody.")
_TEXTS: Json = {"type": "array", "items": {"type": "string"}}
_WITHOUT: Json = {
    "type": "array",
    "maxItems": 1000,
    "items": {"type": "string", "format": "date"},
    "description": "Dates of the series that it is to do without, as a refusal names them.",
}
_INSTEAD = text("Why not, in the language of Accept-Language.")

_ROOM: Json = record(
    {
        "id": text("The resource's id."),
        "name": text(""),
        "kind": text("Such as room."),
        "capacity": or_null(whole("How many people it holds, where that is known.")),
        "building": text(""),
        "floor": text(""),
        "zone": text("Its time zone, an IANA name."),
        "features": _TEXTS,
        "bookable": flag("Whether it takes bookings at present."),
        "days_ahead": whole("How many days ahead it can be booked."),
        "gap_minutes": whole("How long it stays free around each booking."),
    },
    {
        "id": RESOURCE_ID, "name": "Matterhorn", "kind": "room", "capacity": 8, "building": "HQ", "floor": "3",
        "zone": "Europe/Zurich", "features": ["screen"], "bookable": True, "days_ahead": 400, "gap_minutes": 15,
    },
)  # fmt: skip

_OWN: Json = record(
    {
        "id": text("The platform's id of the booking."),
        "room": ref("BookableRoom"),
        **WHEN,
        "title": text("Empty where private."),
        "private": _PRIVATE,
        "standing": one_of("How it stands, as it was seen.", Standing),
        "why": text("Why it was refused or cancelled; empty where it stands."),
        "changeable": flag("Whether it is changed here; a meeting made in Outlook is changed there."),
        "series": or_null(record({"rule": text("An RRULE of RFC 5545."), "zone": text("An IANA name.")})),
        "version": text("Changes with every change."),
        "story": or_null(text("The signed link to its story; null before anything was decided.")),
    }
)

SCHEMAS: dict[str, Json] = {
    "BookableRoom": _ROOM,
    "Choices": record(
        {
            "me": or_null(PERSON),
            "signed_in": flag("Whether the account says who books; else the page asks."),
            "buildings": _TEXTS,
            "kinds": _TEXTS,
            "features": _TEXTS,
            "rooms": whole("How many resources can be booked."),
        }
    ),
    "Offer": record({"room": ref("BookableRoom"), **WHEN}),
    "Offers": listed(
        "free",
        "Offer",
        later={"type": "array", "items": ref("Offer"), "description": "Where none is free: what is a little later."},
        fitting=whole("How many are what was looked for, free or not."),
        looked_at=whole("How many of them were asked."),
    ),
    "DayOfRoom": record(
        {
            "room": ref("BookableRoom"),
            "day": text("The day, in the resource's zone."),
            "from": MOMENT,
            "to": MOMENT,
            "taken": {
                "type": "array",
                "items": record(
                    {
                        **WHEN,
                        "what": one_of("What takes the time.", ("booking", "mine", "blocked", "closed")),
                        "title": text("What policy shows of it; empty where private."),
                        "private": _PRIVATE,
                        "booking": or_null(text("The id of a booking of the caller's own.")),
                    }
                ),
            },
        }
    ),
    "OwnBooking": _OWN,
    "OwnBookings": listed("bookings", "OwnBooking"),
    "OwnBookingOrder": record(
        {
            **WHEN_ASKED,
            "title": _TITLE,
            "private": _PRIVATE,
            "people": whole("For how many; one that holds fewer is refused.", 0, 100_000),
            "recurrence": or_null(RECURRENCE_ASKED),
            "without": _WITHOUT,
        },
        {"start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T11:00:00+01:00", "title": "Workshop", "people": 6},
        optional=("all_day", "title", "private", "people", "recurrence", "without"),
    ),
    "OwnBookingChange": record(
        {**WHEN_ASKED, "title": _TITLE, "private": _PRIVATE, "without": _WITHOUT},
        {"start": "2026-11-23T14:00:00Z", "end": "2026-11-23T15:00:00Z"},
        optional=("start", "end", "all_day", "title", "private", "without"),
    ),
    "OwnMoveOrder": record(
        {
            "room": text("The id of the room to move to."),
            **WHEN_ASKED,
            "people": whole("For how many; a room that holds fewer is refused.", 0, 100_000),
            "without": {**_WITHOUT, "description": "Dates of the series that stay in the old room."},
        },
        {"room": RESOURCE_ID},
        optional=("start", "end", "all_day", "people", "without"),
    ),
    "OwnMove": record(
        {
            "booking": ref("OwnBooking"),
            "gone": flag("Whether the old booking is cancelled; else both stand, and the old one is to be cancelled."),
            "stay": {
                "type": "array",
                "items": record(WHEN),
                "description": "The times of the series that stay in the old room.",
            },
        }
    ),
    "OwnCancelled": record({"cancelled": text("The id of the booking.")}, {"cancelled": BOOKING_ID}),
    "Collision": record(
        {
            "error": record({"code": one_of("What stands in the way.", Kind), "message": _INSTEAD}),
            "refused": {
                "type": "array",
                "description": "The times that it does not take; of a series the first ten.",
                "items": record({**WHEN, "sentence": _INSTEAD}),
            },
            "without": {
                **_WITHOUT,
                "description": "All refused dates of a series, where it has others.",
            },
            "instead": {"type": "array", "maxItems": 3, "items": ref("Offer")},
        },
        {
            "error": {"code": "taken", "message": "Matterhorn is taken on 23 November from 10:00 to 11:00."},
            "refused": [{**TIMED, "sentence": "Matterhorn is taken on 23 November from 10:00 to 11:00."}],
            "without": [],
            "instead": [],
        },
    ),
}
"""Schemas by their names in the description."""
