"""Event ids on the wire: the immutable form, the default form that changes with the folder, ids of
occurrences.

The store knows immutable ids only. The default form holds the folder and so stops working when the item moves
to Deleted Items, as Exchange's does (facts 3.7). Both forms are accepted everywhere and are case-sensitive.
"""

from __future__ import annotations

import binascii
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import date, datetime

from local.graph.values import Event, EventId
from local.graph.wire import GraphError

_IMMUTABLE, _IMMUTABLE_OCCURRENCE = "AAkALgAA", "AAkALgAO"
_DEFAULT = {"calendar": "AAMkADRA", "deleted": "AAMkADRD"}
_DEFAULT_OCCURRENCE = {"calendar": "AAMkADOA", "deleted": "AAMkADOD"}
_PREFIX_LENGTH = 8
_GLOBAL_OBJECT_ID = "040000008200E00074C5B7101A82E008"


@dataclass(frozen=True)
class Reference:
    """What an id on the wire names: an item, or an occurrence of a master; `folder` where the id holds one."""

    event: EventId
    day: date | None
    folder: str | None


def wire_id(event: Event, immutable: bool) -> str:
    """The id of an event or occurrence in the wanted form."""
    return wire_form(event.id, immutable, event.stored)


def wire_form(event_id: EventId, immutable: bool, folder: str = "calendar") -> str:
    """The wanted form of an immutable id."""
    if immutable:
        return event_id
    table = _DEFAULT_OCCURRENCE if event_id.startswith(_IMMUTABLE_OCCURRENCE) else _DEFAULT
    return table[folder] + event_id[_PREFIX_LENGTH:]


def occurrence_event_id(master: EventId, day: date) -> EventId:
    """The immutable id of the occurrence of a series on its original date."""
    raw = urlsafe_b64decode(master[_PREFIX_LENGTH:]) + day.toordinal().to_bytes(4, "big")
    return EventId(_IMMUTABLE_OCCURRENCE + urlsafe_b64encode(raw).decode())


def new_event_id() -> EventId:
    """A fresh immutable id; its padding makes clients percent-encode it."""
    return EventId(_IMMUTABLE + urlsafe_b64encode(secrets.token_bytes(40)).decode())


def parse_id(text: str) -> Reference:
    """What an id names; 400 `ErrorInvalidIdMalformed` for text that is no id."""
    prefix, rest = text[:_PREFIX_LENGTH], text[_PREFIX_LENGTH:]
    folders = {value: key for table in (_DEFAULT, _DEFAULT_OCCURRENCE) for key, value in table.items()}
    occurrence = prefix == _IMMUTABLE_OCCURRENCE or prefix in _DEFAULT_OCCURRENCE.values()
    if prefix not in folders and prefix not in (_IMMUTABLE, _IMMUTABLE_OCCURRENCE):
        raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.")
    if not occurrence:
        return Reference(EventId(_IMMUTABLE + rest), None, folders.get(prefix))
    try:
        raw = urlsafe_b64decode(rest)
        day = date.fromordinal(int.from_bytes(raw[-4:], "big"))
    except (binascii.Error, ValueError, OverflowError) as error:
        raise GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.") from error
    master = EventId(_IMMUTABLE + urlsafe_b64encode(raw[:-4]).decode())
    return Reference(master, day, folders.get(prefix))


def new_uid(now: datetime) -> str:
    """A fresh iCalUId in the form of a global object id."""
    return (
        f"{_GLOBAL_OBJECT_ID}00000000{int(now.timestamp() * 1e7):016X}{'0' * 16}10000000{secrets.token_hex(16).upper()}"
    )


def occurrence_uid(uid: str, day: date) -> str:
    """The iCalUId of one occurrence: the series' with the date in it, so that it differs (facts 3.1)."""
    if not uid.startswith(_GLOBAL_OBJECT_ID):
        return f"{uid}_{day:%Y%m%d}"
    start = len(_GLOBAL_OBJECT_ID)
    return f"{uid[:start]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[start + 8 :]}"
