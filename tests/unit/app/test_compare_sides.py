"""Both sides of a room as they are now, for a person who looks; looking changes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.app.compare_sides import compare_sides
from shared.domain.booking import Answer, Window
from shared.domain.comparison import Comparison
from shared.ports.errors import Rejected, Retry
from tests.doubles.world import ROOM, World, at

DAY = Window(datetime(2026, 11, 23, tzinfo=UTC), datetime(2026, 11, 24, tzinfo=UTC))


async def look(world: World, window: Window = DAY) -> Comparison:
    return await compare_sides(world.outside, await world.row(), window)


def told(seen: Comparison) -> list[list[str]]:
    return [[str(each) for each in pair.differences] for pair in seen.pairs]


async def linked_world(**policy: object) -> World:
    world = World()
    await world.link(**policy)
    return world


async def test_what_is_in_step_is_equal() -> None:
    world = await linked_world()
    world.invite(at("09:00", "10:00"))
    await world.notify()
    world.book(at("11:00", "12:00"))
    await world.platform_says()
    seen = await look(world)
    assert seen.equal
    assert told(seen) == [[], []]


async def test_a_change_that_nobody_was_told_of_is_seen() -> None:
    world = await linked_world()
    key = world.invite(at("09:00", "10:00"))
    await world.notify()
    world.calendar.outlook.move(ROOM, key, at("13:00", "14:00"))
    seen = await look(world)
    assert not seen.equal
    assert told(seen) == [["time"]]
    await world.notify()
    assert (await look(world)).equal


async def test_a_booking_that_nobody_was_told_of_is_seen() -> None:
    world = await linked_world()
    world.book(at("09:00", "10:00"))
    world.invite(at("11:00", "12:00"))
    assert told(await look(world)) == [["not_on_calendar"], ["not_on_platform"]]


async def test_one_moved_out_of_the_window_differs_in_time_and_is_not_missing() -> None:
    world = await linked_world()
    moved, kept = world.book(at("09:00", "10:00")), world.invite(at("11:00", "12:00"))
    await world.platform_says()
    await world.notify()
    world.platform.move(world.platform_id, moved.id, at("09:00", "10:00", DAY.end.date() + timedelta(days=7)))
    world.calendar.outlook.move(ROOM, kept, at("11:00", "12:00", DAY.end.date() + timedelta(days=7)))
    assert told(await look(world)) == [["time"], ["time"]]


async def test_one_moved_into_the_window_is_found_in_the_ledger_under_its_earlier_day() -> None:
    world = await linked_world()
    meeting = world.invite(at("11:00", "12:00", DAY.end.date() + timedelta(days=7)))
    await world.notify()
    world.calendar.outlook.move(ROOM, meeting, at("11:00", "12:00"))
    assert told(await look(world)) == [["time"]]


async def test_one_that_ended_on_one_side_is_missing_there() -> None:
    world = await linked_world()
    booking = world.book(at("09:00", "10:00"))
    meeting = world.invite(at("11:00", "12:00"))
    await world.platform_says()
    await world.notify()
    world.cancel_booking(booking)
    world.calendar.outlook.cancel(ROOM, meeting)
    assert told(await look(world)) == [["not_on_platform"], ["not_on_calendar"]]


async def test_a_meeting_that_waits_for_the_rooms_answer_is_no_difference() -> None:
    world = await linked_world()
    world.calendar.outlook.invite(ROOM, at("09:00", "10:00"), answer=Answer.NOT_RESPONDED)
    await world.notify()
    seen = await look(world)
    assert seen.equal
    assert [pair.mapping.state for pair in seen.pairs if pair.mapping] == ["awaiting_room"]


async def test_what_was_refused_is_no_difference() -> None:
    world = await linked_world(direction="to_platform")
    world.book(at("09:00", "10:00"))
    await world.platform_says()
    seen = await look(world)
    assert seen.equal
    assert [pair.mapping.state for pair in seen.pairs if pair.mapping] == ["refused"]


async def test_nothing_of_another_day_is_told() -> None:
    world = await linked_world()
    world.book(at("09:00", "10:00", DAY.end.date()))
    await world.platform_says()
    assert (await look(world)).pairs == ()


async def test_looking_writes_nothing_and_reads_no_change_feed() -> None:
    world = await linked_world()
    world.invite(at("09:00", "10:00"))
    await world.notify()
    world.faults.revive()
    await look(world)
    allowed = (
        "calendar.view",
        "calendar.organiser_copies",
        "platform.view",
        "platform.blocks",
        "ledgers.",
        "resources.get",
        "secrets.",
    )
    assert [call for call in world.faults.calls if not call.startswith(allowed)] == []
    assert not any("commit" in call or call.endswith(".command") for call in world.faults.calls)


async def test_a_side_that_is_away_is_no_comparison() -> None:
    world = await linked_world()
    world.faults.fail("calendar.view", Retry("Graph is busy"))
    with pytest.raises(Retry):
        await look(world)


async def test_a_resource_without_a_platform_cannot_be_compared() -> None:
    world = await linked_world()
    with pytest.raises(Rejected, match="Matterhorn"):
        await compare_sides(world.outside, replace(await world.row(), platform=None), DAY)
