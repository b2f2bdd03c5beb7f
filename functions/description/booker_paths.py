"""The booking page's operations: search, look, book, and one's own bookings."""

from __future__ import annotations

from functions.description.moments import RESOURCE_ID
from functions.description.parts import Json, in_header, in_path, in_query, operation, ref, sent
from functions.description.platform_paths import IDEMPOTENCY_KEY, SCOPE
from functions.description.platform_schemas import BOOKING_ID

_RESOURCE = in_path("resource", "The resource's id.", RESOURCE_ID)
_BOOKING = in_path("booking", "The platform's id of one of the caller's own bookings.", BOOKING_ID)
_WHO = [
    in_header(
        "x-lockstep-booker", {"type": "string", "maxLength": 320}, "Who books, by address; not asked of an account.",
        "ben.walters@contoso.com",
    ),
    in_header(
        "x-lockstep-booker-name", {"type": "string", "maxLength": 765}, "What they are called, percent-encoded.",
        "Ben%20Walters",
    ),
]  # fmt: skip
_AT = {"type": "string", "maxLength": 40}
_ROOM = "/api/book/rooms/{resource}"


def _op(name: str, summary: str, schema: str, *errors: int, status: int = 200, **more: object) -> Json:
    more["parameters"] = [*_WHO, *more.get("parameters", [])]  # type: ignore[misc]
    return operation(name, "booking page", summary, {status: (f"{summary}: done.", ref(schema))}, errors, **more)


def _refusing(described: Json) -> Json:
    """Let an operation say what could be had instead of what it refuses."""
    described["responses"]["409"] = {
        "description": "The resource does not take it, and the answer says what could be had instead; or it was "
        "changed meanwhile, or in Outlook.",
        "content": {"application/json": {"schema": {"anyOf": [ref("Collision"), ref("Error")]}}},
    }
    return described


_BOOK = _refusing(
    _op(
        "book_now", "Book a resource in one's own name", "OwnBooking", 400, 404, 409, 413, 422, status=201,
        parameters=[IDEMPOTENCY_KEY], requestBody=sent(ref("OwnBookingOrder")),
    )
)  # fmt: skip
_BOOK["responses"]["200"] = {
    "description": "The booking that was made under this Idempotency-Key before.",
    "content": {"application/json": {"schema": ref("OwnBooking")}},
}

PATHS: dict[str, Json] = {
    "/api/book/me": {"get": _op("book_me", "Who books, and what can be chosen from", "Choices", 400)},
    "/api/book/free": {
        "get": _op(
            "book_search", "Search for what is free", "Offers", 400, 422,
            parameters=[
                in_query("from", _AT, "An instant with its zone; a date where all_day.", "2026-11-23T09:00:00Z"),
                in_query("to", _AT, "The same.", "2026-11-23T10:00:00Z"),
                in_query("all_day", {"type": "boolean", "default": False}, "Whole days, in each resource's zone."),
                in_query("people", {"type": "integer", "minimum": 0, "maximum": 100_000}, "For how many.", 6),
                in_query("building", {"type": "string", "maxLength": 255}, "In which building.", "HQ"),
                in_query("features", {"type": "string", "maxLength": 1000}, "With all of these.", "screen,whiteboard"),
                in_query("kind", {"type": "string", "maxLength": 255}, "Of which kind.", "room"),
            ],
        ),
    },
    "/api/book/mine": {
        "get": _op(
            "book_mine", "List one's own bookings", "OwnBookings", 400,
            parameters=[
                in_query("from", _AT, "An instant with its zone; now where left out.", "2026-11-23T00:00:00Z"),
                in_query("to", _AT, "The same, at most 62 days later; in 14 days.", "2026-12-23T00:00:00Z"),
            ],
        ),
    },
    _ROOM: {
        "parameters": [_RESOURCE],
        "get": _op(
            "book_look", "Look at a day of a resource", "DayOfRoom", 400, 404,
            parameters=[
                in_query("day", {"type": "string", "format": "date"}, "In its zone; today if left out.", "2026-11-23")
            ],
        ),
    },
    f"{_ROOM}/bookings": {"parameters": [_RESOURCE], "post": _BOOK},
    f"{_ROOM}/bookings/{{booking}}": {
        "parameters": [_RESOURCE, _BOOKING],
        "get": _op("book_one_of_mine", "Look at one of one's own bookings", "OwnBooking", 400, 404),
        "patch": _refusing(
            _op(
                "book_change", "Move one of one's own bookings or change what it says", "OwnBooking",
                400, 404, 409, 413, 422, parameters=[SCOPE], requestBody=sent(ref("OwnBookingChange")),
            )
        ),
        "delete": _op(
            "book_cancel", "Cancel one of one's own bookings", "OwnCancelled", 400, 404, 409, 422, parameters=[SCOPE]
        ),
    },
    f"{_ROOM}/bookings/{{booking}}/move": {
        "parameters": [_RESOURCE, _BOOKING],
        "post": _refusing(
            _op(
                "book_move", "Move one of one's own bookings to another room", "OwnMove",
                400, 404, 409, 413, 422, parameters=[SCOPE, IDEMPOTENCY_KEY], requestBody=sent(ref("OwnMoveOrder")),
            )
        ),
    },
}  # fmt: skip
"""Operations by path and method."""
