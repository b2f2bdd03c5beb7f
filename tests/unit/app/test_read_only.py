"""A read-only installation: both sides are read, what waits is shown, and nothing reaches either side."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.resource import State
from tests.doubles.world import World, at

WRITES = ("create", "change", "change_series", "create_series", "cancel", "decline", "accept", "release")


async def read_only(url: str = "") -> World:
    world = World()
    world.outside = replace(world.outside, read_only=True, notification_url=url)
    world.direct_entry(at("09:00", "10:00"))
    return world


def written(world: World) -> list[str]:
    return [call for call in world.faults.calls if call.startswith(("calendar.", "platform.")) and
            call.partition(".")[2].partition(":")[0] in WRITES]  # fmt: skip


async def test_a_linked_room_is_read_and_what_would_be_written_is_counted() -> None:
    world = await read_only()
    row = await world.link()
    assert row.why == "this installation is read-only; nothing is written; 1 booking would be"
    assert (row.state, row.open_steps) == (State.LINKING, 1)
    assert written(world) == []
    assert world.on_platform() == ()


async def test_no_subscription_is_made_with_or_without_an_address() -> None:
    for url in ("", "https://lockstep.example"):
        world = await read_only(url)
        assert (await world.link()).subscription is None
        assert await world.subscriptions.list() == ()


async def test_what_comes_later_is_seen_by_the_sweep_and_not_written() -> None:
    world = await read_only()
    await world.link()
    world.invite(at("11:00", "12:00"))
    await world.sweep()
    assert "2 bookings would be" in (await world.row()).why
    assert written(world) == []


async def test_once_it_may_write_the_orders_that_waited_are_carried_out() -> None:
    world = await read_only()
    await world.link()
    world.outside = replace(world.outside, read_only=False)
    await world.sweep()
    await world.settle()
    world.assert_equal()
    assert (await world.row()).state is State.IN_STEP


async def test_without_an_address_changes_are_found_by_sweeps_and_the_room_says_so() -> None:
    world = World()
    world.outside = replace(world.outside, notification_url="")
    row = await world.link()
    assert (row.state, row.subscription) == (State.IN_STEP, None)
    assert row.why == "no notifications arrive; changes are found every 60 minutes"
    world.invite(at("11:00", "12:00"))
    await world.sweep()
    world.assert_equal()
