"""Schemas of what the built-in platform's API sends and takes, and those that every part of the API shares."""

from __future__ import annotations

from functions.description.moments import MOMENT, TIMED, WHEN
from functions.description.parts import Json, flag, listed, one_of, or_null, record, ref, text, whole
from shared.domain.opening_hours import DAYS

CURSOR = "1.01KAJ3ZK.17"
BOOKING_ID = "01KAJ42TB00KNGM8W1R5T9C3EX"
_MOMENT = "2026-11-20T14:03:11.004Z"
PERSON = record({"address": text("An SMTP address.", maxLength=320), "name": text("", maxLength=255)})
WHEN_ASKED: dict[str, Json] = {
    "start": text("An instant with its zone, such as 2026-11-23T09:00:00+01:00; a date where all_day."),
    "end": text("The same; where all_day, the first day that no longer belongs to it."),
    "all_day": flag("Whole days, in the resource's zone."),
}
_OWNER_ASKED: Json = {
    "description": "To whom the booking belongs: an address, or an address with a name.",
    "anyOf": [
        {"type": "string", "maxLength": 320},
        record({"address": text("", maxLength=320), "name": text("", maxLength=255)}, optional=("name",)),
    ],
}
_TITLE = text("What it is about; of a private booking it is kept and never shown.", maxLength=255)

_BOOKING = record(
    {
        "id": text("The platform's id of the booking."),
        **WHEN,
        "title": text("Empty where private."),
        "join_url": text("Where its online meeting is joined, if the policy shows it; empty where private."),
        "private": flag("Whether its title is for its owner only."),
        "organiser": or_null(PERSON),
        "status": one_of("Requested: it needs a person's yes.", ("confirmed", "requested", "cancelled")),
        "reason": text("Why it was cancelled, where somebody said so."),
        "version": text("Changes with every change; give it back to change exactly what was seen."),
        "checked_in": or_null(MOMENT),
        "released": flag("Whether it was cancelled because nobody checked in."),
        "created": or_null(MOMENT),
        "series": or_null(ref("Series")),
        "made_by": one_of("A person (or a program), or Lockstep for the calendar.", ("person", "lockstep")),
    },
    {
        "id": BOOKING_ID,
        **TIMED,
        "title": "Workshop",
        "join_url": "",
        "private": False,
        "organiser": {"address": "ben.walters@contoso.com", "name": "Ben Walters"},
        "status": "confirmed",
        "reason": "",
        "version": "17",
        "checked_in": None,
        "released": False,
        "created": _MOMENT,
        "series": None,
        "made_by": "person",
    },
)

_RULE = text("An RRULE of RFC 5545; UNTIL is a date in the series' zone.", maxLength=500)
RECURRENCE_ASKED: Json = {
    "description": "By what it repeats, from 'start' on.",
    **record({"rule": _RULE, "zone": text("An IANA name; the resource's zone where left out.")}, optional=("zone",)),
}

_OPENING: Json = {
    "type": "object",
    "description": "When the resource may be booked, on the clock of its zone; a day not named is closed.",
    "propertyNames": {"enum": list(DAYS)},
    "additionalProperties": {
        "type": "array",
        "items": {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]-[0-2][0-9]:[0-5][0-9]$"},
    },
}

_PLATFORM_RESOURCE = record(
    {
        "id": text("1 to 128 letters, digits, dots, hyphens, underscores or tildes."),
        "name": text("What people call it."),
        "zone": text("Its time zone, an IANA name."),
        "units": whole("How many bookings may run at the same time.", 1, 1000),
        "buffer_minutes": whole("The gap that two bookings keep, as people are told; Lockstep judges it.", 0, 240),
        "opening_hours": or_null(_OPENING),
    },
    {
        "id": "matterhorn",
        "name": "Matterhorn",
        "zone": "Europe/Zurich",
        "units": 1,
        "buffer_minutes": 15,
        "opening_hours": {"monday": ["08:00-12:00", "13:00-18:00"]},
    },
)

