"""The booking platform's own users: the app's REST API, as any of its clients calls it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from tests.integration.loop.driving.times import stamp
from tests.integration.loop.driving.web import Answer, Web

Json = dict[str, Any]


@dataclass(frozen=True)
class Platform:
    """The built-in platform. ``room`` is always the platform's id of it."""

    host: Web

    async def book(self, room: str, when: Json, title: str = "Workshop", **more: Any) -> str:
        """Make a booking and return its id."""
        body = {**when, "title": title, "organiser": "booker@contoso.example", **more}
        return str((await self.host.ask("POST", _bookings(room), body))["id"])

    async def try_to_book(self, room: str, when: Json, title: str = "Workshop") -> Answer:
        """The answer to a booking that may be refused."""
        return await self.host.send("POST", _bookings(room), {**when, "title": title})

    async def change(self, room: str, booking: str, **fields: Any) -> None:
        await self.host.ask("PATCH", _booking(room, booking), fields)

    async def cancel(self, room: str, booking: str) -> None:
        await self.host.ask("DELETE", _booking(room, booking))

    async def restore(self, room: str, booking: str) -> None:
        await self.host.ask("POST", f"{_booking(room, booking)}/restore")

    async def look(self, room: str, booking: str) -> Json:
        found: Json = await self.host.ask("GET", _booking(room, booking))
        return found

    async def block(self, room: str, when: Json, reason: str = "Cleaning") -> None:
        """Keep a time free of bookings."""
        await self.host.ask("POST", f"/api/platform/resources/{quote(room)}/blocks", {**when, "reason": reason})

    async def listed(self, room: str, start: datetime, end: datetime, *, cancelled: bool = False) -> list[Json]:
        """The bookings of a stretch of time, with ``cancelled`` also those that do not take place."""
        path = f"{_bookings(room)}?from={stamp(start)}&to={stamp(end)}&cancelled={str(cancelled).lower()}"
        found: list[Json] = (await self.host.ask("GET", path))["bookings"]
        return found


def _bookings(room: str) -> str:
    return f"/api/platform/resources/{quote(room)}/bookings"


def _booking(room: str, booking: str) -> str:
    return f"{_bookings(room)}/{quote(booking)}"


def booked(start: datetime, end: datetime) -> Json:
    """Start and end as the platform's users write them."""
    return {"start": stamp(start), "end": stamp(end), "all_day": False}


def booked_days(first: date, until: date) -> Json:
    """Whole days, the end exclusive."""
    return {"start": first.isoformat(), "end": until.isoformat(), "all_day": True}
