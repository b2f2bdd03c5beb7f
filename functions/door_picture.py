"""The picture of a door as an answer: kept by the display until it changes, drawn only where it did."""

from __future__ import annotations

import asyncio
import hashlib
from datetime import datetime

import azure.functions as func

from functions.answers import CAREFUL, BadRequest
from functions.fields import number_param
from functions.panel_views import booking_page
from functions.panels import address_of
from functions.views import moment
from shared.adapters.picture.hanging import Hanging
from shared.adapters.picture.palettes import Palette
from shared.app.at_the_door import AtDoor, look
from shared.app.word_door import word_door

NEXT_CHANGE = "X-Next-Change"
"""When the door says something else although nobody did anything: a display may sleep until then, or less long."""
SMALLEST, LARGEST = 100, 2000
"""Dots along one side."""
_USUAL = (800, 480)
_LONGEST_SECONDS = 300


async def pictured(req: func.HttpRequest, at: AtDoor) -> func.HttpResponse:
    """Return the picture of a door, or 304 where the display shows it already."""
    width = number_param(req, "width", _USUAL[0], SMALLEST, LARGEST)
    height = number_param(req, "height", _USUAL[1], SMALLEST, LARGEST)
    palette = _palette(req.params.get("palette", Palette.BW))
    hanging = _hanging(req.params.get("rotation", "0"))
    seen = await look(at)
    sign = word_door(at, seen, booking_page(address_of(req, at.outside.notification_url), at.resource.id))
    tag = f'"{hashlib.sha256(repr((sign, width, height, palette, hanging)).encode()).hexdigest()[:32]}"'
    headers = {**CAREFUL, **_until(seen.door.now, seen.door.next_change), "ETag": tag}
    if tag in req.headers.get("If-None-Match", ""):
        return func.HttpResponse(status_code=304, headers=headers)
    from shared.adapters.picture.picture import picture

    drawn = await asyncio.to_thread(picture, sign, width, height, palette, hanging)
    return func.HttpResponse(drawn, headers=headers, mimetype="image/png")


def _palette(text: str) -> Palette:
    try:
        return Palette(text)
    except ValueError:
        raise BadRequest(f"'palette' can be {', '.join(Palette)}") from None


def _hanging(text: str) -> Hanging:
    known = {str(each.value): each for each in Hanging}
    if text not in known:
        raise BadRequest(
            f"'rotation' can be {', '.join(known)}: the degrees by which the display hangs turned clockwise"
        )
    return known[text]


def _until(now: datetime, change: datetime) -> dict[str, str]:
    seconds = max(1, min(_LONGEST_SECONDS, int((change - now).total_seconds())))
    return {"Cache-Control": f"private, max-age={seconds}", NEXT_CHANGE: moment(change) or ""}
