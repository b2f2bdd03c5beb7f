"""The operations about what is kept of one person."""

from __future__ import annotations

from functions.description.parts import Json, flag, listed, one_of, operation, or_null, record, ref, sent, text, whole

_AFTER = text("Where to go on: 'next' of the answer before.")
_ADDRESS = text("Any address of the person.", maxLength=320)
_NEXT = or_null(text("Where the next page begins; null where this was the last."))
SCHEMAS: dict[str, Json] = {
    "PersonNamed": record(
        {"address": _ADDRESS, "after": _AFTER}, {"address": "ben.walters@contoso.example"}, optional=("after",)
    ),
    "PersonErased": record(
        {"address": _ADDRESS, "after": _AFTER, "directory": flag("The directory's row instead of bookings.")},
        {"address": "ben.walters@contoso.example"},
        optional=("after", "directory"),
    ),
    "PersonData": listed(
        "places", "PersonPlace", next=_NEXT,
        addresses={"type": "array", "items": {"type": "string"}, "description": "By which it was looked."},
        directory=or_null(ref("Member")),
        acts={"type": "array", "items": ref("Act"), "description": "What the person ordered; on the first page."},
        acts_kept_days=whole("For how many days acts and decisions are kept."),
    ),
    "PersonPlace": record(
        {
            "platform": text("The platform's id of the resource."),
            "name": text("What people call it."),
            "bookings": {"type": "array", "items": ref("PersonBooking")},
        }
    ),
    "PersonBooking": record(
        {
            "booking": text("The platform's id."),
            "all_day": flag("Whole days; the end is exclusive."),
            "start": text("When it begins."),
            "end": text("When it ends."),
            "title": text("Empty for a private one."),
            "private": flag("Its title is its owner's alone."),
            "cancelled": flag("It does not take place."),
            "over": flag("Neither side is compared for it any more: it may be erased."),
        }
    ),
    "PersonStruck": record(
        {
            "bookings": whole("Bookings whose owner, title and reason were erased."),
            "series": whole("Series of which the same was erased."),
            "not_over": whole("Bookings that still stand; ask again when they are over."),
            "next": _NEXT,
            "directory": or_null(
                one_of("The directory's row, where it was asked for: erased, or why it stays.",
                       ["erased", "active", "named"])
            ),
        }
    ),
}  # fmt: skip
PATHS: dict[str, Json] = {
    "/api/people/data": {
        "post": operation(
            "show_person", "people", "Show what is kept of a person",
            {200: ("A page of it.", ref("PersonData"))}, (400, 403, 404, 413), requestBody=sent(ref("PersonNamed")),
        )
    },
    "/api/people/erasure": {
        "post": operation(
            "erase_person", "people", "Erase what is kept of a person and no longer needed",
            {200: ("What was erased, and what stays.", ref("PersonStruck"))}, (400, 403, 404, 413),
            requestBody=sent(ref("PersonErased")),
        )
    },
}  # fmt: skip
