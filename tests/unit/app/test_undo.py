"""Undo: what the last bulk plan created goes again, and nothing else; what it cannot remove it says."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.applying import MOST_WRITES
from shared.app.order_command import order_command
from shared.app.preview_undo import Undoable, preview_undo
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.resource import State
from shared.ports.errors import NotFound, Retry
from tests.doubles.world import ADELE, BEN, MONDAY, ROOM, World, at
from tests.unit.app.test_commands import codes, order

NINE, TEN, ELEVEN, NOON = at("09:00", "10:00"), at("10:00", "11:00"), at("11:00", "12:00"), at("12:00", "13:00")


async def imported() -> tuple[World, str]:
    """A room whose first read copied two meetings and a booking, and tied what both sides showed."""
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.invite(NINE)
    world.invite(TEN)
    world.book(ELEVEN)
    world.invite(NOON, ADELE)
    world.book(NOON, ADELE.name, ADELE)
    row = await world.link()
    assert row.bulk is not None
    world.assert_equal()
    return world, row.bulk.id


async def looked(world: World, plan: str = "") -> Undoable:
    world.faults.passed.clear()
    found = await preview_undo(world.outside, await world.row(), plan)
    assert not [call for call in world.faults.calls if "commit" in call or "put" in call or "cancel" in call]
    return found


def mails(world: World) -> list[str]:
    return [*world.calendar.boxes[ROOM].mails, *(str(each) for each in world.mail.sent)]


async def test_before_it_is_done_it_is_shown() -> None:
    world, plan = await imported()
    found = await looked(world)
    assert found.plan == plan
    assert sorted(str(each.when) for each in found.removes) == [str(NINE), str(TEN), str(ELEVEN)]
    assert (found.keeps, found.others) == ((), 0)


async def test_what_the_import_made_goes_and_what_was_there_stays() -> None:
    world, plan = await imported()
    await order(world, Verb.UNDO, {"plan": plan})
    assert world.times() == ([str(NINE), str(TEN), str(NOON)], [str(ELEVEN), str(NOON)])
    assert mails(world) == []
    row = await world.row()
    assert (row.state, row.open_steps) == (State.IN_STEP, 0)
    assert (await codes(world)).count(Code.UNDONE) == 3


async def test_what_is_undone_stays_undone() -> None:
    world, plan = await imported()
    await order(world, Verb.UNDO, {"plan": plan})
    before = world.times()
    await world.sweep()
    await order(world, Verb.REBASE)
    await order(world, Verb.PROVE)
    assert world.times() == before


async def test_a_bookings_original_still_takes_its_time() -> None:
    """Rule 2: a booking made over it is no silent double booking."""
    world, plan = await imported()
    await order(world, Verb.UNDO, {"plan": plan})
    world.book(NINE)
    await world.platform_says()
    assert str(NINE) not in world.times()[1]
    assert Code.LOST_TO_OTHER in await codes(world)


async def test_what_was_changed_since_is_kept_and_told() -> None:
    world, plan = await imported()
    (copy,) = [item for item in world.on_calendar() if item.booking.when == ELEVEN]
    world.calendar.outlook.move(ROOM, copy.key, at("14:00", "15:00"))
    await world.notify()
    found = await looked(world)
    assert [why for _, why in found.keeps] == ["it was changed since"]
    await order(world, Verb.UNDO, {"plan": plan})
    assert world.times() == (
        [str(NINE), str(TEN), str(NOON), str(at("14:00", "15:00"))],
        [str(NOON), str(at("14:00", "15:00"))],
    )
    assert Code.NOT_UNDONE in await codes(world)


async def test_a_copy_changed_between_the_look_and_the_order_is_kept() -> None:
    world, plan = await imported()
    await looked(world)
    (copy,) = [item for item in world.on_calendar() if item.booking.when == ELEVEN]
    world.calendar.outlook.move(ROOM, copy.key, at("14:00", "15:00"))
    await order(world, Verb.UNDO, {"plan": plan})
    await world.notify()
    world_calendar, world_platform = world.times()
    assert str(at("14:00", "15:00")) in world_calendar
    assert str(at("14:00", "15:00")) in world_platform


async def test_what_was_cancelled_since_is_counted_as_gone() -> None:
    world, plan = await imported()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == ELEVEN))
    await world.platform_says()
    found = await looked(world, plan)
    assert (len(found.removes), found.others) == (2, 1)


async def test_a_copy_that_a_person_cancelled_meanwhile_ends_the_booking_as_ever() -> None:
    world, plan = await imported()
    (copy,) = [item for item in world.on_platform() if item.booking.when == NINE]
    world.cancel_booking(copy)
    assert [why for _, why in (await looked(world, plan)).keeps] == ["it was cancelled since"]
    await order(world, Verb.UNDO, {"plan": plan})
    assert str(NINE) not in world.times()[0]


async def test_single_changes_after_the_import_are_no_part_of_it() -> None:
    world, plan = await imported()
    world.invite(at("15:00", "16:00"))
    await world.notify()
    await order(world, Verb.UNDO, {"plan": plan})
    assert str(at("15:00", "16:00")) in world.times()[1]


async def test_only_the_plan_that_is_named_is_undone() -> None:
    world, _ = await imported()
    await order(world, Verb.UNDO, {"plan": "01KAJ42T7BWQF8V0Y6M3D5H1KN"})
    world.assert_equal()
    assert len(world.on_platform()) == 4


async def test_an_approved_plan_can_be_undone_as_well() -> None:
    world = World()
    world.invite(NINE)
    await world.link(imports="preview")
    command = await order(world, Verb.APPROVE)
    assert len((await looked(world)).removes) == 1
    await order(world, Verb.UNDO, {"plan": command.id})
    assert world.on_platform() == ()


async def test_what_was_undone_and_then_changed_is_a_booking_like_any_other() -> None:
    world, plan = await imported()
    await order(world, Verb.UNDO, {"plan": plan})
    (key,) = [item.key for item in world.on_calendar() if item.booking.when == NINE]
    world.calendar.outlook.move(ROOM, key, at("08:00", "09:00"))
    await world.notify()
    assert str(at("08:00", "09:00")) in world.times()[1]


async def test_a_platform_that_is_away_meanwhile_delays_it_and_loses_nothing() -> None:
    world, plan = await imported()
    world.faults.fail("platform.cancel", Retry("away", timedelta(minutes=30)), times=2)
    await order(world, Verb.UNDO, {"plan": plan})
    assert (await world.row()).state is State.BEHIND
    assert world.times()[0] == [str(NINE), str(TEN), str(NOON)]
    world.clock.advance(timedelta(hours=1))
    await world.settle()
    assert world.times()[1] == [str(ELEVEN), str(NOON)]
    assert (await world.row()).state is State.IN_STEP


async def test_an_undo_that_dies_anywhere_goes_on_and_never_takes_an_original_with_it() -> None:
    died, point = True, 0
    while died:
        point += 1
        world, plan = await imported()
        await order_command(world.outside, world.resource_id, Verb.UNDO, {"plan": plan})
        died = await world.settle_though_killed_at(point)
        assert world.times() == ([str(NINE), str(TEN), str(NOON)], [str(ELEVEN), str(NOON)]), f"killed at {point}"
        assert (await world.row()).open_steps == 0, f"killed at {point}"
    assert point > 20


async def test_a_large_undo_stops_itself_and_goes_on() -> None:
    world = World()
    for number in range(MOST_WRITES + 30):
        world.invite(at(f"{8 + number % 8:02}:00", f"{9 + number % 8:02}:00", MONDAY + timedelta(days=number // 8)))
    row = await world.link()
    assert row.bulk is not None
    command = await order(world, Verb.UNDO, {"plan": row.bulk.id})
    assert world.on_platform() == ()
    assert len(world.on_calendar()) == MOST_WRITES + 30
    row = await world.row()
    assert row.bulk is not None
    assert (row.bulk.id, row.bulk.total, row.bulk.left) == (command.id, MOST_WRITES + 30, 0)


async def test_a_room_without_a_bulk_plan_has_nothing_to_undo() -> None:
    world = World()
    await world.link()
    with pytest.raises(NotFound, match="no bulk plan of Matterhorn can be undone"):
        await preview_undo(world.outside, await world.row())


async def with_a_series(**settings: object) -> World:
    """A room whose platform shows a series before it is linked."""
    world = World()
    world.platform.add_resource(world.platform_id, "Matterhorn", "Europe/Zurich")
    world.platform.book_series(world.platform_id, NINE, "FREQ=WEEKLY;COUNT=4", "Standup", BEN)
    await world.link(**settings)
    return world


async def test_a_series_that_a_bulk_plan_made_goes_again_whole() -> None:
    world = await with_a_series()
    assert len(world.on_calendar()) == 4
    found = await looked(world)
    assert (len(found.removes), found.keeps) == (4, ())
    await order(world, Verb.UNDO, {"plan": found.plan})
    assert (len(world.on_calendar()), len(world.on_platform())) == (0, 4)
    assert mails(world) == []
    assert (await world.row()).open_steps == 0


async def test_an_approved_series_invites_nobody() -> None:
    world = await with_a_series(imports="preview", booker="invited")
    await order(world, Verb.APPROVE)
    assert len(world.on_calendar()) == 4
    assert mails(world) == []
