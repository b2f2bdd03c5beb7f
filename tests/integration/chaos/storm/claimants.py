"""People who book a room for right now, some of whom check in; what nobody claims within a minute is released.

Nothing of this is moved or cancelled by anybody: whatever ends was released, and says so.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.crashing import BROKEN_CALL
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site

Json = dict[str, Any]
_UNANSWERED = (*BROKEN_CALL, AssertionError, TimeoutError)
_LASTS = timedelta(hours=1)
_PATIENCE_SECONDS, _GLANCE_SECONDS = 180.0, 5.0


@dataclass
class Claimants:
    """Everybody who wants a room now. ``claimed`` are the bookings at which somebody checked in and was told so."""

    site: Site
    rooms: Sequence[Room]
    chance: random.Random
    claimed: set[str] = field(default_factory=set)
    done: Counter[str] = field(default_factory=Counter)
    broken: Counter[str] = field(default_factory=Counter)

    async def act(self) -> None:
        """Let one of them do one thing."""
        what, room = self.chance.choice(_ACTS), self.chance.choice(self.rooms)
        try:
            await what(self, room)
        except _UNANSWERED:
            self.broken[what.__name__] += 1
        else:
            self.done[what.__name__] += 1

    async def book_now(self, room: Room) -> None:
        await self.site.desk.book(room.platform, booked(*self._now()), "Right now")

    async def invite_now(self, room: Room) -> None:
        await self.site.outlook.invite(self.chance.choice((ADELE, BRUNO)), room.address, timed(*self._now()))

    async def check_in(self, room: Room) -> None:
        """Check in at whatever goes on in a room."""
        standing = [each for each in await self._running(room) if each["status"] != "cancelled"]
        if standing:
            booking = self.chance.choice(standing)["id"]
            await self.site.host.ask("POST", f"/api/platform/resources/{room.platform}/bookings/{booking}/check-in")
            self.claimed.add(booking)

    def _now(self) -> tuple[datetime, datetime]:
        start = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=self.chance.randrange(3))
        return start, start + _LASTS

    async def _running(self, room: Room) -> list[Json]:
        """Return what the platform shows, or has shown, of this hour."""
        now = datetime.now(UTC)
        return await self.site.desk.listed(room.platform, now - _LASTS, now + _LASTS, cancelled=True)

    async def wrong(self) -> list[tuple[Room, str]]:
        """Name what was released although somebody had checked in, what forgot that, and what goes on unclaimed."""
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while True:
            found = [(room, each) for room in self.rooms for each in await self.wrong_in(room)]
            if not found or time.monotonic() > deadline:
                return found
            await asyncio.sleep(_GLANCE_SECONDS)

    async def wrong_in(self, room: Room) -> list[str]:
        """Say what is wrong in one room at this moment; what is due may still come."""
        try:
            return await self._wrong_in(room)
        except _UNANSWERED as error:
            return [f"{room.address} does not answer: {error}"]

    async def _wrong_in(self, room: Room) -> list[str]:
        found = []
        unclaimed = []
        for each in await self._running(room):
            named = f"booking {each['id']} of {room.address}"
            if each["id"] in self.claimed:
                if each["released"]:
                    found.append(f"{named} was released although somebody had checked in")
                elif not each["checked_in"]:
                    found.append(f"{named} does not know that somebody checked in")
            elif each["status"] != "cancelled" and not each["checked_in"]:
                unclaimed.append(each["id"])
        return found + [f"booking {each} of {room.address} goes on, and nobody claimed it" for each in unclaimed
                        if await self._is_awaited(room, each)]  # fmt: skip

    async def _is_awaited(self, room: Room, booking: str) -> bool:
        """Tell whether somebody has to check in at a booking, as the room is set now and its ledger has it."""
        policy = (await room.resource())["policy"]
        linked = any(row["booking"] == booking and row["state"] == "linked" for row in await room.mappings())
        return linked and policy["check_in_minutes"] > 0 and policy["direction"] != "to_platform"


_ACTS: tuple[Callable[[Claimants, Room], Awaitable[None]], ...] = (
    Claimants.book_now, Claimants.invite_now, Claimants.check_in, Claimants.check_in,
)  # fmt: skip
