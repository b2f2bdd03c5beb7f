"""The proof read: both sides in full over 14 days by another path than their feeds. Only equal sides are proven."""

from __future__ import annotations

from datetime import date, timedelta

from shared.app.order_command import order_command
from shared.domain.booking import Answer
from shared.domain.commands import Verb
from shared.domain.resource import State
from shared.ports.connector import Conflict
from shared.ports.errors import Retry
from tests.doubles.world import ROOM, World, at

MORNING, NOON, EVENING = at("09:00", "10:00"), at("12:00", "13:00"), at("18:00", "19:00")
BEYOND = at("09:00", "10:00", date(2030, 1, 7))
IN_A_MONTH = at("09:00", "10:00", date(2026, 12, 21))


async def linked(**settings: object) -> World:
    world = World()
    await world.link(**settings)
    world.invite(MORNING)
    world.book(NOON)
    await world.notify()
    return world


async def prove(world: World) -> None:
    world.clock.advance(timedelta(seconds=10))
    await order_command(world.outside, world.resource_id, Verb.PROVE)
    await world.settle()


def broken_delta(world: World) -> None:
    """Let the calendar's feed forget what happened so far: it names an event beyond the window in its stead."""
    world.direct_entry(BEYOND)
    box = world.calendar.boxes[ROOM]
    box.log[:] = [box.log[-1]] * len(box.log)


def in_the_window(world: World) -> tuple[list[str], list[str]]:
    calendar, platform = world.times()
    return [when for when in calendar if when != str(BEYOND)], platform


def equal(world: World) -> None:
    calendar, platform = in_the_window(world)
    assert calendar == platform


def broken_feed(world: World) -> None:
    """Let the platform's feed forget what happened so far."""
    world.platform._resources[world.platform_id].changed_at.clear()


async def test_equal_sides_are_proven() -> None:
    world = await linked()
    await prove(world)
    row = await world.row()
    assert (row.proven_at, row.proof_differences, row.state) == (world.clock.now(), 0, State.IN_STEP)


async def test_a_proof_costs_one_view_of_each_side_and_no_read_by_id_where_all_is_equal() -> None:
    world = await linked()
    world.faults.passed.clear()
    await prove(world)
    calls = [call for call in world.faults.calls if call.startswith(("calendar.", "platform."))]
    # Adele's mailbox was not open: her meeting, shown by her name, is the one thing asked for once more.
    assert calls.count("calendar.organiser_copies") == 1
    calls.remove("calendar.organiser_copies")
    assert sorted(calls) == ["calendar.changes", "calendar.view", "platform.changes", "platform.view"]


async def test_a_lost_notification_is_found_by_the_proofs_own_run_and_is_no_difference() -> None:
    """The feed named it: nothing was wrong with it, only late."""
    world = await linked()
    world.invite(EVENING)
    await prove(world)
    equal(world)
    row = await world.row()
    assert (len(world.on_platform()), row.proof_differences) == (3, 0)


async def test_a_run_that_writes_proves_nothing() -> None:
    world = await linked()
    world.invite(EVENING)
    await prove(world)
    assert (await world.row()).proven_at is None
    await prove(world)
    assert (await world.row()).proven_at == world.clock.now()


async def test_a_meeting_that_the_delta_lost_is_found_booked_and_counted() -> None:
    world = await linked()
    world.invite(EVENING)
    broken_delta(world)
    await world.sweep()
    assert len(world.on_platform()) == 2
    await prove(world)
    equal(world)
    row = await world.row()
    assert (len(world.on_platform()), row.proof_differences, row.proven_at) == (3, 1, None)


async def test_a_move_that_the_delta_lost_is_found() -> None:
    world = await linked()
    (theirs,) = (item for item in world.on_calendar() if not item.is_organiser)
    world.calendar.outlook.move(ROOM, theirs.key, EVENING)
    broken_delta(world)
    await prove(world)
    equal(world)
    assert str(EVENING) in world.times()[1]


async def test_a_cancellation_that_the_delta_lost_is_found_by_reading_by_id() -> None:
    world = await linked()
    (theirs,) = (item for item in world.on_calendar() if not item.is_organiser)
    world.calendar.outlook.remove(ROOM, theirs.key)
    broken_delta(world)
    await prove(world)
    equal(world)
    assert len(world.on_platform()) == 1
    assert (await world.row()).proof_differences == 1


async def test_what_the_platforms_feed_lost_is_found() -> None:
    world = await linked()
    (ours,) = (item for item in world.on_platform() if item.booking.when == NOON)
    world.platform.move(world.platform_id, ours.id, EVENING)
    world.book(at("15:00", "16:00"))
    broken_feed(world)
    await world.sweep()
    assert in_the_window(world)[0] != in_the_window(world)[1]
    await prove(world)
    equal(world)
    assert str(EVENING) in world.times()[0]
    assert (await world.row()).proof_differences == 2


async def test_a_cancellation_that_the_platforms_feed_lost_is_found() -> None:
    world = await linked()
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == NOON))
    broken_feed(world)
    await prove(world)
    assert in_the_window(world) == ([str(MORNING)], [str(MORNING)])


async def test_the_next_proof_of_equal_sides_counts_no_difference_any_more() -> None:
    world = await linked()
    world.invite(EVENING)
    broken_delta(world)
    await prove(world)
    await prove(world)
    row = await world.row()
    assert (row.proof_differences, row.proven_at) == (0, world.clock.now())


