"""A series made in Outlook: each of its occurrences is a booking of its own, and only what changed is written."""

from __future__ import annotations

from datetime import date, timedelta

from shared.app.order_command import order_command
from shared.domain.booking import CalendarKey
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.resource import State
from shared.domain.spans import Timed
from shared.ports.errors import Retry
from tests.doubles.world import MONDAY, ROOM, World, at


def mondays(count: int, start: str = "09:00", end: str = "10:00") -> list[Timed]:
    return [at(start, end, MONDAY + timedelta(weeks=week)) for week in range(count)]


def weekly(world: World, count: int = 4) -> tuple[CalendarKey, ...]:
    return world.calendar.outlook.invite_series(ROOM, mondays(count))


async def linked(count: int = 4, **settings: object) -> tuple[World, tuple[CalendarKey, ...]]:
    world = World()
    await world.link(**settings)
    keys = weekly(world, count)
    await world.notify()
    return world, keys


def forget(world: World) -> None:
    world.platform.requests.clear()
    world.calendar.calls.clear()


async def test_each_occurrence_is_a_booking_of_its_own() -> None:
    world, _ = await linked()
    world.assert_equal()
    assert world.times()[1] == [str(when) for when in mondays(4)]
    assert (await world.row()).mappings == 4


async def test_a_long_series_is_booked_in_one_run() -> None:
    world, _ = await linked(50)
    world.assert_equal()
    assert len(world.on_platform()) == 50
    assert max(run.writes for run in world.runs) == 50


async def test_occurrences_beyond_the_horizon_are_not_booked_yet() -> None:
    world, _ = await linked(10, days_ahead=30)
    assert len(world.on_platform()) == 4
    world.clock.advance(timedelta(days=7))
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert len(world.on_platform()) == 5


async def test_a_move_of_one_occurrence_moves_one_booking() -> None:
    world, keys = await linked()
    forget(world)
    moved = at("14:00", "15:00", date(2026, 12, 1))
    world.calendar.outlook.move(ROOM, keys[1], moved)
    await world.notify()
    world.assert_equal()
    assert str(moved) in world.times()[1]
    assert world.platform.requests.count("change") == 1
    assert not {"create", "cancel"} & set(world.platform.requests)


async def test_an_occurrence_keeps_its_booking_wherever_it_is_moved() -> None:
    world, keys = await linked()
    first = next(item for item in world.on_platform() if item.booking.when == mondays(1)[0])
    for hour in ("11", "12", "13"):
        world.calendar.outlook.move(ROOM, keys[0], at(f"{hour}:00", f"{hour}:30"))
        await world.notify()
    (again,) = (item for item in world.on_platform() if item.id == first.id)
    assert again.booking.when == at("13:00", "13:30")


async def test_an_occurrence_that_leaves_no_trace_but_its_absence_is_cancelled() -> None:
    """Rule 5: the series came without it; only a read of its own says that it is gone."""
    world, keys = await linked()
    forget(world)
    world.calendar.outlook.cancel(ROOM, keys[2])
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 3
    assert [name for name, _ in world.calendar.calls].count("read") == 1


async def test_an_occurrence_whose_cancellation_no_feed_tells_is_found_by_the_proof() -> None:
    world, keys = await linked()
    world.calendar.outlook.cancel(ROOM, keys[1])
    world.calendar.boxes[ROOM].log.pop()
    await world.sweep()
    assert len(world.on_platform()) == 4
    await order_command(world.outside, world.resource_id, Verb.PROVE)
    await world.settle()
    assert len(world.on_platform()) == 3
    world.assert_equal()


async def test_the_cancellation_of_the_whole_series_cancels_all_of_its_bookings() -> None:
    world, keys = await linked()
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert world.times() == ([], [])
    assert (await world.row()).mappings == 0


async def test_a_series_whose_master_alone_is_called_removed_is_read_occurrence_by_occurrence() -> None:
    """A hint names the master; its occurrences are found by it."""
    world, keys = await linked()
    box = world.calendar.boxes[ROOM]
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    box.log[-4:] = [keys[0].event]
    await world.notify()
    assert world.times() == ([], [])


