"""The host is killed at every call by which a change on the platform comes to the calendar. Nothing is lost or doubled.

The first of these calls are made while the platform's user still waits for the answer. Whoever gets none looks
whether the change was taken, and makes it again where it was not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.crashing import Scenario, moments, strike
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800)]

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))


@dataclass
class Booking(Scenario):
    """Somebody books the room."""

    async def prepare(self, room: Room) -> None:
        return

    async def act(self, room: Room) -> None:
        await self.site.desk.book(room.platform, booked(*NINE), "Workshop")

    async def is_done(self, room: Room) -> bool:
        return await room.platform_side() == (shown(*NINE, "Workshop"),)

    def expected(self) -> Sequence[Shown]:
        return [shown(*NINE, "Workshop")]


@dataclass
class Existing(Scenario):
    """The room is booked."""

    bookings: dict[str, str] = field(default_factory=dict)

    async def prepare(self, room: Room) -> None:
        self.bookings[room.id] = await self.site.desk.book(room.platform, booked(*NINE), "Workshop")
        await room.agrees_on(shown(*NINE, "Workshop"))

    async def is_done(self, room: Room) -> bool:
        # Made again all the same: the second time it is as wanted already.
        return False


@dataclass
class Move(Existing):
    async def act(self, room: Room) -> None:
        await self.site.desk.change(room.platform, self.bookings[room.id], **booked(*ELEVEN))

    def expected(self) -> Sequence[Shown]:
        return [shown(*ELEVEN, "Workshop")]


@dataclass
class Cancellation(Existing):
    async def act(self, room: Room) -> None:
        await self.site.desk.cancel(room.platform, self.bookings[room.id])

    def expected(self) -> Sequence[Shown]:
        return []


@pytest.mark.parametrize("scenario", [Booking, Move, Cancellation])
async def test_a_crash_at_any_call_loses_and_doubles_nothing(
    shaky: tuple[Site, Between], scenario: type[Scenario]
) -> None:
    site, between = shaky
    blows = [blow for moment in moments() for blow in await strike(site, between, scenario(site), moment)]
    struck = [blow.at for blow in blows if blow.died]
    assert {at.kind[0] for at in struck} == {"graph", "tables", "broker"}
