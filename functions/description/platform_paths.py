"""The built-in platform's operations: resources, bookings, changes, blocked times."""

from __future__ import annotations

from functions.description.parts import Json, in_header, in_path, in_query, operation, ref, sent
from functions.description.platform_schemas import BOOKING_ID, CURSOR

_RESOURCE = in_path("resource", "The platform's id of the resource.", "matterhorn")
_BOOKING = in_path("booking", "The platform's id of the booking.", BOOKING_ID)
_MOMENT = {"type": "string", "format": "date-time"}
_FROM = in_query("from", _MOMENT, "An instant with its zone.", "2026-11-23T00:00:00Z")
_TO = in_query("to", _MOMENT, "An instant with its zone, at most 1500 days later.", "2026-11-30T00:00:00Z")
IDEMPOTENCY_KEY = in_header(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": 255},
    "Repeating a request under the same key returns the booking made under it, as it stands now.",
    "6f5c0f0e-1b1e-4b1e-9a53-0a4b0d3c1f77",
)
SCOPE = in_query(
    "scope",
    {"type": "string", "enum": ["one", "following", "all"], "default": "one"},
    "Of a series: this occurrence, this and what follows, or all that is still to come.",
)
_ROOM = "/api/platform/resources/{resource}"
_WRITE = (400, 404, 409, 413, 422)


def _op(name: str, summary: str, schema: str, *errors: int, status: int = 200, **more: object) -> Json:
    return operation(name, "platform", summary, {status: (f"{summary}: done.", ref(schema))}, errors, **more)


_BOOK = _op(
    "platform_book", "Book a resource", "Booking", *_WRITE, status=201, parameters=[IDEMPOTENCY_KEY],
    requestBody=sent(ref("BookingOrder")),
)  # fmt: skip
_BOOK["responses"]["200"] = {
    "description": "The booking that was made under this Idempotency-Key before.",
    "content": {"application/json": {"schema": ref("Booking")}},
}

PATHS: dict[str, Json] = {
    "/api/platform/resources": {
        "get": _op("platform_list_resources", "List the platform's resources", "PlatformResources"),
        "post": _op(
            "platform_create_resource", "Make a resource", "PlatformResource", 400, 409, 413, 422, status=201,
            requestBody=sent(ref("PlatformResourceOrder")),
        ),
    },
    _ROOM: {
        "parameters": [_RESOURCE],
        "patch": _op(
            "platform_set_hours", "Set the opening hours", "PlatformResource", 400, 404, 413,
            requestBody=sent(ref("OpeningHours")),
        ),
    },
    f"{_ROOM}/bookings": {
        "parameters": [_RESOURCE],
        "get": _op(
            "platform_list_bookings", "List the bookings of a day or of a stretch of time", "Bookings", 400, 404,
            parameters=[
                in_query("day", {"type": "string", "format": "date"}, "In the resource's zone.", "2026-11-23"),
                _FROM,
                _TO,
                in_query("cancelled", {"type": "boolean", "default": False}, "Also those that do not take place."),
            ],
        ),
        "post": _BOOK,
    },
    f"{_ROOM}/bookings/{{booking}}": {
        "parameters": [_RESOURCE, _BOOKING],
        "get": _op("platform_get_booking", "Look at a booking", "Booking", 404),
        "patch": _op(
            "platform_change_booking", "Move a booking or change what it says", "Booking", *_WRITE,
            parameters=[SCOPE], requestBody=sent(ref("BookingChange")),
        ),
        "delete": _op(
            "platform_cancel_booking", "Cancel a booking", "Booking", 400, 404, 409, 422,
            parameters=[
                in_query("reason", {"type": "string", "maxLength": 1000}, "For its owner.", "moved online"),
                SCOPE,
            ],
        ),
    },
    f"{_ROOM}/bookings/{{booking}}/check-in": {
        "parameters": [_RESOURCE, _BOOKING],
        "post": _op("platform_check_in", "Note that somebody has come", "Booking", 404, 409, 422),
    },
    f"{_ROOM}/bookings/{{booking}}/restore": {
        "parameters": [_RESOURCE, _BOOKING],
        "post": _op("platform_restore_booking", "Let a cancelled booking take place again", "Booking", 404, 409),
    },
    f"{_ROOM}/bookings/{{booking}}/approve": {
        "parameters": [_RESOURCE, _BOOKING],
        "post": _op("platform_approve_booking", "Say yes to a requested booking", "Booking", 404, 409),
    },
    f"{_ROOM}/bookings/{{booking}}/refuse": {
        "parameters": [_RESOURCE, _BOOKING],
        "post": _op(
            "platform_refuse_booking", "Say no to a requested booking, which cancels it", "Booking", 400, 404, 409, 422,
            parameters=[in_query("reason", {"type": "string", "maxLength": 1000}, "For its owner.", "closed event")],
        ),
    },
    f"{_ROOM}/changes": {
        "parameters": [_RESOURCE],
        "get": _op(
            "platform_changes", "List what changed, cancelled bookings included", "Changes", 400, 404, 410,
            parameters=[
                in_query("since", {"type": "string", "maxLength": 200}, "Without one, from the start.", CURSOR)
            ],
        ),
    },
    f"{_ROOM}/blocks": {
        "parameters": [_RESOURCE],
        "get": _op("platform_list_blocks", "List blocked times", "Blocks", 400, 404, parameters=[_FROM, _TO]),
        "post": _op(
            "platform_block", "Keep a time free of new bookings", "Block", 400, 404, 413, 422, status=201,
            requestBody=sent(ref("BlockOrder")),
        ),
    },
    f"{_ROOM}/blocks/{{block}}": {
        "parameters": [_RESOURCE, in_path("block", "The id of the blocked time.", "01KAJ45D0Q")],
        "delete": _op("platform_unblock", "Open a blocked time again", "Unblocked", 404),
    },
}  # fmt: skip
"""Operations by path and method."""