async def test_a_touched_series_whose_occurrences_are_as_they_were_writes_nothing() -> None:
    world, keys = await linked()
    forget(world)
    world.calendar.outlook.touch(ROOM, keys[0])
    await world.notify()
    assert not {"create", "change", "cancel"} & set(world.platform.requests)


async def test_an_occurrence_that_loses_its_time_is_declined_alone() -> None:
    world = World()
    await world.link()
    world.book(at("09:30", "10:30", MONDAY + timedelta(weeks=1)))
    await world.platform_says()
    weekly(world)
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 4
    assert str(mondays(2)[1]) not in world.times()[1]
    lost = [d for d in await world.ledgers.decisions(world.resource_id) if d.reason.code is Code.LOST_TO_OTHER]
    assert len(lost) == 1


async def test_a_booking_of_one_occurrence_cancelled_on_the_platform_declines_that_one() -> None:
    world, _ = await linked()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == mondays(3)[2]))
    await world.platform_says()
    world.assert_equal()
    assert len(world.on_calendar()) == 3


async def test_an_occurrence_moved_onto_the_time_that_another_leaves_is_followed() -> None:
    world, keys = await linked()
    first, second = mondays(2)
    # The day before: Exchange lets no occurrence stand on the day of the one next to it.
    world.calendar.outlook.move(ROOM, keys[0], at("20:00", "21:00", MONDAY - timedelta(days=1)))
    world.calendar.outlook.move(ROOM, keys[1], first)
    await world.notify()
    world.assert_equal()
    assert str(first) in world.times()[1]
    assert str(second) not in world.times()[1]


async def test_an_occurrence_that_is_restored_is_booked_again() -> None:
    world, keys = await linked()
    world.calendar.outlook.cancel(ROOM, keys[1])
    await world.notify()
    world.calendar.outlook.restore(ROOM, keys[1])
    await world.notify()
    world.assert_equal()
    assert len(world.on_platform()) == 4


async def test_a_rebase_of_a_series_deletes_and_makes_nothing() -> None:
    world, _ = await linked()
    forget(world)
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert not {"create", "change", "cancel"} & set(world.platform.requests)
    assert (await world.row()).state is State.IN_STEP


async def test_a_long_series_that_its_organiser_cancels_is_one_cancellation_and_is_not_held() -> None:
    world = World()
    await world.link(cancellations_held_above=5)
    whens = [at("09:00", "10:00", MONDAY + timedelta(weeks=week)) for week in range(30)]
    keys = world.calendar.outlook.invite_series(ROOM, whens)
    await world.notify()
    assert len(world.on_platform()) == 30
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    assert world.times() == ([], [])


async def test_a_series_that_its_organiser_moves_keeps_its_bookings() -> None:
    """The occurrences have other original starts then: old and new ones are paired by date, and were moved."""
    world, keys = await linked()
    before = {item.id for item in world.on_platform()}
    forget(world)
    world.calendar.outlook.reschedule(ROOM, keys, mondays(4, "14:00", "15:00"))
    await world.notify()
    world.assert_equal()
    assert {item.id for item in world.on_platform()} == before
    assert not {"create", "cancel"} & set(world.platform.requests)
    assert world.platform.requests.count("change") == 4


async def test_a_series_that_moves_to_another_weekday_keeps_its_bookings_in_order() -> None:
    world, keys = await linked()
    before = [item.id for item in world.on_platform()]
    tuesdays = [at("09:00", "10:00", MONDAY + timedelta(weeks=week, days=1)) for week in range(4)]
    world.calendar.outlook.reschedule(ROOM, keys, tuesdays)
    await world.notify()
    world.assert_equal()
    assert [item.id for item in world.on_platform()] == before


async def test_a_series_that_is_moved_and_shortened_ends_what_is_left_over_alone() -> None:
    world, keys = await linked()
    before = [item.id for item in world.on_platform()]
    forget(world)
    world.calendar.outlook.reschedule(ROOM, keys, mondays(3, "14:00", "15:00"))
    await world.notify()
    world.assert_equal()
    assert [item.id for item in world.on_platform()] == before[:3]
    assert world.platform.requests.count("cancel") == 1


