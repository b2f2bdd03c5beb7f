"""Rule 9: killing the process between any two instructions loses nothing and doubles nothing.

Each scenario is run once to its end to count the port calls it makes; then once more for each of them, killed
there, started again and settled. The state of both sides afterwards is what counts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from shared.domain.wakeup import WakeCause
from tests.doubles.world import ROOM, World, at

Scenario = Callable[[World], Awaitable[None]]
MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")


async def made_in_outlook(world: World) -> None:
    world.invite(MORNING)
    await world.wakeups.send([world.resource_id], WakeCause.NOTIFICATION)


async def booked_on_platform(world: World) -> None:
    world.book(MORNING)
    await world.wakeups.send([world.resource_id], WakeCause.PLATFORM)


async def moved_in_outlook(world: World) -> None:
    key = world.invite(MORNING)
    await world.notify()
    world.calendar.outlook.move(ROOM, key, NOON)
    await _a_second_later(world, WakeCause.NOTIFICATION)


async def moved_on_platform(world: World) -> None:
    booking = world.book(MORNING)
    await world.platform_says()
    world.platform.move(world.platform_id, booking.id, NOON)
    await _a_second_later(world, WakeCause.PLATFORM)


async def cancelled_in_outlook(world: World) -> None:
    key = world.invite(MORNING)
    await world.notify()
    world.calendar.outlook.cancel(ROOM, key)
    await _a_second_later(world, WakeCause.NOTIFICATION)


async def cancelled_on_platform(world: World) -> None:
    booking = world.book(MORNING)
    await world.platform_says()
    world.cancel_booking(booking)
    await _a_second_later(world, WakeCause.PLATFORM)


async def cancelled_meeting_on_platform(world: World) -> None:
    world.invite(MORNING)
    await world.notify()
    world.cancel_booking(world.on_platform()[0])
    await _a_second_later(world, WakeCause.PLATFORM)


async def burst_on_both_sides(world: World) -> None:
    for hour in range(8, 12):
        world.invite(at(f"{hour:02}:00", f"{hour:02}:30"))
        world.book(at(f"{hour + 6:02}:00", f"{hour + 6:02}:30"))
    await _a_second_later(world, WakeCause.NOTIFICATION)


async def _a_second_later(world: World, cause: WakeCause) -> None:
    world.clock.advance(timedelta(seconds=2))
    await world.wakeups.send([world.resource_id], cause)


SCENARIOS: dict[Scenario, list[str]] = {
    made_in_outlook: [str(MORNING)],
    booked_on_platform: [str(MORNING)],
    moved_in_outlook: [str(NOON)],
    moved_on_platform: [str(NOON)],
    cancelled_in_outlook: [],
    cancelled_on_platform: [],
    cancelled_meeting_on_platform: [],
    burst_on_both_sides: sorted(str(at(f"{hour:02}:00", f"{hour:02}:30")) for hour in (8, 9, 10, 11, 14, 15, 16, 17)),
}


@pytest.mark.parametrize(("scenario", "expected"), SCENARIOS.items(), ids=lambda each: getattr(each, "__name__", ""))
async def test_killed_at_any_port_call_both_sides_end_equal(scenario: Scenario, expected: list[str]) -> None:
    undisturbed = World()
    await undisturbed.link()
    await scenario(undisturbed)
    await undisturbed.settle()
    made = _ever_made(undisturbed)
    point = 0
    died = True
    while died:
        point += 1
        world = World()
        await world.link()
        await scenario(world)
        died = await world.settle_though_killed_at(point)
        await world.sweep()
        assert world.times() == (expected, expected), f"killed at point {point}"
        assert await world.ledgers.open_steps(world.resource_id) == (), f"killed at point {point}"
        assert (await world.row()).state == "in step", f"killed at point {point}"
        assert _ever_made(world) == made, f"killed at point {point}, a copy was made and removed again"
    assert point > 10, "the scenario made hardly any port call, so nothing was shown"


def _ever_made(world: World) -> tuple[int, int]:
    """Return how many events and bookings were ever made, those that are gone included."""
    bookings = world.platform.items(world.platform_id, cancelled=True)
    return len(world.calendar.boxes[ROOM].events), len(bookings)
