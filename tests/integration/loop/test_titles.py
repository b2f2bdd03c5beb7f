"""Titles of meetings on the running stack: read in the organiser's mailbox, followed, hidden when they turn private."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))


async def shows(site: Site, room: Room, title: str, private: bool = False) -> None:
    async def listed() -> list[dict[str, Any]]:
        return await site.desk.listed(room.platform, *NINE)

    def is_shown(found: list[dict[str, Any]]) -> bool:
        return [(each["title"], each["private"]) for each in found] == [(title, private)]

    await eventually(listed, is_shown, f"the platform shows {title or 'a private booking'}")


async def test_a_meeting_shows_its_title_follows_it_and_hides_it_once_it_is_private(site: Site) -> None:
    await site.reach_everybody()
    room = await site.room(titles="full")
    meeting = await site.outlook.invite(ADELE, room.address, timed(*NINE), "Quarterly review")
    await shows(site, room, "Quarterly review")
    await site.outlook.change(meeting, subject="Annual review")
    await shows(site, room, "Annual review")
    await site.outlook.change(meeting, sensitivity="private")
    await shows(site, room, "", private=True)
    await room.settles()


async def test_a_meeting_whose_organiser_is_out_of_reach_shows_the_organisers_name(site: Site) -> None:
    room = await site.room(titles="full")
    await site.outlook.invite(ADELE, room.address, timed(*NINE), "Quarterly review")
    await shows(site, room, "Adele Vance")


async def test_a_meeting_that_is_private_from_the_start_never_shows_its_title(site: Site) -> None:
    await site.reach_everybody()
    room = await site.room(titles="full")
    await site.outlook.invite(ADELE, room.address, timed(*NINE), "Redundancies", sensitivity="private")
    await shows(site, room, "", private=True)
    told = await site.host.ask("GET", f"/api/resources/{room.id}/decisions")
    assert "Redundancies" not in str(told)