async def test_a_series_that_is_extended_makes_what_is_new_alone() -> None:
    world, keys = await linked()
    before = [item.id for item in world.on_platform()]
    world.calendar.outlook.reschedule(ROOM, keys, mondays(6))
    await world.notify()
    world.assert_equal()
    assert [item.id for item in world.on_platform()][:4] == before
    assert len(world.on_platform()) == 6


async def test_an_occurrence_cancelled_as_the_window_slides_is_no_move_to_its_far_end() -> None:
    world, keys = await linked(10, days_ahead=30)
    before = {item.id for item in world.on_platform()}
    world.calendar.outlook.cancel(ROOM, keys[2])
    world.clock.advance(timedelta(days=7))
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    cancelled = before - {item.id for item in world.on_platform()}
    assert len(cancelled) == 1
    assert len({item.id for item in world.on_platform()} - before) == 1


async def test_a_series_cancelled_on_the_platform_is_declined_once() -> None:
    world, _ = await linked()
    for item in world.on_platform():
        world.cancel_booking(item)
    forget(world)
    await world.platform_says()
    assert world.times() == ([], [])
    assert [name for name, _ in world.calendar.calls if name == "decline"] == ["decline"]
    assert len([mail for mail in world.calendar.boxes[ROOM].mails if mail.startswith("declined")]) == 1


async def test_a_series_that_goes_on_beyond_the_window_is_declined_one_by_one() -> None:
    """What the platform never saw of it stays with its organiser."""
    world, _ = await linked(10, days_ahead=30)
    for item in world.on_platform():
        world.cancel_booking(item)
    await world.platform_says()
    assert len(world.on_platform()) == 0
    assert len(world.on_calendar()) == 6


UNHELD = {
    "cancellations_held_above": 1000,
    "cancellations_share_held_above": 100,
    "writes_held_above": 1000,
    "growth_held_above": 1000,
}


def daily(count: int, start: str, end: str) -> list[Timed]:
    return [at(start, end, MONDAY + timedelta(days=number)) for number in range(count)]


async def test_a_series_of_more_occurrences_than_a_run_writes_keeps_every_booking_when_it_moves() -> None:
    world = World()
    await world.link(**UNHELD)
    keys = world.calendar.outlook.invite_series(ROOM, daily(250, "09:00", "10:00"))
    await world.notify()
    before = {item.id for item in world.on_platform()}
    assert len(before) == 250
    world.calendar.outlook.reschedule(ROOM, keys, daily(250, "15:00", "16:00"))
    await world.notify()
    world.assert_equal()
    assert world.times()[1] == [str(when) for when in daily(250, "15:00", "16:00")]
    assert {item.id for item in world.on_platform()} == before


async def test_a_moved_series_that_waits_for_a_person_keeps_every_booking_once_it_is_approved() -> None:
    world, keys = await linked(12, writes_held_above=3)
    before = {item.id for item in world.on_platform()}
    world.calendar.outlook.reschedule(ROOM, keys, mondays(12, "15:00", "16:00"))
    await world.order(Verb.REBASE)
    assert (await world.row()).state is State.HELD
    await world.order(Verb.APPROVE)
    world.assert_equal()
    assert world.times()[1] == [str(when) for when in mondays(12, "15:00", "16:00")]
    assert {item.id for item in world.on_platform()} == before


async def test_a_moved_series_whose_bookings_the_platform_cannot_take_now_keeps_them() -> None:
    world, keys = await linked(4)
    before = {item.id for item in world.on_platform()}
    world.faults.fail("platform.change", Retry("busy"), times=3)
    world.calendar.outlook.reschedule(ROOM, keys, mondays(4, "15:00", "16:00"))
    await world.notify()
    world.assert_equal()
    assert world.times()[1] == [str(when) for when in mondays(4, "15:00", "16:00")]
    assert {item.id for item in world.on_platform()} == before
