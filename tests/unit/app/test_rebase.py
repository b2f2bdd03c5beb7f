"""The weekly re-base and full reads: the window slides, absence is looked into, nothing is deleted or made anew."""

from __future__ import annotations

from datetime import date, timedelta

from shared.app.order_command import order_command
from shared.app.renew_subscriptions import renew_subscriptions
from shared.domain.booking import Answer
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ledger import MappingState
from shared.domain.resource import State
from shared.ports.connector import Conflict
from tests.doubles.world import MONDAY, ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
WRITES = frozenset({"create", "change", "cancel", "decline"})
A_YEAR_AHEAD = at("09:00", "10:00", date(2027, 12, 28))
BEYOND = at("09:00", "10:00", date(2028, 6, 1))
NEXT_MONTH = at("09:00", "10:00", date(2026, 12, 21))


async def linked(**settings: object) -> World:
    """A room with a meeting and a booking on Monday, and one of each in a month."""
    world = World(Conflict.NOT_ENFORCED)
    await world.link(**settings)
    world.invite(MORNING)
    world.book(NOON)
    world.invite(NEXT_MONTH)
    world.book(at("12:00", "13:00", date(2026, 12, 21)))
    await world.notify()
    return world


async def rebase(world: World, days: int = 0) -> None:
    """Let days pass and order the re-base, as the timers do."""
    world.clock.advance(timedelta(days=days))
    await renew_subscriptions(world.outside)
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()


def forget_calls(world: World) -> None:
    world.calendar.calls.clear()
    world.platform.requests.clear()


def written(world: World) -> list[str]:
    calls = [name for name, _ in world.calendar.calls] + world.platform.requests
    return [name for name in calls if name in WRITES]


async def mapped(world: World) -> int:
    return len([mapping async for mapping in world.ledgers.mappings(world.resource_id)])


async def codes(world: World) -> list[Code]:
    return [decision.reason.code for decision in await world.ledgers.decisions(world.resource_id)]


async def test_a_rebase_of_equal_sides_writes_nothing_and_reads_no_booking_by_id() -> None:
    world = await linked()
    forget_calls(world)
    await rebase(world)
    assert written(world) == []
    assert "read" not in {name for name, _ in world.calendar.calls} | set(world.platform.requests)
    assert (await world.row()).state is State.IN_STEP


async def test_the_window_slides_with_the_days() -> None:
    world = await linked()
    before = await world.ledgers.head(world.resource_id)
    await rebase(world, days=7)
    after = await world.ledgers.head(world.resource_id)
    assert before.window_start is not None
    assert before.window_end is not None
    assert after.window_start == before.window_start + timedelta(days=7)
    assert after.window_end == before.window_end + timedelta(days=7)


async def test_bookings_that_left_the_window_are_retired_and_stand_untouched_on_both_sides() -> None:
    world = await linked()
    standing = world.times()
    forget_calls(world)
    await rebase(world, days=14)
    assert world.times() == standing
    assert written(world) == []
    assert "read" not in {name for name, _ in world.calendar.calls} | set(world.platform.requests)
    assert await mapped(world) == 2
    assert (await world.row()).mappings == 2


async def test_a_settled_booking_is_retired_without_a_decision() -> None:
    world = await linked()
    await rebase(world, days=14)
    assert Code.LEFT_HORIZON not in await codes(world)


async def test_a_retired_booking_that_is_edited_afterwards_changes_nothing() -> None:
    world = await linked()
    await rebase(world, days=14)
    forget_calls(world)
    (past,) = (item for item in world.on_calendar() if item.booking.when == MORNING)
    world.calendar.outlook.cancel(ROOM, past.key)
    (booking,) = (item for item in world.on_platform() if item.booking.when == NOON)
    world.platform.retitle(world.platform_id, booking.id, "Minutes")
    await world.notify()
    assert written(world) == []
    assert await mapped(world) == 2


async def test_a_retired_meeting_that_its_organiser_moves_to_a_day_to_come_is_booked_anew() -> None:
    world = await linked()
    await rebase(world, days=14)
    (past,) = (item for item in world.on_calendar() if item.booking.when == MORNING)
    later = at("15:00", "16:00", date(2026, 12, 22))
    world.calendar.outlook.move(ROOM, past.key, later)
    await world.notify()
    assert str(later) in world.times()[1]


