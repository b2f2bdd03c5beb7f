"""A run stops after 200 writes and goes on in the next; what it did not come to is neither lost nor doubled."""

from __future__ import annotations

from datetime import timedelta

import pytest

from shared.app.applying import MOST_WRITES
from shared.app.order_command import order_command
from shared.app.reconcile_resource import reconcile_resource
from shared.domain.booking import CalendarKey
from shared.domain.commands import Verb
from shared.domain.ledger import Cause
from shared.domain.resource import State
from shared.domain.spans import Timed
from shared.domain.wakeup import WakeCause
from shared.ports.connector import Conflict
from tests.doubles.world import MONDAY, ROOM, World, at
from tests.unit.app.mishaps import Mishaps, settle_though_killed

MANY = MOST_WRITES + 60
NEVER = {
    "cancellations_held_above": 100_000,
    "cancellations_share_held_above": 100,
    "writes_held_above": 100_000,
    "growth_held_above": 100_000,
    "mails_held_above": 100_000,
}


def slot(number: int) -> Timed:
    """Return the n-th of many half hours that do not overlap."""
    days, place = divmod(number, 20)
    hour, half = 8 + place // 2, 30 * (place % 2)
    return at(f"{hour:02}:{half:02}", f"{hour:02}:{half + 29:02}", MONDAY + timedelta(days))


def mishaps(world: World) -> Mishaps:
    assert isinstance(world.faults, Mishaps)
    return world.faults


async def linked_to_many(count: int, **settings: object) -> tuple[World, list[CalendarKey]]:
    world = World(Conflict.NOT_ENFORCED, Mishaps())
    keys = [world.invite(slot(number)) for number in range(count)]
    await world.link(**{**NEVER, **settings})
    return world, keys


async def test_a_run_writes_no_more_than_it_may_and_the_next_goes_on() -> None:
    world, _ = await linked_to_many(MANY)
    assert len(world.on_platform()) == MANY
    world.assert_equal()
    assert max(run.writes for run in world.runs) <= MOST_WRITES + 3
    assert len([run for run in world.runs if run.writes]) > 1
    row = await world.row()
    assert (row.state, row.open_steps, row.mappings) == (State.IN_STEP, 0, MANY)
    assert world.platform.requests.count("create") == MANY


async def test_while_it_goes_on_the_room_says_that_it_is_behind() -> None:
    world = World(Conflict.NOT_ENFORCED)
    await world.link(**NEVER)
    for number in range(MANY):
        world.invite(slot(number))
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], WakeCause.NOTIFICATION)
    due = world.wakeups.take(world.clock.now())
    await reconcile_resource(world.outside, world.resource_id, WakeCause(due[0].cause))
    row = await world.row()
    assert row.state is State.BEHIND
    assert row.why in ("60 changes are still to be written", "57 changes are still to be written")
    await world.settle()
    assert (await world.row()).state is State.IN_STEP


@pytest.mark.parametrize("made", [1, 100, MOST_WRITES, MOST_WRITES + 1, MANY - 1])
async def test_killed_after_any_number_of_creations_nothing_is_doubled(made: int) -> None:
    """Rule 9."""
    world = World(Conflict.NOT_ENFORCED, Mishaps())
    await world.link(**NEVER)
    for number in range(MANY):
        world.invite(slot(number))
    await world.wakeups.send([world.resource_id], WakeCause.SWEEP)
    mishaps(world).kill_when("platform.create:done", made)
    assert await settle_though_killed(world)
    world.assert_equal()
    assert len(world.platform.items(world.platform_id, cancelled=True)) == MANY


async def test_many_bookings_without_a_write_do_not_keep_a_creation_from_being_noted_first() -> None:
    """A full read in which every version is new remembers all of them; the one new booking is still made safely."""
    world, keys = await linked_to_many(MANY)
    for key in keys:
        world.calendar.outlook.touch(ROOM, key)
    world.book(at("06:00", "07:00"), private=True)
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    mishaps(world).kill_when("calendar.create:done")
    assert await settle_though_killed(world)
    world.assert_equal()
    assert len(world.calendar.boxes[ROOM].events) == MANY + 1, "a copy was made twice"
    assert [s for s in await world.ledgers.open_steps(world.resource_id) if s.cause is Cause.CREATING] == []


async def test_many_cancellations_go_on_in_the_next_run_as_well() -> None:
    world, keys = await linked_to_many(MANY)
    for key in keys:
        world.calendar.outlook.cancel(ROOM, key)
    await world.notify()
    await world.settle()
    assert world.on_platform() == ()
    assert (await world.row()).mappings == 0


async def test_a_run_that_takes_too_long_stops_and_the_next_goes_on() -> None:
    """A run stops itself after two minutes, well before the host would."""
    world = World(Conflict.NOT_ENFORCED, Mishaps())
    await world.link(**NEVER)
    for number in range(20):
        world.invite(slot(number))

    def nine_seconds_pass() -> None:
        world.clock.advance(timedelta(seconds=9))

    mishaps(world).act("platform.create", nine_seconds_pass, once=False)
    await world.notify()
    first = next(run for run in world.runs if run.writes)
    assert 4 <= first.writes < 20
    world.assert_equal()
