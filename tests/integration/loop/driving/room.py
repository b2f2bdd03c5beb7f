"""A linked room, seen from both sides at once and compared booking by booking."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.integration.loop.driving.outlook import Outlook, instant
from tests.integration.loop.driving.platform import Platform
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at, stamp
from tests.integration.loop.driving.waiting import PATIENCE_SECONDS, eventually, throughout
from tests.integration.loop.driving.web import Web

Json = dict[str, Any]

PRIVATE = "(private)"
_FIRST, _LAST = timedelta(days=-6), timedelta(days=60)


@dataclass(frozen=True, order=True)
class Shown:
    """One booking as either side shows it: times in UTC (dates where it is all-day), and its title.

    On the room's copy of somebody's meeting Exchange has replaced the title by the organiser's name, which is
    what the platform shows too. A private booking's title is ``PRIVATE``.
    """

    start: str
    end: str
    title: str


def shown(start: datetime, end: datetime, title: str) -> Shown:
    """A timed booking."""
    return Shown(stamp(start), stamp(end), title)


@dataclass(frozen=True)
class Sides:
    """Both sides of a room at nearly one moment, each in order of time."""

    calendar: tuple[Shown, ...]
    platform: tuple[Shown, ...]


@dataclass(frozen=True)
class Made:
    """How many copies were ever made of a room's bookings, on each side; cancelled and deleted ones count."""

    events: int
    bookings: int


@dataclass(frozen=True)
class Room:
    """A room under its three names: ours, the mailbox's and the platform's."""

    stack: Stack
    host: Web
    outlook: Outlook
    desk: Platform
    id: str
    mailbox: str
    address: str
    platform: str

    async def resource(self) -> Json:
        """The room as the administrator's API shows it."""
        found: Json = await self.host.ask("GET", f"/api/resources/{self.id}")
        return found

    async def calendar_side(self, first: timedelta = _FIRST) -> tuple[Shown, ...]:
        """What the room's calendar shows as taken, from so long before the tests' first day on."""
        events = await self.outlook.calendar(self.mailbox, at(0) + first, at(0) + _LAST)
        return tuple(sorted(_of_event(event) for event in events if takes_place(event)))

    async def platform_side(self, first: timedelta = _FIRST) -> tuple[Shown, ...]:
        """What the platform shows as booked, from so long before the tests' first day on."""
        bookings = await self.desk.listed(self.platform, at(0) + first, at(0) + _LAST)
        return tuple(sorted(_of_booking(booking) for booking in bookings))

    async def sides(self, first: timedelta = _FIRST) -> Sides:
        return Sides(await self.calendar_side(first), await self.platform_side(first))

    async def agrees_on(self, *expected: Shown, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until both sides show exactly these bookings."""
        wanted = tuple(sorted(expected))
        await eventually(
            self.sides,
            lambda sides: sides == Sides(wanted, wanted),
            f"both sides of {self.address} show {wanted}",
            seconds,
        )

    async def keeps(self, *expected: Shown, seconds: float = 1.0) -> None:
        """Watch that both sides show exactly these bookings for some time."""
        wanted = tuple(sorted(expected))
        await throughout(self.sides, lambda sides: sides == Sides(wanted, wanted), f"both sides show {wanted}", seconds)

    async def settles(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait until the room says that it is in step and has nothing open, whoever looks."""
        await eventually(
            self.resource,
            lambda room: room["state"] == "in step" and room["open_steps"] == 0,
            f"{self.address} is in step with nothing open",
            seconds,
        )

    async def codes(self) -> list[str]:
        """The codes of its decisions, the latest first."""
        return [decision["code"] for decision in await self.decisions()]

    async def decisions(self) -> list[Json]:
        found: list[Json] = (await self.host.ask("GET", f"/api/resources/{self.id}/decisions"))["decisions"]
        return found

    async def decided(self, code: str) -> None:
        """Wait until a decision of that code is recorded."""
        await eventually(self.codes, lambda codes: code in codes, f"{self.address} has decided {code}")

    async def mappings(self) -> list[Json]:
        found: list[Json] = (await self.host.ask("GET", f"/api/resources/{self.id}/mappings"))["mappings"]
        return found

    async def command(self, verb: str, **more: Any) -> None:
        """Order something of the room."""
        await self.host.ask("POST", f"/api/resources/{self.id}/commands", {"verb": verb, **more})

    @asynccontextmanager
    async def held_still(self) -> AsyncIterator[None]:
        """Pause the room, so that what happens meanwhile is seen by one run, and let it go at the end."""
        await self.command("pause")
        await eventually(self.resource, lambda room: room["state"] == "paused", f"{self.address} is paused")
        yield
        await self.command("resume")

    async def events(self) -> list[Json]:
        """The room's calendar as Graph shows it, cancelled and declined meetings included."""
        return await self.outlook.calendar(self.mailbox, at(0) + _FIRST, at(0) + _LAST)

    async def made(self) -> Made:
        """How many copies were ever made."""
        bookings = await self.desk.listed(self.platform, at(0) + _FIRST, at(0) + _LAST, cancelled=True)
        return Made(len(self.stack.events_ever_made(self.mailbox)), len(bookings))


def takes_place(event: Json) -> bool:
    """Tell whether an event of the room's calendar takes its time."""
    declined = event["responseStatus"]["response"] == "declined"
    return not event["isCancelled"] and not declined and event["showAs"] != "free"


def _of_event(event: Json) -> Shown:
    title = PRIVATE if event["sensitivity"] == "private" else event["subject"]
    if event["isAllDay"]:
        return Shown(event["start"]["dateTime"][:10], event["end"]["dateTime"][:10], title)
    return Shown(stamp(instant(event["start"])), stamp(instant(event["end"])), title)


def _of_booking(booking: Json) -> Shown:
    return Shown(booking["start"], booking["end"], PRIVATE if booking["private"] else booking["title"])
