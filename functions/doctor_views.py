"""The doctor's findings as JSON, and the file of booking settings as it is sent. Pure."""

from __future__ import annotations

from typing import Any

from functions.answers import BadRequest
from functions.fields import Body, plain_text
from functions.reading import in_words
from shared.domain.calendar_processing import SETTINGS
from shared.domain.findings import Finding

Json = dict[str, Any]

MOST_ROOMS = 100
_LONGEST_SETTING = 4000


def finding_view(finding: Finding) -> Json:
    """Return one finding: its check and verdict as they are named everywhere, the rest in the caller's language."""
    return {
        "check": finding.check,
        "name": in_words(finding.check),
        "verdict": finding.verdict,
        "seen": in_words(finding.seen),
        "effect": in_words(finding.effect),
        "mend": in_words(finding.mend),
    }


def rooms_of(body: Body) -> list[tuple[str, Json]]:
    """Return the rooms of a body: address and settings, of which only those are kept that are judged."""
    listed = body.value("rooms")
    if not isinstance(listed, list) or not listed or len(listed) > MOST_ROOMS:
        raise BadRequest(f"'rooms' must be a list of 1 to {MOST_ROOMS} rooms")
    return [_room(each) for each in listed]


def _room(given: object) -> tuple[str, Json]:
    if not isinstance(given, dict):
        raise BadRequest("each of 'rooms' is an object with 'address' and 'settings'")
    room = Body(given, ("address", "settings"))
    address = room.text("address", 320)
    if not address:
        raise BadRequest("each of 'rooms' needs 'address'")
    known = {name.casefold() for name in SETTINGS}
    return address, {
        name: _setting(name, value) for name, value in room.fields("settings").items() if name.casefold() in known
    }


def _setting(name: str, value: object) -> object:
    """Return a setting of a kind that PowerShell writes."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        return plain_text(name[:40], value, _LONGEST_SETTING)
    if isinstance(value, list) and len(value) <= _LONGEST_SETTING:
        return [str(each) for each in value]
    raise BadRequest(f"'{name[:40]}' is neither text, a number, true or false, nor a list")