SCHEMAS: dict[str, Json] = {
    "Error": record(
        {"error": record({"code": text("For programs."), "message": text("For people: a sentence.")})},
        {"error": {"code": "overlap", "message": "Matterhorn is taken from 10:00 to 11:00 on 23 November"}},
    ),
    "Health": record({"status": one_of("", ("ok", "misconfigured", "storage unreachable"))}, {"status": "ok"}),
    "Booking": _BOOKING,
    "Series": record(
        {
            "id": text("The platform's id of the series."),
            "rule": _RULE,
            "zone": text("The zone on whose clocks it repeats, an IANA name."),
            "original_start": text("Where the rule has this occurrence; of whole days midnight UTC of the date."),
        },
        {
            "id": "01KAJ42TB00KNGM8W1R5T9C3EZ",
            "rule": "FREQ=WEEKLY;UNTIL=20270125",
            "zone": "Europe/Zurich",
            "original_start": "2026-11-23T09:00:00Z",
        },
    ),
    "Bookings": listed("bookings", "Booking", cursor=text("Where the feed stood before this was read.")),
    "Changes": listed(
        "bookings",
        "Booking",
        cursor=text("Continues from here, as 'since'."),
        more=flag("Whether there is more already."),
    ),
    "BookingOrder": record(
        {
            **WHEN_ASKED,
            "title": _TITLE,
            "organiser": or_null(_OWNER_ASKED),
            "private": flag("Whether its title is for its owner only."),
            "requested": flag("Whether it needs somebody's yes; see 'approve' and 'refuse'."),
            "recurrence": or_null(RECURRENCE_ASKED),
        },
        {
            "start": "2026-11-23T10:00:00+01:00",
            "end": "2026-11-23T11:00:00+01:00",
            "title": "Workshop",
            "organiser": {"address": "ben.walters@contoso.com", "name": "Ben Walters"},
        },
        optional=("all_day", "title", "organiser", "private", "requested", "recurrence"),
    ),
    "BookingChange": record(
        {
            **WHEN_ASKED,
            "title": _TITLE,
            "organiser": _OWNER_ASKED,
            "private": flag("Whether its title is for its owner only."),
            "version": text("Changes the booking only if it still has this version.", maxLength=255),
            "recurrence": RECURRENCE_ASKED,
        },
        {"start": "2026-11-23T14:00:00Z", "end": "2026-11-23T15:00:00Z", "version": "17"},
        optional=("start", "end", "all_day", "title", "organiser", "private", "version", "recurrence"),
    ),
    "PlatformResource": _PLATFORM_RESOURCE,
    "PlatformResources": listed("resources", "PlatformResource"),
    "PlatformResourceOrder": {**_PLATFORM_RESOURCE, "required": ["id", "name"]},
    "OpeningHours": record(
        {"opening_hours": or_null(_OPENING)}, {"opening_hours": {"monday": ["08:00-18:00"], "sunday": ["10:00-24:00"]}}
    ),
    "Block": record(
        {
            "id": text(""),
            **WHEN,
            "reason": text("Why it is kept free."),
            "closing": flag("Whether it lies outside the opening hours."),
        },
        {"id": "01KAJ45D0Q", **TIMED, "reason": "Cleaning", "closing": False},
    ),
    "Blocks": listed("blocks", "Block"),
    "BlockOrder": record(
        {**WHEN_ASKED, "reason": text("Why it is kept free.", maxLength=1000)},
        {"start": "2026-11-27", "end": "2026-11-28", "all_day": True, "reason": "Renovation"},
        optional=("all_day", "reason"),
    ),
    "Unblocked": record({"unblocked": text("The id of the blocked time.")}, {"unblocked": "01KAJ45D0Q"}),
    "Notifications": {
        "type": "object",
        "description": "Microsoft Graph's change or lifecycle notifications; at most 5000, and 1 MiB.",
        "required": ["value"],
        "properties": {"value": {"type": "array", "maxItems": 5000, "items": ref("Notification")}},
    },
    "Notification": {
        "type": "object",
        "properties": {
            "subscriptionId": text(""),
            "clientState": text("Proves that it is about the resource that the URL names; others are dropped."),
            "changeType": text(""),
            "lifecycleEvent": one_of("", ("reauthorizationRequired", "subscriptionRemoved", "missed")),
        },
        "examples": [
            {"subscriptionId": "2f0e0b6c-0000-0000-0000-000000000001", "clientState": "1.9c1f", "changeType": "updated"}
        ],
    },
}
"""Schemas by their names in the description."""
