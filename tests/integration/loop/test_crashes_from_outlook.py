"""The host is killed at every call by which a change in Outlook comes to the platform. Nothing is lost or doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from tests.integration.loop.driving.between import Between
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.crashing import Scenario, moments, strike
from tests.integration.loop.driving.outlook import Meeting, timed
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

pytestmark = [pytest.mark.stack, pytest.mark.timeout(1800)]

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
ADELES = "Adele Vance"


@dataclass
class Invitation(Scenario):
    """Adele makes a meeting with the room."""

    async def prepare(self, room: Room) -> None:
        return

    async def act(self, room: Room) -> None:
        await self.site.outlook.invite(ADELE, room.address, timed(*NINE))

    def expected(self) -> Sequence[Shown]:
        return [shown(*NINE, ADELES)]


@dataclass
class Existing(Scenario):
    """Adele has a meeting with the room."""

    meetings: dict[str, Meeting] = field(default_factory=dict)

    async def prepare(self, room: Room) -> None:
        self.meetings[room.id] = await self.site.outlook.invite(ADELE, room.address, timed(*NINE))
        await room.agrees_on(shown(*NINE, ADELES))


@dataclass
class Move(Existing):
    async def act(self, room: Room) -> None:
        await self.site.outlook.change(self.meetings[room.id], **timed(*ELEVEN))

    def expected(self) -> Sequence[Shown]:
        return [shown(*ELEVEN, ADELES)]


@dataclass
class Cancellation(Existing):
    async def act(self, room: Room) -> None:
        await self.site.outlook.cancel(self.meetings[room.id])

    def expected(self) -> Sequence[Shown]:
        return []


@pytest.mark.parametrize("scenario", [Invitation, Move, Cancellation])
async def test_a_crash_at_any_call_loses_and_doubles_nothing(
    shaky: tuple[Site, Between], scenario: type[Scenario]
) -> None:
    site, between = shaky
    blows = [blow for moment in moments() for blow in await strike(site, between, scenario(site), moment)]
    struck = [blow.at for blow in blows if blow.died]
    assert {"tables", "broker"} <= {at.kind[0] for at in struck}
