"""The operations that look at the bookings of many resources: their list, and their use."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MOMENT, RESOURCE_ID
from functions.description.parts import Json, flag, in_query, one_of, operation, or_null, record, ref, sent, text, whole
from functions.reservation_views import CANCELLED, OVER, UNKNOWN
from shared.domain.booking import Side
from shared.domain.ledger import MappingState

_RESERVATION = {
    "resource": RESOURCE_ID, "all_day": False, "start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z",
    "private": False, "title": "Planning", "owner": {"address": "adele.vance@contoso.example", "name": "Adele Vance"},
    "state": "linked", "reason": "", "origin": "calendar", "mapping": "01M7W2Y7M279F4GGQTPGMFFRM2", "event": "AAMkAG==",
    "booking": "01M7W2Y7M279F4GGQTPGMFFRM3",
}  # fmt: skip
_PLACE = {
    "id": RESOURCE_ID, "name": "Matterhorn", "building": "Zurich HQ", "floor": "3", "zone": "Europe/Zurich",
}  # fmt: skip
_USE = {"building": "Zurich HQ", "week": "2026-11-23", "resources": 12, "used": 9, "bookings": 141, "hours": 160.5}
_PAGE = {
    "from": A_MOMENT, "to": A_MOMENT, "reservations": [_RESERVATION], "resources": [_PLACE], "unread": [],
    "next": None,
}  # fmt: skip

WINDOW = [
    in_query("from", {"type": "string"}, "An instant with its zone.", "2026-11-23T00:00:00Z"),
    in_query("to", {"type": "string"}, "An instant with its zone, at most 400 days later.", "2026-11-24T00:00:00Z"),
]
PAGED = [
    in_query("after", {"type": "string"}, "The `next` of the page before.", RESOURCE_ID),
    in_query("limit", {"type": "integer", "minimum": 1, "maximum": 200}, "Resources in a page.", 50),
]
PATHS: dict[str, Json] = {
    "/api/reservations": {
        "post": operation(
            "list_reservations", "agreed", "List the bookings of many resources in a stretch of time",
            {200: ("By resource and time; `next` asks for the resources that follow.", ref("Reservations"))},
            (400, 404, 413),
            requestBody=sent(ref("ReservationsWanted")),
        )
    },
    "/api/use": {
        "get": operation(
            "measure_use", "agreed", "Measure how much resources are used, by week and building, without names",
            {200: ("By building and week.", ref("UseOfResources"))}, (400,), parameters=[*WINDOW, *PAGED],
        )
    },
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "ReservationsWanted": record(
        {
            "from": text("An instant with its zone."),
            "to": text("An instant with its zone, at most 400 days later."),
            "building": or_null(text("Only its resources.")),
            "resource": or_null(text("Only this one.")),
            "find": or_null(text("Words that all occur in owner, title, resource or ids.")),
            "link": or_null(text("Where an online meeting is joined: only its bookings.", maxLength=2000)),
            "cancelled": or_null(flag("Also what was cancelled, where the platform can list it: the built-in one.")),
            "after": or_null(text("The `next` of the page before.")),
            "limit": or_null(whole("Resources in a page; 50 where it is left out.", 1, 200)),
        },
        {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z", "find": "adele"},
        optional=("building", "resource", "find", "link", "cancelled", "after", "limit"),
    ),
    "Reservation": record(
        {
            "resource": text(""),
            "all_day": flag("Whether start and end are dates."),
            "start": text("Of the booking."),
            "end": text("Exclusive."),
            "private": flag("Then title and owner are not told."),
            "title": text("As the platform shows it, or would of what is in the calendar alone; empty where not."),
            "owner": or_null(record({"address": text(""), "name": text("")})),
            "state": one_of(
                "How it stands in the ledger; `over`, `unknown` and `cancelled` where it holds no row of it.",
                [*MappingState, OVER, UNKNOWN, CANCELLED],
            ),
            "reason": text("Why it has one side only."),
            "origin": or_null(one_of("Which side made it.", Side)),
            "mapping": or_null(text("What its decisions are found by.")),
            "event": or_null(text("Its key in the calendar.")),
            "booking": or_null(text("Its id on the platform.")),
        },
        _RESERVATION,
    ),
    "Place": record(
        {"id": text(""), "name": text(""), "building": text(""), "floor": text(""), "zone": text("An IANA name.")},
        _PLACE,
    ),
    "UseOfWeek": record(
        {
            "building": text(""),
            "week": text("Its Monday.", format="date"),
            "resources": whole("Linked resources of the building, in this page."),
            "used": whole("Of these, that anybody booked."),
            "bookings": whole("That touch the week."),
            "hours": {"type": "number", "description": "Taken by them; whole days count eight hours each."},
        },
        _USE,
    ),
    "UseOfResources": record(
        {
            "from": MOMENT,
            "to": MOMENT,
            "use": {"type": "array", "items": ref("UseOfWeek")},
            "unread": whole("Resources that could not be read now and are not in the sums."),
            "next": or_null(text("Null on the last page; pages are added up.")),
        },
        {"from": A_MOMENT, "to": A_MOMENT, "use": [_USE], "unread": 0, "next": None},
    ),
    "UnreadResource": record({"resource": text(""), "name": text(""), "why": text("")}),
    "Reservations": record(
        {
            "from": MOMENT,
            "to": MOMENT,
            "reservations": {"type": "array", "items": ref("Reservation")},
            "resources": {"type": "array", "items": ref("Place"), "description": "That were looked into."},
            "unread": {"type": "array", "items": ref("UnreadResource"), "description": "Not read now, or in part."},
            "next": or_null(text("Null on the last page.")),
        },
        _PAGE,
    ),
}
"""Schemas by their names in the description."""
