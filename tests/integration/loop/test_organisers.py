"""Meetings that no person of the directory organised, on the running stack: each has an owner and an authority."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

pytestmark = pytest.mark.stack

NINE = (at(9), at(10))
ELEVEN = (at(11), at(12))
GROUP = {"name": "Marketing", "address": "marketing@contoso.example"}
EXTERNAL = {"name": "Carol Poe", "address": "carol.poe@fabrikam.example"}


async def invited_by(site: Site, room: Room, organiser: dict[str, Any]) -> None:
    body = {"organizer": organiser, "event": {"subject": "Planning", **timed(*NINE)}}
    await site.graph.ask("POST", f"/sim/mailboxes/{room.address}/invitations", body)


async def owner_of(site: Site, room: Room) -> str | None:
    (booking,) = await site.desk.listed(room.platform, *NINE)
    organiser: dict[str, str] | None = booking["organiser"]
    return organiser["address"] if organiser else None


async def test_a_group_owns_its_meeting_and_keeps_its_time(site: Site) -> None:
    room = await site.room(meeting_edits="organizer")
    await invited_by(site, room, GROUP)
    await room.agrees_on(shown(*NINE, "Marketing"))
    assert await owner_of(site, room) == GROUP["address"]
    (booking,) = await site.desk.listed(room.platform, *NINE)
    await site.desk.change(room.platform, booking["id"], **booked(*ELEVEN))
    await room.decided("organiser_out_of_reach")
    await room.agrees_on(shown(*NINE, "Marketing"))


async def test_somebody_of_another_company_owns_theirs_where_the_room_takes_it(site: Site) -> None:
    room = await site.room()
    settings = {"processing": {"processExternalMeetingMessages": True}}
    await site.graph.ask("PATCH", f"/sim/mailboxes/{room.address}", settings)
    await invited_by(site, room, EXTERNAL)
    await room.agrees_on(shown(*NINE, "Carol Poe"))
    assert await owner_of(site, room) == EXTERNAL["address"]


async def test_what_a_console_of_the_room_books_is_nobodys_and_may_be_moved_on_the_platform(site: Site) -> None:
    room = await site.room()
    await site.outlook.enter(room.address, timed(*NINE), "Ad hoc meeting", isOnlineMeeting=True)
    await room.agrees_on(shown(*NINE, "Ad hoc meeting"))
    assert await owner_of(site, room) is None
    (booking,) = await site.desk.listed(room.platform, *NINE)
    await site.desk.change(room.platform, booking["id"], **booked(*ELEVEN))
    await room.agrees_on(shown(*ELEVEN, "Ad hoc meeting"))
