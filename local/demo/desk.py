"""What people do on the booking platform, and what it shows them: the built-in platform's API."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from local.demo.cast import Person, Room
from local.demo.entries import Entry, Slot, of_platform
from local.demo.web import Json, Web


class Desk:
    """The platform for everybody in the company."""

    def __init__(self, host: Web) -> None:
        self._host = host

    async def book(self, who: Person, room: Room, title: str, slot: Slot) -> str:
        """Book the room; return the booking's id. Raises Refused when it is taken."""
        booking = {"title": title, "organiser": {"address": who.address, "name": who.name}, **_times(slot)}
        return str((await self._host.call("POST", _bookings(room), booking))["id"])

    async def move(self, room: Room, booking: str, slot: Slot) -> None:
        """Give a booking another time."""
        await self._host.call("PATCH", f"{_bookings(room)}/{booking}", _times(slot))

    async def cancel(self, room: Room, booking: str, reason: str = "") -> None:
        """Cancel a booking."""
        await self._host.call("DELETE", f"{_bookings(room)}/{booking}", None, reason=reason)

    async def get(self, room: Room, booking: str) -> Json:
        """One booking as the API tells it."""
        return await self._host.call("GET", f"{_bookings(room)}/{booking}")

    def feed(self, room: Room) -> Feed:
        """The feed of a room's changes, to see cheaply whether anything happened."""
        return Feed(self._host, room)

    async def all_told(self, room: Room) -> str:
        """All that the platform tells of a room's bookings, as it tells it."""
        return json.dumps(await self._host.call("GET", _changes(room)))

    async def shows(self, room: Room, start: datetime, days: int = 1) -> list[Entry]:
        """The bookings that stand from `start` for that many days."""
        window = {"from": _instant(start), "to": _instant(start + timedelta(days=days))}
        found = await self._host.call("GET", _bookings(room), None, **window)
        return [of_platform(booking) for booking in found["bookings"]]


class Feed:
    """What changed in a room since it was looked at last; a quiet feed costs the platform one read."""

    def __init__(self, host: Web, room: Room) -> None:
        self._host = host
        self._room = room
        self._cursor = ""

    async def has_moved(self) -> bool:
        """Whether anything was changed since the last look; the first look says yes."""
        since = {"since": self._cursor} if self._cursor else {}
        cursor = str((await self._host.call("GET", _changes(self._room), None, **since))["cursor"])
        moved = cursor != self._cursor
        self._cursor = cursor
        return moved


def _changes(room: Room) -> str:
    return f"/api/platform/resources/{room.platform}/changes"


def _bookings(room: Room) -> str:
    return f"/api/platform/resources/{room.platform}/bookings"


def _times(slot: Slot) -> Json:
    start, end = slot.edges
    return {"start": start, "end": end, "all_day": slot.all_day}


def _instant(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
