"""Rooms that are left out of a meeting, swapped, added, or asked again: in Outlook and on the platform."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import PlatformId
from shared.domain.wakeup import WakeCause
from tests.doubles.floor import EIGER, EIGER_BOX, MATTERHORN, Floor
from tests.doubles.mailboxes import Access
from tests.doubles.world import ADELE, BEN, ROOM, at

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
AT_NINE, AT_NOON = [str(MORNING)], [str(NOON)]

FIRST = pytest.mark.parametrize("first", [MATTERHORN, EIGER])
REMOVES = pytest.mark.parametrize("removes", [True, False], ids=["removes cancelled meetings", "keeps them"])


def equal(floor: Floor, matterhorn: list[str], eiger: list[str]) -> None:
    """Assert what both rooms show, on both sides."""
    expected = {"matterhorn": matterhorn, "eiger": eiger}
    assert (floor.taken(), floor.booked()) == (expected, expected)


@REMOVES
async def test_a_room_left_out_of_a_meeting_is_free_on_both_sides(removes: bool) -> None:
    floor = await Floor().open()
    floor.calendar.boxes[ROOM].removes_cancelled = removes
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await floor.notify_both()
    equal(floor, AT_NINE, AT_NINE)
    floor.calendar.outlook.invite_rooms(floor.adele, key, EIGER)
    await floor.notify_both()
    equal(floor, [], AT_NINE)


@FIRST
@REMOVES
async def test_a_swap_of_rooms_frees_the_one_and_takes_the_other(first: str, removes: bool) -> None:
    floor = await Floor().open()
    floor.calendar.boxes[ROOM].removes_cancelled = removes
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN)
    await floor.notify_both()
    floor.calendar.outlook.invite_rooms(floor.adele, key, EIGER)
    await floor.notify_both(first)
    equal(floor, [], AT_NINE)


@FIRST
async def test_a_swap_together_with_another_time(first: str) -> None:
    floor = await Floor().open()
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN)
    await floor.notify_both()
    floor.calendar.outlook.move(floor.adele, key, NOON)
    floor.calendar.outlook.invite_rooms(floor.adele, key, EIGER)
    await floor.notify_both(first)
    equal(floor, [], AT_NOON)


async def test_a_room_added_to_a_meeting_is_booked_and_the_first_one_stays() -> None:
    floor = await Floor().open()
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN)
    await floor.notify_both()
    (before,) = floor.on_platform()
    floor.calendar.outlook.invite_rooms(floor.adele, key, MATTERHORN, EIGER)
    await floor.notify_both()
    equal(floor, AT_NINE, AT_NINE)
    assert [item.id for item in floor.on_platform()] == [before.id]


async def test_an_added_room_that_is_taken_declines_and_the_first_one_stays() -> None:
    floor = await Floor().open()
    floor.calendar.outlook.direct_entry(EIGER_BOX, MORNING)
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN)
    await floor.notify_both()
    floor.calendar.outlook.invite_rooms(floor.adele, key, MATTERHORN, EIGER)
    await floor.notify_both()
    equal(floor, AT_NINE, AT_NINE)
    (entry,) = floor.platform.items(PlatformId("eiger"))
    assert entry.booking.title == "Cleaning"


@REMOVES
async def test_a_room_asked_again_after_it_was_left_out_is_booked_once(removes: bool) -> None:
    floor = await Floor().open()
    floor.calendar.boxes[ROOM].removes_cancelled = removes
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN)
    await floor.notify_both()
    floor.calendar.outlook.invite_rooms(floor.adele, key)
    await floor.notify_both()
    floor.calendar.outlook.invite_rooms(floor.adele, key, MATTERHORN)
    await floor.notify_both()
    equal(floor, AT_NINE, [])


@REMOVES
async def test_a_room_left_out_and_asked_again_before_anyone_looked_keeps_its_booking(removes: bool) -> None:
    floor = await Floor().open()
    floor.calendar.boxes[ROOM].removes_cancelled = removes
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN)
    await floor.notify_both()
    floor.calendar.outlook.invite_rooms(floor.adele, key)
    floor.calendar.outlook.invite_rooms(floor.adele, key, MATTERHORN)
    await floor.notify_both()
    equal(floor, AT_NINE, [])


async def test_a_platform_booking_cancelled_in_one_room_and_made_in_another_is_a_swap_in_the_calendars() -> None:
    floor = await Floor().open()
    booking = floor.book(MORNING)
    await floor.platform_says()
    floor.cancel_booking(booking)
    floor.platform.book(PlatformId("eiger"), MORNING, "Workshop", BEN)
    await floor.notify_both()
    equal(floor, [], AT_NINE)


async def test_a_meeting_cancelled_on_the_platform_in_one_room_keeps_its_other_room() -> None:
    floor = await Floor().open()
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await floor.notify_both()
    (booking,) = floor.on_platform()
    floor.cancel_booking(booking)
    await floor.notify_both()
    equal(floor, [], AT_NINE)
    assert len(floor.calendar.items(floor.adele)) == 1


async def test_a_meeting_cancelled_by_its_organiser_leaves_all_its_rooms() -> None:
    floor = await Floor().open()
    key = floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await floor.notify_both()
    floor.calendar.outlook.cancel(floor.adele, key)
    await floor.notify_both()
    equal(floor, [], [])


async def later_too(floor: Floor) -> None:
    await floor.notify_both()
    await floor.later(seconds=40)


ALL = {"several_rooms": "all"}


async def test_under_all_a_meeting_that_gets_every_room_keeps_them() -> None:
    floor = await Floor().open(**ALL)
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await later_too(floor)
    equal(floor, AT_NINE, AT_NINE)
    assert not await floor.ledgers.open_steps(floor.resource_id)


@FIRST
async def test_under_all_a_room_leaves_a_meeting_of_which_another_declined(first: str) -> None:
    floor = await Floor().open(**ALL)
    floor.calendar.outlook.direct_entry(EIGER_BOX, MORNING)
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await floor.notify_both(first)
    await floor.later(seconds=40)
    equal(floor, [], AT_NINE)
    assert Code.OTHER_ROOM_REFUSED in await floor.codes_of(floor.resource_id)
    mails = floor.calendar.boxes[ROOM].mails
    assert mails == [f"declined to {ADELE.address}: The meeting needs all its rooms, and Eiger does not attend."]


async def test_under_all_a_room_leaves_a_meeting_of_which_another_lost_to_a_platform_booking() -> None:
    floor = await Floor().open(**ALL, winner="platform")
    floor.platform.book(PlatformId("eiger"), MORNING, "Workshop", BEN)
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    floor.clock.advance(timedelta(seconds=2))
    await floor.wakeups.send([floor.resource_id, floor.eiger_id], WakeCause.NOTIFICATION)
    await floor.settle()
    equal(floor, [], AT_NINE)
    (entry,) = floor.platform.items(PlatformId("eiger"))
    assert entry.booking.title == "Workshop"


async def test_under_any_a_room_stays_in_a_meeting_of_which_another_declined() -> None:
    floor = await Floor().open(several_rooms="any")
    floor.calendar.outlook.direct_entry(EIGER_BOX, MORNING)
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await later_too(floor)
    equal(floor, AT_NINE, AT_NINE)


async def test_under_all_a_room_whose_calendar_may_not_be_read_says_nothing() -> None:
    floor = await Floor().open(**ALL)
    floor.calendar.boxes[EIGER_BOX].access = Access.DENIED
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await later_too(floor)
    assert floor.booked()["matterhorn"] == AT_NINE


async def test_under_all_a_room_that_is_refused_later_and_cannot_say_so_is_noticed_by_a_full_read() -> None:
    floor = await Floor().open(**ALL)
    floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
    await later_too(floor)
    await floor.order_of(floor.eiger_id, Verb.UNLINK)
    (copy,) = floor.calendar.items(EIGER_BOX)
    floor.calendar.outlook.remove(EIGER_BOX, copy.key)
    await floor.notify_both()
    assert floor.taken() == {"matterhorn": AT_NINE, "eiger": []}
    await floor.order(Verb.REBASE)
    assert (floor.taken()["matterhorn"], floor.booked()["matterhorn"]) == ([], [])


async def test_under_all_leaving_survives_a_crash_at_every_point() -> None:
    died, point = True, 0
    while died:
        point += 1
        floor = await Floor().open(**ALL)
        floor.calendar.outlook.direct_entry(EIGER_BOX, MORNING)
        floor.calendar.outlook.hold(floor.adele, MORNING, MATTERHORN, EIGER)
        floor.clock.advance(timedelta(seconds=2))
        await floor.wakeups.send([floor.resource_id, floor.eiger_id], WakeCause.NOTIFICATION)
        died = await floor.settle_though_killed_at(point)
        await later_too(floor)
        equal(floor, [], AT_NINE)
    assert point > 5
