"""The verdict over a storm sees what is wrong with a room, and keeps everything that tells of its cause."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.integration.chaos.storm.claimants import Claimants
from tests.integration.chaos.storm.evidence import told
from tests.integration.chaos.storm.state import state_of
from tests.integration.loop.driving.company import ADELE, CITIES, rooms
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import shown
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at, stamp
from tests.integration.loop.driving.waiting import eventually

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
MORNING = (at(9), at(10))


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    stack = Stack(tmp_path)
    try:
        stack.start()
        async with visiting(stack, {city: iter(rooms(city)) for city in CITIES}) as found:
            yield found
    finally:
        stack.stop()


async def test_a_meeting_that_stands_on_one_side_only_is_told_with_all_that_is_known_of_it(site: Site) -> None:
    room = await site.room()
    meeting = await site.outlook.invite(ADELE, room.address, timed(*MORNING))
    await room.agrees_on(shown(*MORNING, "Adele Vance"))
    await room.settles()
    await site.fault("empty_read", mailbox=room.mailbox, path="/delta", count=None)
    await site.outlook.delete(meeting)

    state = await state_of(room)
    said = await told(site, state, misled=True)

    folder = site.stack.folder / "evidence" / room.address.partition("@")[0]
    assert list(state.faults()) == [f"only the platform shows {[shown(*MORNING, 'Adele Vance')]}"]
    for words in ("misled", "only the platform shows", '"state": "linked"', "created_on_platform", str(folder)):
        assert words in said
    rows = json.loads((folder / "ledger-rows.json").read_text("utf-8"))
    assert any(row["RowKey"].startswith("m|") for row in rows)
    for name in ("events-ever-made", "bookings", "decisions", "asked-of-graph", "said-by-the-host", "resource"):
        assert json.loads((folder / f"{name}.json").read_text("utf-8")), name
    assert "could not be read" not in "".join(file.read_text("utf-8") for file in folder.glob("*.json"))


async def test_what_begins_later_than_is_judged_is_no_fault(site: Site) -> None:
    room = await site.room()
    await site.fault("empty_read", mailbox=room.mailbox, path="/delta", count=None)
    await site.outlook.enter(room.address, timed(*MORNING), "Fitters")

    seen = shown(*MORNING, "Fitters")
    assert list((await state_of(room)).faults()) == [f"only the calendar shows {[seen]}"]
    assert list((await state_of(room, seen.start)).faults()) == []
    assert list((await state_of(room, stamp(at(9) + timedelta(minutes=1)))).faults()) != []


async def test_a_booking_that_nobody_claimed_and_one_that_forgot_its_claim_are_named(site: Site) -> None:
    room, other = await site.room(check_in_minutes=1), await site.room(check_in_minutes=1)
    people = Claimants(site, (room, other), random.Random(1))
    await people.book_now(room)
    await people.book_now(other)
    await people.check_in(other)
    for each in (room, other):
        await eventually(
            each.mappings, lambda rows: [row["state"] for row in rows] == ["linked"], "it is on both sides"
        )

    (unclaimed,) = await room.mappings()
    assert await people.wrong_in(room) == [
        f"booking {unclaimed['booking']} of {room.address} goes on, and nobody claimed it"
    ]
    assert await people.wrong_in(other) == []
    people.claimed.add(unclaimed["booking"])
    assert await people.wrong_in(room) == [
        f"booking {unclaimed['booking']} of {room.address} does not know that somebody checked in"
    ]
