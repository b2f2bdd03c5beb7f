"""A ledger that was lost, or restored from last week: found again as a plan; nothing doubled, nobody mailed."""

from __future__ import annotations

from copy import deepcopy
from datetime import timedelta

import pytest

from shared.app.preview_plan import preview_plan
from shared.domain.booking import Side
from shared.domain.commands import Verb
from shared.domain.ledger import Cause
from shared.domain.preview import Counts, Fate
from shared.domain.resource import State
from tests.doubles.world import ADELE, BEN, ROOM, World, at
from tests.unit.app.test_commands import order

NINE, TEN, ELEVEN, NOON = at("09:00", "10:00"), at("10:00", "11:00"), at("11:00", "12:00"), at("12:00", "13:00")
LATE = at("16:00", "17:00")


async def lived_in(**settings: object) -> World:
    """A room with bookings of both sides, each with its copy."""
    world = World()
    await world.link(**settings)
    world.invite(NINE)
    world.book(TEN, "Workshop", BEN)
    world.direct_entry(ELEVEN)
    await world.notify()
    world.assert_equal()
    return world


def lose(world: World) -> None:
    del world.ledgers._ledgers[world.resource_id]


def mails(world: World) -> list[str]:
    return [*world.calendar.boxes[ROOM].mails, *(str(each) for each in world.mail.sent)]


async def origins(world: World) -> dict[str, Side]:
    return {str(each.when): each.origin async for each in world.ledgers.mappings(world.resource_id)}


async def test_a_lost_ledger_is_found_again_without_a_write() -> None:
    world = await lived_in()
    before, expected = world.times(), await origins(world)
    lose(world)
    await world.sweep()
    assert world.times() == before
    assert await origins(world) == expected
    assert (await world.row()).state is State.IN_STEP
    assert mails(world) == []


async def test_our_mark_tells_which_of_both_is_the_copy_whatever_the_clocks_say() -> None:
    world = await lived_in()
    expected = await origins(world)
    lose(world)
    for item in world.on_platform():
        room = world.platform._room(world.platform_id)
        room.items[item.id] = type(item)(
            item.id, item.version, item.booking, item.created - timedelta(days=9), item.external
        )
    await world.sweep()
    assert await origins(world) == expected


async def test_after_that_it_lives_on_as_before() -> None:
    world = await lived_in()
    lose(world)
    await world.sweep()
    key = next(item.key for item in world.on_calendar() if item.booking.when == NINE)
    world.calendar.outlook.move(ROOM, key, LATE)
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 3


async def test_what_differs_from_what_is_found_waits_for_a_person() -> None:
    world = await lived_in()
    lose(world)
    world.invite(NOON)
    world.book(LATE, "Review", BEN)
    before = world.times()
    await world.notify()
    assert world.times() == before
    row = await world.row()
    assert (row.state, row.open_steps) == (State.HELD, 2)
    assert "the ledger was lost or restored from an earlier day" in row.why
    await order(world, Verb.APPROVE)
    world.assert_equal()
    assert len(world.on_platform()) == 5
    assert mails(world) == []


async def test_of_two_entries_that_look_alike_the_copy_stays_with_the_one_that_its_mark_names() -> None:
    world = World()
    await world.link(settle_seconds=0)
    first, second = world.direct_entry(NINE), world.direct_entry(NINE)
    await world.notify()
    tied = [m.calendar.key async for m in world.ledgers.mappings(world.resource_id) if m.calendar and m.platform]
    assert len(tied) == 1
    lose(world)
    await world.sweep()
    again = [m.calendar.key async for m in world.ledgers.mappings(world.resource_id) if m.calendar and m.platform]
    assert again == tied, f"of {first} and {second}"


@pytest.mark.parametrize("side", list(Side))
async def test_an_original_that_moved_meanwhile_is_tied_to_its_old_copy_and_the_move_waits(side: Side) -> None:
    world = await lived_in()
    lose(world)
    if side is Side.CALENDAR:
        key = next(item.key for item in world.on_calendar() if item.booking.when == NINE)
        world.calendar.outlook.move(ROOM, key, LATE)
    else:
        booking = next(item for item in world.on_platform() if item.booking.when == TEN)
        world.platform.move(world.platform_id, booking.id, LATE)
    before, copies = world.times(), known_copies(world)
    await world.notify()
    assert world.times() == before
    found = await preview_plan(world.outside, await world.row())
    assert found.counts(Fate.HELD) == Counts(changed=1, bookings=1)
    await order(world, Verb.APPROVE)
    world.assert_equal()
    assert str(LATE) in world.times()[1]
    assert known_copies(world) == copies, "the copies are the same ones"
    assert await origins(world) == {
        str(LATE if side is Side.CALENDAR else NINE): Side.CALENDAR,
        str(LATE if side is Side.PLATFORM else TEN): Side.PLATFORM,
        str(ELEVEN): Side.CALENDAR,
    }
    assert mails(world) == []


async def test_an_original_that_was_retitled_meanwhile_is_tied_to_its_old_copy() -> None:
    world = await lived_in()
    lose(world)
    booking = next(item for item in world.on_platform() if item.booking.when == TEN)
    world.platform.retitle(world.platform_id, booking.id, "Review")
    await world.platform_says()
    await order(world, Verb.APPROVE)
    assert "Review" in [item.booking.title for item in world.on_calendar()]
    assert len(world.on_calendar()) == len(world.on_platform()) == 3


