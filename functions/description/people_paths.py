"""The operations and schemas about people, and about the coming bookings of those who have left."""

from __future__ import annotations

from functions.description.moments import MOMENT, RESOURCE_ID, TIMED, WHEN
from functions.description.parts import (
    Json,
    flag,
    in_path,
    in_query,
    listed,
    one_of,
    operation,
    or_null,
    record,
    ref,
    sent,
    text,
    whole,
)
from shared.app.leaver_bookings import LeaverVerb

_USER = "bbbbbbbb-0000-0000-0000-000000000002"
_PLAN = "9f0c4c1c2f3e4d5b8a7f6e5d4c3b2a19"
_BOOKING = "01KAJ42TB00KNG"
_PERSON = in_path("person", "A user's object id, or any of their addresses.", _USER)
_PAGE = (
    in_query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}, "How many at most.", 100),
    in_query("after", {"type": "string", "maxLength": 255}, "The 'next' of the page before.", _USER),
)
_NO_BODY = sent({"type": "object", "additionalProperties": False}, required=False)

PATHS: dict[str, Json] = {
    "/api/people": {
        "get": operation(
            "list_people", "people", "List the users of the directory", {200: ("All of them.", ref("People"))},
            (400, 404),
            parameters=[*_PAGE, in_query("left", {"type": "boolean", "default": False}, "Who has left.", True)],
        )
    },
    "/api/people/follow": {
        "post": operation(
            "follow_people_now", "people", "Read the directory's changes now",
            {202: ("It is woken.", ref("Woken"))}, (400, 404, 413), requestBody=_NO_BODY,
        )
    },
    "/api/people/{person}/bookings": {
        "parameters": [_PERSON],
        "get": operation(
            "list_coming_bookings", "people", "List somebody's coming bookings in all resources",
            {200: ("By time.", ref("ComingBookings"))}, (404,),
        ),
        "post": operation(
            "settle_coming_bookings", "people", "Release or hand over the coming bookings of somebody who has left",
            {
                200: ("What would be done. Nothing was.", ref("LeaverPlan")),
                202: ("What became of each.", ref("LeaverPlanDone")),
            },
            (400, 404, 409, 413, 422), requestBody=sent(ref("LeaverOrder")),
        ),
    },
}  # fmt: skip
"""Operations by path and method."""

_MEMBER_EXAMPLE = {
    "id": _USER, "address": "ben.walters@contoso.com", "aliases": ["ben@contoso.com"], "name": "Ben Walters",
    "active": False, "left_at": "2026-11-20T16:00:00.000Z",
}  # fmt: skip
_COMING_EXAMPLE = {
    "resource": RESOURCE_ID, "name": "Matterhorn", "booking": _BOOKING, "zone": "Europe/Zurich", **TIMED,
    "private": False, "can_be_handed_over": True,
}  # fmt: skip

SCHEMAS: dict[str, Json] = {
    "Member": record(
        {
            "id": text("The object id in the directory."),
            "address": text(""),
            "aliases": {"type": "array", "items": {"type": "string"}},
            "name": text(""),
            "active": flag("False for whoever was deleted or may not sign in."),
            "left_at": or_null(MOMENT),
        },
        _MEMBER_EXAMPLE,
    ),
    "People": listed(
        "people",
        "Member",
        next=or_null(text("Give it as 'after' to read on; null at the end.")),
        active=whole("How many users are active."),
        read_at=or_null(MOMENT),
        notifications_until=or_null(MOMENT),
    ),
    "ComingBooking": record(
        {
            "resource": text("The resource's id."),
            "name": text("What people call the resource."),
            "booking": text("The platform's id of the booking."),
            "zone": text("The resource's time zone, by its IANA name."),
            **WHEN,
            "private": flag(""),
            "can_be_handed_over": flag("False for a meeting of Outlook: it belongs to its organiser."),
        },
        _COMING_EXAMPLE,
    ),
    "ComingBookings": record(
        {"person": ref("Member"), "bookings": {"type": "array", "items": ref("ComingBooking")}},
        {"person": _MEMBER_EXAMPLE, "bookings": [_COMING_EXAMPLE]},
    ),
    "LeaverOrder": record(
        {
            "verb": one_of("What becomes of the bookings.", LeaverVerb),
            "to": text("The address of whoever gets them; belongs to 'hand_over'.", maxLength=320),
            "bookings": {"type": "array", "items": {"type": "string"}, "maxItems": 500},
            "approve": text("The id of the plan that was shown; without it, a plan is shown and nothing done."),
        },
        {"verb": "hand_over", "to": "adele.vance@contoso.com", "approve": _PLAN},
        optional=("to", "bookings", "approve"),
    ),
    "LeaverPlan": record(
        {
            "plan": text("Names exactly these bookings as they stand; give it as 'approve'."),
            "verb": one_of("", LeaverVerb),
            "to": or_null(text("")),
            "bookings": {"type": "array", "items": ref("ComingBooking")},
            "left_out": {"type": "array", "items": ref("ComingBooking")},
        },
        {"plan": _PLAN, "verb": "release", "to": None, "bookings": [_COMING_EXAMPLE], "left_out": []},
    ),
    "LeaverPlanDone": record(
        {
            "plan": text(""),
            "done": {
                "type": "array",
                "items": record({"resource": text(""), "booking": text(""), "why": text("Why not; empty: done.")}),
            },
        },
        {"plan": _PLAN, "done": [{"resource": RESOURCE_ID, "booking": _BOOKING, "why": ""}]},
    ),
}
"""Schemas by their names in the description."""
