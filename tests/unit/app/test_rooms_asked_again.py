"""Rooms that attend a meeting only together, and what no feed tells those that stay: another one is asked again, or
declines before its own run has seen the meeting.
"""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.booking import CalendarKey
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import PlatformId
from shared.ports.connector import Conflict
from tests.doubles.corridor import LINKED, Corridor
from tests.doubles.world import BEN
from tests.unit.app.test_rooms_that_attend_together import MORNING, NOON, ORGANISER, THREE, close_adele, corridor

OTHERS = ("matterhorn", "moench")
OTHER_REFUSED = Code.OTHER_ROOM_REFUSED
REMOVES = pytest.mark.parametrize("removes", [False, True], ids=["keeps cancelled meetings", "removes them"])


async def the_night_passes(found: Corridor) -> None:
    """Each room is read in its proof of the night, and looks on where that leaves a question."""
    for room in LINKED:
        found.resource_id = found.ids[room]
        await found.order(Verb.PROVE)
    for _ in range(8):
        await found.later(seconds=5)


async def eiger_is_left_out(found: Corridor) -> CalendarKey:
    """Adele takes Eiger out of her meeting in three rooms, and the two others stay."""
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.ask_exactly(key, *OTHERS)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in(*OTHERS)
    return key


@REMOVES
async def test_a_room_that_was_left_out_is_asked_again_and_refuses(removes: bool) -> None:
    found = await corridor()
    found.box("eiger").removes_cancelled = removes
    key = await eiger_is_left_out(found)
    found.calendar.outlook.direct_entry(found.box_id("eiger"), MORNING)
    found.ask_exactly(key, *THREE)
    await found.notify_rooms()
    await the_night_passes(found)
    assert found.attending() == {"matterhorn": 0, "eiger": 1, "moench": 0, "jungfrau": 0}, "Eiger has the entry alone"
    assert found.booked() == {"matterhorn": 0, "eiger": 1, "moench": 0}
    assert OTHER_REFUSED in await found.codes_of("moench")


async def test_a_room_that_was_left_out_is_asked_again_and_a_delegate_refuses() -> None:
    found = await corridor()
    key = await eiger_is_left_out(found)
    found.run_by_a_delegate("eiger")
    found.ask_exactly(key, *THREE)
    await found.notify_rooms()
    found.calendar.attendant.answer(found.box("eiger"), refuse=True)
    await found.notify_rooms("eiger")
    found.assert_in()


@REMOVES
async def test_a_room_that_was_left_out_is_missed_by_no_proof(removes: bool) -> None:
    found = await corridor()
    found.box("eiger").removes_cancelled = removes
    await eiger_is_left_out(found)
    await the_night_passes(found)
    found.assert_in(*OTHERS)


async def test_a_room_that_was_left_out_is_asked_again_and_attends() -> None:
    found = await corridor()
    key = await eiger_is_left_out(found)
    found.ask_exactly(key, *THREE)
    await found.notify_rooms()
    await the_night_passes(found)
    found.assert_in(*THREE)


@ORGANISER
async def test_a_room_declines_before_its_own_run_has_seen_the_meeting(is_open: bool) -> None:
    found = await corridor()
    if not is_open:
        close_adele(found)
    found.hold(MORNING, "matterhorn", "eiger")
    await found.notify_rooms("matterhorn")
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    await the_night_passes(found)
    found.assert_in()


@ORGANISER
async def test_rooms_that_left_for_another_ones_sake_are_asked_without_it(is_open: bool) -> None:
    found = await corridor()
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    found.withdraw("eiger")
    await found.notify_rooms("eiger")
    await found.later(minutes=1)
    found.assert_in()
    if not is_open:
        close_adele(found)
    found.ask_exactly(key, *OTHERS)
    found.calendar.outlook.move(found.adele, key, NOON)
    await found.notify_rooms()
    await found.later(minutes=1)
    found.assert_in(*OTHERS)


async def test_a_room_that_has_refused_once_has_time_to_answer_when_it_is_asked_again() -> None:
    found = await Corridor(Conflict.NOT_ENFORCED).open(several_rooms="all", winner="platform", settle_seconds=0)
    booking = found.platform.book(PlatformId("eiger"), MORNING, "Workshop", BEN)
    key = found.hold(MORNING, *THREE)
    await found.notify_rooms()
    await found.later(minutes=1)
    assert found.booked() == {"matterhorn": 0, "eiger": 1, "moench": 0}, "Eiger loses, and says so"
    found.platform.cancel_booking(PlatformId("eiger"), booking.id)
    await found.later(minutes=1)
    close_adele(found)
    found.box("eiger").attends = False
    found.calendar.outlook.move(found.adele, key, NOON)
    asked = found.clock.now()
    await found.notify_rooms()
    for room in OTHERS:
        last = next(d for d in await found.ledgers.decisions(found.ids[room]) if d.reason.code is OTHER_REFUSED)
        assert last.at - asked >= timedelta(seconds=30), "what Eiger said of the first time says nothing of the second"