async def test_a_booking_that_still_reaches_into_the_window_is_not_retired() -> None:
    world = World()
    await world.link()
    world.book(at("00:00", "23:00", MONDAY))
    await world.platform_says()
    await rebase(world, days=4)
    assert await mapped(world) == 1


async def test_an_open_overlap_of_a_day_that_is_over_is_closed_with_a_decision() -> None:
    world = await linked()
    world.direct_entry(MORNING)
    await world.notify()
    assert (await world.row()).conflicts == 1
    await rebase(world, days=14)
    row = await world.row()
    assert (row.conflicts, row.open_steps, row.why) == (0, 0, "")
    assert Code.LEFT_HORIZON in await codes(world)


async def test_a_meeting_that_the_room_never_answered_is_retired_with_a_decision() -> None:
    world = World()
    await world.link()
    world.calendar.outlook.invite(ROOM, MORNING, answer=Answer.NOT_RESPONDED)
    await world.notify()
    await rebase(world, days=14)
    assert await mapped(world) == 0
    assert (await codes(world))[0] is Code.LEFT_HORIZON


async def test_what_comes_into_the_window_is_carried_over() -> None:
    world = await linked()
    world.book(A_YEAR_AHEAD)
    await world.platform_says()
    assert str(A_YEAR_AHEAD) not in world.times()[0]
    await rebase(world, days=7)
    assert str(A_YEAR_AHEAD) in world.times()[0]


async def test_a_meeting_moved_beyond_the_horizon_is_followed_by_its_booking() -> None:
    world = await linked()
    (item,) = (item for item in world.on_calendar() if item.booking.when == MORNING)
    world.calendar.outlook.move(ROOM, item.key, BEYOND)
    await world.notify()
    assert str(BEYOND) in world.times()[1]
    forget_calls(world)
    await rebase(world, days=7)
    assert written(world) == []
    assert str(BEYOND) in world.times()[1]


async def states(world: World) -> dict[str, MappingState]:
    return {str(mapping.when): mapping.state async for mapping in world.ledgers.mappings(world.resource_id)}


async def test_a_meeting_moved_beyond_the_horizon_is_outside_until_it_comes_back() -> None:
    world = await linked()
    (item,) = (item for item in world.on_calendar() if item.booking.when == MORNING)
    world.calendar.outlook.move(ROOM, item.key, BEYOND)
    await world.notify()
    assert (await states(world))[str(BEYOND)] is MappingState.OUTSIDE
    await rebase(world, days=7)
    assert (await states(world))[str(BEYOND)] is MappingState.OUTSIDE
    decisions = await world.ledgers.decisions(world.resource_id)
    assert [decision.reason.code for decision in decisions].count(Code.LEFT_HORIZON) == 1
    world.calendar.outlook.move(ROOM, item.key, EVENING)
    await world.notify()
    assert (await states(world))[str(EVENING)] is MappingState.LINKED
    assert str(EVENING) in world.times()[1]


async def test_what_stands_beyond_the_horizon_is_linked_once_the_window_has_come_to_it() -> None:
    world = await linked()
    (item,) = (item for item in world.on_calendar() if item.booking.when == MORNING)
    world.calendar.outlook.move(ROOM, item.key, BEYOND)
    await world.notify()
    forget_calls(world)
    await rebase(world, days=(BEYOND.start - world.clock.now()).days - 30)
    assert (await states(world))[str(BEYOND)] is MappingState.LINKED
    assert written(world) == []


async def test_what_happened_beyond_the_horizon_is_found_by_the_rebase() -> None:
    """No feed of the window tells of it: it is read by id."""
    world = await linked()
    (item,) = (item for item in world.on_calendar() if item.booking.when == MORNING)
    world.calendar.outlook.move(ROOM, item.key, BEYOND)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, item.key)
    world.calendar.expire_tokens(ROOM)
    await rebase(world)
    assert str(BEYOND) not in world.times()[1]


