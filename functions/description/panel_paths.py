"""The operations around a door: an operator's on its panels, and a panel's own, which its token opens."""

from __future__ import annotations

from functions.description.moments import A_MOMENT, MAPPING_ID, MOMENT, RESOURCE_ID
from functions.description.parts import (
    Json,
    flag,
    in_header,
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
from functions.description.platform_schemas import BOOKING_ID

_RESOURCE = in_path("resource", "The resource.", RESOURCE_ID)
_SPAN: dict[str, Json] = {"start": MOMENT, "end": MOMENT}
_MINUTES = or_null(whole("How many; null or left out: until the next booking.", 5, 720))
_BOOKING = text("The booking that the door shows, so that nobody changes one that they did not see.")
_PANEL: dict[str, Json] = {
    "id": text("The panel."),
    "name": text("What tells it from other panels."),
    "books_as": text("The title of what is booked at it."),
    "made_at": MOMENT,
    "seen_at": or_null({**MOMENT, "description": "When it asked last, within five minutes; null where it never did."}),
}
_A_PANEL = {
    "id": MAPPING_ID, "name": "left of the door", "books_as": "Booked at the door", "made_at": A_MOMENT, "seen_at": None
}  # fmt: skip
SCHEMAS: dict[str, Json] = {
    "Panels": listed("panels", "Panel"),
    "Panel": record(_PANEL, _A_PANEL),
    "PanelOrder": record(
        {"name": text("Up to 80 characters."), "books_as": or_null(text("Null or left out: 'Booked at the door'."))},
        {"name": "left of the door"},
        optional=("books_as",),
    ),
    "NewPanel": record(
        {
            **_PANEL,
            "token": text("Opens this resource's door and nothing else; it is told this once."),
            "address": text("What the panel's browser is to open; the token stands behind the #."),
        }
    ),
    "PanelWithdrawn": record({"withdrawn": text("The panel.")}),
    "NoShows": listed("no_shows", "NoShow", next=or_null(text("Go on behind this; null where it is all."))),
    "NoShow": record(
        {
            "resource": text("The resource."),
            "name": text("Its name."),
            "building": text("Its building."),
            "series": text("What tells the series from others."),
            "times": whole("How often in a row it was released because nobody checked in.", 1),
            "since": text("The day of the first of them.", format="date"),
            "last": text("The day of the last of them.", format="date"),
            "organiser": or_null(record({"address": text("Of its owner."), "name": text("Of its owner.")})),
            "title": text("Empty of a private one."),
            "private": flag("Whether its title is not shown."),
        }
    ),
    "DoorBooking": record(
        {
            "booking": text("The platform's id of the booking."),
            **_SPAN,
            "all_day": flag("Whether it takes whole days."),
            "title": text("As the policy says; empty where it says 'busy', and of a private booking."),
            "organiser": text("A name, where the policy shows titles or names; never of a private booking."),
            "private": flag("Whether nothing of it is shown but its time."),
            "checked_in": flag("Whether somebody has checked in."),
        }
    ),
    "DoorRoom": record(
        {
            "minutes": {"type": "array", "items": {"type": "integer"}, "description": "The lengths that fit."},
            "until": or_null({**MOMENT, "description": "Until when at most; null where nothing is near."}),
        }
    ),
    "Door": record(
        {
            "resource": text("The resource."),
            "name": text("Its name."),
            "building": text("Its building."),
            "floor": text("Its floor."),
            "capacity": or_null(whole("How many people find room.")),
            "zone": text("The zone on whose clock its times are told."),
            "language": one_of("In which its sentences are.", ["de", "en", "fr"]),
            "now": MOMENT,
            "stale_since": or_null(
                {**MOMENT, "description": "Since when this may not be as the calendar has it; null: it is."}
            ),
            "state": one_of("What the door says.", ["free", "soon", "taken", "awaited", "closed"]),
            "until": or_null({**MOMENT, "description": "Until when; null where that is beyond today."}),
            "current": or_null(ref("DoorBooking")),
            "next": or_null(ref("DoorBooking")),
            "day": {"type": "array", "items": ref("DoorBooking"), "description": "Today's bookings by their start."},
            "closed": {"type": "array", "items": record(_SPAN), "description": "When it is closed today."},
            "can_book": or_null(ref("DoorRoom")),
            "can_extend": or_null(ref("DoorRoom")),
            "can_end": flag("Whether what runs may be ended here."),
            "check_in": or_null(text("The booking at which somebody may check in now.")),
            "check_in_until": or_null({**MOMENT, "description": "By when; the room is released then."}),
            "next_change": {**MOMENT, "description": "When this is different although nobody did anything."},
            "book_at": text("Where the resource is booked with a browser of one's own."),
        }
    ),
    "DoneAtDoor": record({"said": text("What was done, in a sentence."), "door": ref("Door")}),
    "DoorBookOrder": record({"minutes": _MINUTES}, {"minutes": 30}, optional=("minutes",)),
    "DoorExtendOrder": record(
        {"booking": _BOOKING, "minutes": _MINUTES}, {"booking": BOOKING_ID, "minutes": 15}, optional=("minutes",)
    ),
    "DoorOrder": record({"booking": _BOOKING}, {"booking": BOOKING_ID}),
}
_KEY = in_header(
    "Idempotency-Key", {"type": "string", "minLength": 1, "maxLength": 255},
    "Repeating a request under the same key books once.", "6f5c0f0e-1b1e-4b1e-9a53-0a4b0d3c1f77",
)  # fmt: skip


def _at_door(name: str, summary: str, schema: str, *errors: int, **more: object) -> Json:
    return operation(
        name, "door", summary, {200: ("The door as it is now.", ref(schema))}, errors, security=[{"panel": []}], **more
    )


def _doing(name: str, summary: str, order: str, **more: object) -> Json:
    return {
        "post": _at_door(
            name, summary, "DoneAtDoor", 400, 404, 409, 413, 422, requestBody=sent(ref(order)), **more
        ),
        "parameters": [_RESOURCE],
    }  # fmt: skip


def _picture() -> Json:
    side: Json = {"type": "integer", "minimum": 100, "maximum": 2000}
    rotation: Json = {"type": "string", "enum": ["0", "90", "180", "270"], "default": "0"}
    palettes: Json = {"type": "string", "enum": ["bw", "bwr", "bwy", "grey4", "grey16"], "default": "bw"}
    found = _at_door(
        "picture_door", "What stands on the door as a picture, for displays of electronic paper", "Door", 400, 404, 422,
        parameters=[
            in_query("width", {**side, "default": 800}, "Dots.", 800),
            in_query("height", {**side, "default": 480}, "Dots.", 480),
            in_query("palette", palettes, "The colours of the display; the picture holds no others.", "bwr"),
            in_query(
                "rotation", rotation,
                "The degrees by which the display hangs turned clockwise; width and height are of its own dots.", "90",
            ),
            in_query("lang", {"type": "string"}, "The language of its words; else the one that is accepted.", "de"),
            in_query("token", {"type": "string"}, "The panel's token, for displays that send no headers."),
        ],
    )  # fmt: skip
    headers = {
        "ETag": {"schema": {"type": "string"}, "description": "Names the picture."},
        "X-Next-Change": {"schema": MOMENT, "description": "When it is another, if nobody does anything."},
    }
    png = {"image/png": {"schema": {"type": "string", "contentMediaType": "image/png"}}}
    found["responses"]["200"] = {"description": "The picture.", "content": png, "headers": headers}
    found["responses"]["304"] = {"description": "It is the one that If-None-Match names.", "headers": headers}
    return found


_DOOR = "/api/panel/{resource}/door"
PATHS: dict[str, Json] = {
    "/api/resources/{resource}/panels": {
        "parameters": [_RESOURCE],
        "get": operation("list_panels", "door", "List a resource's panels", {200: ("All.", ref("Panels"))}, (404,)),
        "post": operation(
            "make_panel", "door", "Make a panel and tell its token, this once", {201: ("Made.", ref("NewPanel"))},
            (400, 404, 409, 413), requestBody=sent(ref("PanelOrder")),
        ),
    },
    "/api/resources/{resource}/panels/{panel}": {
        "parameters": [_RESOURCE, in_path("panel", "The panel.", MAPPING_ID)],
        "delete": operation(
            "withdraw_panel", "door", "Withdraw a panel", {200: ("It opens nothing.", ref("PanelWithdrawn"))}, (404,)
        ),
    },
    "/api/no-shows": {
        "get": operation(
            "list_no_shows", "door", "List the series to which nobody comes", {200: ("A page.", ref("NoShows"))},
            (400, 422),
            parameters=[
                in_query("after", {"type": "string"}, "Go on behind this resource.", RESOURCE_ID),
                in_query("limit", {"type": "integer", "minimum": 1, "maximum": 100}, "How many resources.", 100),
            ],
        )
    },
    _DOOR: {"get": _at_door("show_door", "What stands on the door now", "Door", 404, 422), "parameters": [_RESOURCE]},
    f"{_DOOR}/book": _doing("book_at_door", "Book from now on", "DoorBookOrder", parameters=[_KEY]),
    f"{_DOOR}/extend": _doing("extend_at_door", "Make what runs last longer", "DoorExtendOrder"),
    f"{_DOOR}/end": _doing("end_at_door", "End what runs", "DoorOrder"),
    "/api/panel/{resource}/picture.png": {"get": _picture(), "parameters": [_RESOURCE]},
    f"{_DOOR}/check-in": _doing("check_in_at_door", "Check in", "DoorOrder"),
}  # fmt: skip