async def test_a_sweep_leaves_the_age_of_truth_as_it_is() -> None:
    world = await linked()
    await prove(world)
    proven = (await world.row()).proven_at
    world.clock.advance(timedelta(hours=5))
    await world.sweep()
    row = await world.row()
    assert row.proven_at == proven
    assert row.last_look is not None
    assert proven is not None
    assert row.last_look - proven >= timedelta(hours=5)


async def test_beyond_14_days_a_proof_does_not_look() -> None:
    """The weekly re-base does."""
    world = await linked()
    world.invite(IN_A_MONTH)
    broken_delta(world)
    await prove(world)
    assert len(world.on_platform()) == 2
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert len(world.on_platform()) == 3


async def series_called_off_unheard() -> World:
    """A series reaches from the days that a proof looks at to days beyond them, and the delta loses its end."""
    world = await linked()
    weeks = [at("15:00", "16:00", date(2026, 11, 30) + timedelta(weeks=week)) for week in range(3)]
    occurrences = world.calendar.outlook.invite_series(ROOM, weeks)
    await world.notify()
    assert len(world.on_platform()) == 5
    for key in occurrences:
        world.calendar.outlook.cancel(ROOM, key)
    broken_delta(world)
    return world


async def test_what_a_proof_finds_has_everything_beyond_its_days_looked_at_too() -> None:
    world = await series_called_off_unheard()
    await prove(world)
    equal(world)
    assert len(world.on_platform()) == 2


async def test_a_proof_that_dies_anywhere_leaves_nothing_beyond_its_days_unread() -> None:
    points, died = 0, True
    while died:
        points += 1
        world = await series_called_off_unheard()
        await order_command(world.outside, world.resource_id, Verb.PROVE)
        died = await world.settle_though_killed_at(points)
        equal(world)
        assert len(world.on_platform()) == 2
    assert points > 20


async def test_a_proof_of_equal_sides_reads_nothing_in_full() -> None:
    world = await linked()
    before = len(world.runs)
    await prove(world)
    assert len(world.runs) == before + 1


async def test_an_overlap_that_only_a_proof_finds_is_held_and_not_settled_unasked() -> None:
    world = await linked()
    box = world.calendar.boxes[ROOM]
    world.calendar.outlook.invite(ROOM, at("12:30", "13:30"))
    broken_delta(world)
    await prove(world)
    row = await world.row()
    assert row.state is State.HELD
    assert str(at("12:30", "13:30")) not in world.times()[1]
    assert box.mails == []


async def test_what_is_no_booking_is_no_difference() -> None:
    world = await linked()
    world.calendar.outlook.cancel(ROOM, world.invite(EVENING))
    world.calendar.outlook.invite(ROOM, at("15:00", "16:00"), answer=Answer.DECLINED)
    broken_delta(world)
    await prove(world)
    row = await world.row()
    assert (row.proof_differences, row.proven_at) == (0, world.clock.now())


async def test_a_meeting_that_still_awaits_the_room_is_no_difference() -> None:
    world = await linked()
    world.calendar.outlook.invite(ROOM, EVENING, answer=Answer.NOT_RESPONDED)
    await world.notify()
    await prove(world)
    row = await world.row()
    assert (row.proof_differences, row.proven_at) == (0, world.clock.now())


async def test_an_entry_that_lost_its_time_and_is_shown_as_that_is_explained() -> None:
    world = await linked()
    world.direct_entry(at("12:30", "13:30"))
    await world.notify()
    assert (await world.row()).conflicts == 1
    await prove(world)
    assert (await world.row()).proven_at == world.clock.now()


async def test_sides_of_which_something_is_held_are_not_called_equal() -> None:
    world = await linked(cancellations_held_above=0)
    world.cancel_booking(next(item for item in world.on_platform() if item.booking.when == NOON))
    await world.platform_says()
    assert (await world.row()).state is State.HELD
    await prove(world)
    assert (await world.row()).proven_at is None


async def test_what_is_held_in_a_month_does_not_concern_a_proof_of_14_days() -> None:
    world = await linked(cancellations_held_above=0)
    booking = world.book(IN_A_MONTH)
    await world.platform_says()
    world.cancel_booking(booking)
    await world.platform_says()
    assert (await world.row()).state is State.HELD
    await prove(world)
    assert (await world.row()).proven_at == world.clock.now()


async def test_an_overlap_that_is_only_reported_stands_equal_on_both_sides() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(winner="report")
    world.invite(MORNING)
    world.book(at("09:30", "10:30"))
    await world.notify()
    assert (await world.row()).conflicts == 1
    await prove(world)
    assert (await world.row()).proven_at == world.clock.now()


async def test_sides_of_which_a_booking_is_set_aside_are_not_called_equal() -> None:
    world = await linked()
    world.calendar.garble(ROOM, world.invite(EVENING), "no start")
    await world.notify()
    await prove(world)
    assert (await world.row()).proven_at is None


async def test_a_side_that_cannot_be_viewed_proves_nothing_and_the_proof_is_made_later() -> None:
    world = await linked()
    world.faults.fail("platform.view", Retry("the platform is away", timedelta(minutes=5)))
    await prove(world)
    assert (await world.row()).proven_at is None
    world.clock.advance(timedelta(minutes=5))
    await world.settle()
    assert (await world.row()).proven_at == world.clock.now()