async def test_an_expired_token_alone_writes_nothing() -> None:
    world = await linked()
    forget_calls(world)
    world.calendar.expire_tokens(ROOM)
    await world.sweep()
    assert written(world) == []
    assert (await world.row()).state is State.IN_STEP


async def test_what_changed_before_a_token_expired_is_found_by_the_full_read() -> None:
    world = await linked()
    items = {item.booking.when: item for item in world.on_calendar()}
    world.calendar.outlook.cancel(ROOM, items[MORNING].key)
    world.calendar.outlook.move(ROOM, items[NEXT_MONTH].key, EVENING)
    world.invite(at("15:00", "16:00"))
    world.calendar.expire_tokens(ROOM)
    await world.sweep()
    world.assert_equal()
    assert str(MORNING) not in world.times()[1]


async def test_an_expired_cursor_alone_writes_nothing() -> None:
    world = await linked()
    forget_calls(world)
    world.platform.expire_cursors(world.platform_id)
    await world.sweep()
    assert written(world) == []


async def test_an_empty_snapshot_of_the_platform_cancels_nothing() -> None:
    """Rule 5: each absent booking is read by id, and still stands."""
    world = await linked()
    forget_calls(world)
    world.platform.shows_nothing = True
    world.platform.expire_cursors(world.platform_id)
    await world.sweep()
    assert written(world) == []
    assert world.platform.requests.count("read") == 4


def empty_the_calendar(world: World) -> None:
    for item in world.on_calendar():
        world.calendar.outlook.remove(ROOM, item.key)
    world.calendar.expire_tokens(ROOM)


async def test_a_calendar_that_a_full_read_finds_emptied_is_held_and_shown() -> None:
    """Rule 8."""
    world = await linked()
    empty_the_calendar(world)
    await world.sweep()
    row = await world.row()
    assert row.state is State.HELD
    assert row.why == "4 steps wait for approval: one side shows none of 4 bookings any more"
    assert len(world.on_platform()) == 4


async def test_what_stays_held_is_decided_once_however_often_it_is_seen() -> None:
    world = await linked()
    empty_the_calendar(world)
    await world.sweep()
    await rebase(world)
    await rebase(world)
    assert (await codes(world)).count(Code.HELD) == 4
    assert (await world.row()).state is State.HELD


async def test_bookings_of_days_that_are_over_do_not_weaken_that_guard() -> None:
    """What lies before the window was not looked for, so it is no sign of life."""
    world = await linked()
    world.invite(at("15:00", "16:00", date(2026, 12, 21)))
    await world.notify()
    empty_the_calendar(world)
    await rebase(world, days=14)
    row = await world.row()
    assert row.state is State.HELD
    assert row.why == "3 steps wait for approval: one side shows none of 3 bookings any more"


async def test_single_changes_go_on_beside_what_is_held() -> None:
    world = await linked()
    empty_the_calendar(world)
    await world.sweep()
    world.invite(EVENING)
    await world.notify()
    assert str(EVENING) in world.times()[1]
    assert (await world.row()).state is State.HELD


async def test_a_full_read_after_an_expired_token_keeps_the_window_that_both_sides_were_read_in() -> None:
    world = await linked()
    before = await world.ledgers.head(world.resource_id)
    world.book(A_YEAR_AHEAD)
    world.clock.advance(timedelta(days=7))
    world.calendar.expire_tokens(ROOM)
    await world.sweep()
    after = await world.ledgers.head(world.resource_id)
    assert (after.window_start, after.window_end) == (before.window_start, before.window_end)
    await rebase(world)
    assert str(A_YEAR_AHEAD) in world.times()[0]


async def test_a_rebase_that_is_killed_half_way_is_repeated() -> None:
    for point in range(1, 40):
        world = await linked()
        world.clock.advance(timedelta(days=14))
        await order_command(world.outside, world.resource_id, Verb.REBASE)
        if not await world.settle_though_killed_at(point):
            assert point > 5
            return
        assert await mapped(world) == 2, f"killed at point {point}"
        assert [len(side) for side in world.times()] == [4, 4], f"killed at point {point}"
        assert await world.ledgers.commands(world.resource_id) == ()
    raise AssertionError("the re-base made more than 40 port calls")
