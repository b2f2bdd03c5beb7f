"""A series with several rooms that attend only together (``several_rooms: all``): each occurrence for itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.booking import CalendarKey, Occupancy, occupancy
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import PlatformId
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from tests.doubles.corridor import LINKED, Corridor, address
from tests.doubles.mailboxes import Access, StoredEvent
from tests.doubles.world import MONDAY, at

ALL = {"several_rooms": "all"}
THREE = ("matterhorn", "eiger", "moench")
DAYS = [MONDAY + timedelta(days=days) for days in range(8)]
WEEK = [at("09:00", "10:00", day) for day in DAYS]
TAKEN = WEEK[2]
OTHERS = [when for when in WEEK if when != TAKEN]
ORGANISER = pytest.mark.parametrize("is_open", [True, False], ids=["organiser can be read", "organiser is closed"])


async def corridor(**settings: object) -> Corridor:
    return await Corridor().open(**{**ALL, **settings})


async def a_series_in_three(**settings: object) -> tuple[Corridor, tuple[CalendarKey, ...]]:
    found = await corridor(**settings)
    keys = found.calendar.outlook.hold_series(found.adele, WEEK, *map(address, THREE))
    await found.notify_rooms()
    await found.later(minutes=1)
    for room in THREE:
        assert times(found, room) == (WEEK, WEEK)
    return found, keys


def times(found: Corridor, room: str) -> tuple[list[Timed], list[Timed]]:
    """Return when a room is taken on both sides, calendar first."""
    items = [each for each in found.calendar.items(found.box_id(room)) if occupancy(each) is Occupancy.TAKES]
    bookings = [each for each in found.platform.items(PlatformId(room)) if not each.booking.cancelled]
    calendar = sorted((each.booking.when for each in items), key=str)
    platform = sorted((each.booking.when for each in bookings), key=str)
    return calendar, platform  # type: ignore[return-value]  # every one of them is timed


def copy_at(found: Corridor, room: str, when: Timed) -> StoredEvent:
    return next(each for each in found.box(room).standing() if each.original_start == when.start)


def decline(found: Corridor, room: str, when: Timed) -> None:
    copy = copy_at(found, room, when)
    found.calendar.attendant.withdraw(found.box(room), copy.ical_uid, copy.original_start)


@ORGANISER
async def test_an_occurrence_of_which_one_room_is_taken_is_left_by_the_others_alone(is_open: bool) -> None:
    found = await corridor()
    found.calendar.outlook.direct_entry(found.box_id("eiger"), TAKEN)
    if not is_open:
        found.calendar.boxes[found.adele].access = Access.DENIED
    found.calendar.outlook.hold_series(found.adele, WEEK, *map(address, THREE))
    await found.notify_rooms()
    await found.later(seconds=40)
    assert times(found, "matterhorn") == times(found, "moench") == (OTHERS, OTHERS)
    assert times(found, "eiger") == (WEEK, WEEK)
    assert Code.OTHER_ROOM_REFUSED in await found.codes_of("moench")


async def test_an_occurrence_that_a_room_declines_later_is_left_by_the_others_at_once() -> None:
    found, _ = await a_series_in_three()
    decline(found, "eiger", TAKEN)
    await found.notify_rooms("eiger")
    await found.later(seconds=2)
    for room in THREE:
        assert times(found, room) == (OTHERS, OTHERS)
    assert found.box("moench").mails[-1:] == [
        "declined to adele.vance@contoso.example: The meeting needs all its rooms, and Eiger does not attend."
    ]


async def test_it_is_left_at_once_though_the_series_is_only_seconds_old_and_nobody_else_tells() -> None:
    found = await corridor()
    found.calendar.boxes[found.adele].access = Access.DENIED
    found.calendar.outlook.hold_series(found.adele, WEEK, *map(address, THREE))
    await found.notify_rooms()
    copy = copy_at(found, "eiger", TAKEN)
    found.box("eiger").put(replace(copy, deleted=True))
    began = found.clock.now()
    await found.notify_rooms("eiger")
    for room in THREE:
        assert times(found, room) == (OTHERS, OTHERS)
    assert found.clock.now() - began < timedelta(seconds=15)


async def test_a_booking_of_one_occurrence_that_is_cancelled_takes_that_one_out_of_all_rooms() -> None:
    found, _ = await a_series_in_three()
    booking = next(item for item in found.on_platform() if item.booking.when == TAKEN)
    found.cancel_booking(booking)
    await found.platform_says()
    await found.later(seconds=2)
    for room in THREE:
        assert times(found, room) == (OTHERS, OTHERS)


async def test_a_series_that_a_room_declines_as_a_whole_is_left_by_the_others_as_a_whole() -> None:
    found, _ = await a_series_in_three()
    for when in WEEK:
        decline(found, "eiger", when)
    await found.notify_rooms("eiger")
    await found.later(minutes=1)
    for room in THREE:
        assert times(found, room) == ([], [])
    assert len(found.box("moench").mails) == 1, "a series is declined with one mail"


async def test_a_room_that_the_organiser_takes_out_of_one_occurrence_leaves_alone() -> None:
    found, keys = await a_series_in_three()
    found.calendar.outlook.invite_rooms(found.adele, keys[2], address("matterhorn"), address("moench"))
    await found.notify_rooms()
    await found.later(minutes=1)
    assert times(found, "matterhorn") == times(found, "moench") == (WEEK, WEEK)
    assert times(found, "eiger") == (OTHERS, OTHERS)
    for room in ("matterhorn", "moench"):
        await found.order(Verb.REBASE)
        assert times(found, room) == (WEEK, WEEK)


async def test_under_any_a_room_that_declines_an_occurrence_leaves_the_others_where_they_are() -> None:
    found, _ = await a_series_in_three(several_rooms="any")
    decline(found, "eiger", TAKEN)
    await found.notify_rooms("eiger")
    await found.later(minutes=1)
    assert times(found, "matterhorn") == (WEEK, WEEK)
    assert not found.meetings.rows


async def test_a_series_that_its_organiser_cancels_asks_nobody_and_leaves_nothing_open() -> None:
    found, keys = await a_series_in_three()
    for key in keys:
        found.calendar.outlook.cancel(found.adele, key)
    await found.notify_rooms()
    await found.later(minutes=1)
    for room in LINKED:
        assert times(found, room) == ([], [])
        assert Code.OTHER_ROOM_REFUSED not in await found.codes_of(room)
        assert not await found.ledgers.open_steps(found.ids[room])


async def test_once_all_attend_nothing_waits_and_a_sweep_looks_at_nobody() -> None:
    found, _ = await a_series_in_three()
    assert [await found.ledgers.open_steps(found.ids[room]) for room in LINKED] == [(), (), ()]
    found.faults.passed.clear()
    await found.sweep()
    assert not [call for call in found.faults.calls if call in ("calendar.series_copy", "calendar.find_copy")]


async def test_a_look_reads_the_series_of_each_other_room_once_and_its_own_once() -> None:
    found = await corridor()
    found.faults.passed.clear()
    found.calendar.outlook.hold_series(found.adele, WEEK, *map(address, THREE))
    await found.notify_rooms()
    calls = found.faults.calls
    assert calls.count("calendar.series_copy") == 2 * len(THREE)
    assert calls.count("calendar.series") == len(THREE)
    assert calls.count("calendar.read") == 0


async def test_rooms_that_take_part_in_a_series_write_one_row_for_it() -> None:
    found, _ = await a_series_in_three()
    assert len(found.meetings.rows) == 1
    (row,) = found.meetings.rows.values()
    assert {each.address for each in row.outcomes} == {address(room) for room in THREE}


async def test_the_others_leave_that_occurrence_though_the_process_dies_at_any_point() -> None:
    deaths, died, point = 0, True, -2
    while died:
        point += 3
        found = await corridor()
        found.calendar.outlook.hold_series(found.adele, WEEK[:4], *map(address, THREE))
        await found.notify_rooms()
        decline(found, "eiger", TAKEN)
        await found.later(seconds=2)
        await found.wakeups.send(
            [found.ids[room] for room in ("eiger", "matterhorn", "moench")], WakeCause.NOTIFICATION
        )
        died = await found.settle_though_killed_at(max(point, 1))
        await found.later(minutes=1)
        rest = [WEEK[0], WEEK[1], WEEK[3]]
        for room in THREE:
            assert times(found, room) == (rest, rest), f"killed at point {point}"
        deaths += died
    assert deaths > 5