async def test_a_copy_whose_original_moved_on_to_another_row_is_neither_copied_nor_removed_unasked() -> None:
    world = await lived_in()
    lose(world)
    booking = next(item for item in world.on_platform() if item.booking.when == TEN)
    world.platform.move_as_new(world.platform_id, booking.id, LATE)
    before = world.times()
    await world.platform_says()
    assert world.times() == before
    found = await preview_plan(world.outside, await world.row())
    assert found.counts(Fate.HELD) == Counts(created=1, cancelled=1, bookings=2)
    await order(world, Verb.APPROVE)
    world.assert_equal()
    assert world.times()[1] == sorted([str(NINE), str(LATE), str(ELEVEN)])
    assert mails(world) == []


def known_copies(world: World) -> tuple[set[str], set[str]]:
    """Return the keys of what stands on both sides."""
    return {str(item.key) for item in world.on_calendar()}, {item.id for item in world.on_platform()}


async def test_a_copy_whose_original_was_cancelled_meanwhile_waits_for_a_person() -> None:
    world = await lived_in()
    lose(world)
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == TEN))
    await world.platform_says()
    assert str(TEN) in world.times()[0]
    (step,) = await world.ledgers.open_steps(world.resource_id)
    assert (step.cause, step.actions) == (Cause.HELD, ("cancel",))
    await order(world, Verb.APPROVE)
    world.assert_equal()
    assert (await world.row()).open_steps == 0


async def test_a_discarded_copy_stays_where_it_is() -> None:
    world = await lived_in()
    lose(world)
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == TEN))
    await world.platform_says()
    await order(world, Verb.DISCARD)
    await order(world, Verb.REBASE)
    assert str(TEN) in world.times()[0]
    assert str(TEN) not in world.times()[1]


async def test_a_ledger_of_last_week_catches_up_with_what_was_done_since() -> None:
    world = await lived_in()
    old = deepcopy(world.ledgers._ledgers[world.resource_id])
    world.clock.advance(timedelta(hours=1))
    key = next(item.key for item in world.on_calendar() if item.booking.when == NINE)
    world.calendar.outlook.move(ROOM, key, LATE)
    world.invite(NOON, ADELE)
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == TEN))
    await world.notify()
    world.assert_equal()
    before = world.times()
    world.ledgers._ledgers[world.resource_id] = old
    world.clock.advance(timedelta(hours=1))
    await world.sweep()
    assert world.times() == before
    row = await world.row()
    assert (row.state, row.open_steps) == (State.IN_STEP, 0)
    assert {str(each.when) async for each in world.ledgers.mappings(world.resource_id)} == set(before[0])
    assert mails(world) == []


async def test_a_copy_made_again_since_last_week_is_known_by_its_mark() -> None:
    world = await lived_in()
    old = deepcopy(world.ledgers._ledgers[world.resource_id])
    world.clock.advance(timedelta(hours=1))
    copy = next(item for item in world.on_platform() if item.booking.when == ELEVEN)
    key = next(item.key for item in world.on_calendar() if item.booking.when == ELEVEN)
    world.cancel_booking(copy)
    world.calendar.outlook.move(ROOM, key, NOON)
    await world.notify()
    world.assert_equal()
    before = world.times()
    assert str(NOON) in before[1]
    world.ledgers._ledgers[world.resource_id] = old
    world.clock.advance(timedelta(hours=1))
    await world.sweep()
    assert world.times() == before


async def test_what_a_restored_ledger_would_write_waits() -> None:
    world = await lived_in()
    old = deepcopy(world.ledgers._ledgers[world.resource_id])
    world.clock.advance(timedelta(hours=1))
    await world.sweep()
    world.ledgers._ledgers[world.resource_id] = old
    world.clock.advance(timedelta(hours=1))
    key = next(item.key for item in world.on_calendar() if item.booking.when == NINE)
    world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert str(NINE) in world.times()[1]
    assert (await world.row()).state is State.HELD
    await order(world, Verb.APPROVE)
    world.assert_equal()


async def test_a_person_may_order_it_where_nothing_tells_that_the_tables_are_old() -> None:
    world = await lived_in()
    world.invite(NOON)
    await order(world, Verb.REBUILD)
    assert str(NOON) not in world.times()[1]
    assert (await world.row()).state is State.HELD


async def test_the_next_run_after_a_rebuild_is_one_like_any_other() -> None:
    world = await lived_in()
    lose(world)
    await world.sweep()
    world.invite(NOON)
    await world.notify()
    world.assert_equal()


async def test_a_rebuild_that_dies_anywhere_doubles_nothing() -> None:
    died, point = True, 0
    while died:
        point += 1
        world = await lived_in()
        before = world.times()
        lose(world)
        world.clock.advance(timedelta(seconds=5))
        await world.wakeups.send([world.resource_id], "sweep")
        died = await world.settle_though_killed_at(point)
        assert world.times() == before, f"killed at {point}"
        assert (await world.row()).state is State.IN_STEP, f"killed at {point}"
    assert point > 5
