"""The mailbox directory over Graph: who a mailbox is, which zone it lives in, what kind of place it is.

Only the user itself is needed. Mailbox settings and Places are asked where the application may, and what is
not permitted or not known there is left at its default: equipment, for one, is in no Place.
"""

from __future__ import annotations

import asyncio
from typing import Any

from shared.adapters.graph.client import GraphClient
from shared.adapters.graph.requests import Request, path
from shared.adapters.graph.zones import UnknownZoneError, iana_name, zone
from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId
from shared.ports.calendar import MailboxFacts
from shared.ports.errors import NotFound, Rejected

_NAMED = "id,displayName,mail,userPrincipalName,businessPhones"
_DEVICES = {"audioDeviceName": "audio", "videoDeviceName": "video", "displayDeviceName": "display"}
_KINDS = ("room", "equipment")
_MOST_DIGITS = 10


class GraphMailboxDirectory:
    """The mailboxes of one tenant."""

    def __init__(self, client: GraphClient) -> None:
        self._client = client

    async def mailbox(self, address_or_id: str) -> MailboxFacts:
        """Return what is known of a mailbox; ``NotFound`` also where the user has no mailbox that Graph reaches."""
        request = Request("GET", path("users", address_or_id, _select=_NAMED), "users/{id}", "read the mailbox's user")
        user = await self._client.fetch(request)
        address = str(user.get("mail") or user.get("userPrincipalName") or address_or_id)
        settings, place = await asyncio.gather(self._settings(user["id"]), self._place(address))
        return MailboxFacts(MailboxId(user["id"]), address, facts(user, settings, place))

    async def _settings(self, mailbox: str) -> dict[str, Any]:
        link = path("users", mailbox, "mailboxSettings")
        request = Request("GET", link, "mailboxSettings", "read the mailbox's settings", mailbox)
        try:
            return await self._client.fetch(request)
        except Rejected:
            return {}

    async def _place(self, address: str) -> dict[str, Any]:
        request = Request("GET", path("places", address), "places/{id}", "read the place")
        try:
            return await self._client.fetch(request)
        except (Rejected, NotFound):
            return {}


def facts(user: dict[str, Any], settings: dict[str, Any], place: dict[str, Any]) -> ResourceFacts:
    """Return what directory, mailbox settings and Places say together; each may be empty."""
    purpose = str(settings.get("userPurpose") or "")
    kind = "room" if place else purpose
    phones = [*_listed(user.get("businessPhones")), ""]
    return ResourceFacts(
        name=str(place.get("displayName") or user.get("displayName") or ""),
        kind=kind if kind in _KINDS else purpose or "room",
        capacity=_number(place.get("capacity")),
        building=str(place.get("building") or ""),
        floor=_floor(place),
        zone=_zone(settings.get("timeZone")),
        phone=str(place.get("phone") or phones[0] or ""),
        features=_features(place),
    )


def _number(value: Any) -> int | None:
    """Return a capacity; the documentation shows it as a number and as text."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) < _MOST_DIGITS else None


def _listed(value: Any) -> list[Any]:
    """Return a list as it is, and nothing where it is none."""
    return value if isinstance(value, list) else []


def _floor(place: dict[str, Any]) -> str:
    number = place.get("floorNumber")
    return str(place.get("floorLabel") or ("" if number is None else number))


def _zone(name: Any) -> str:
    """Return the mailbox's zone as an IANA name; UTC where it is not known."""
    try:
        return iana_name(zone(str(name)).key) if name else "UTC"
    except UnknownZoneError:
        return "UTC"


def _features(place: dict[str, Any]) -> tuple[str, ...]:
    devices = [word for name, word in _DEVICES.items() if place.get(name)]
    access = ["wheelchair"] if place.get("isWheelChairAccessible") else []
    return (*devices, *access, *(str(tag) for tag in _listed(place.get("tags"))))
