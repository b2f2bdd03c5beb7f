"""An unlinked resource is remembered for 30 days, and no longer."""

from __future__ import annotations

from datetime import timedelta

from shared.app.forget_unlinked import forget_unlinked
from shared.app.order_command import order_command
from shared.domain.commands import Verb
from shared.domain.retention import Retention
from tests.doubles.world import World, at


async def unlinked() -> World:
    world = World()
    await world.link()
    world.book(at("09:00", "10:00"))
    await world.platform_says()
    await order_command(world.outside, world.resource_id, Verb.UNLINK)
    await world.settle()
    return world


async def test_within_thirty_days_nothing_is_forgotten() -> None:
    world = await unlinked()
    world.clock.advance(timedelta(days=29))
    assert await forget_unlinked(world.outside) == 0
    assert len([mapping async for mapping in world.ledgers.mappings(world.resource_id)]) == 1


async def test_after_thirty_days_ledger_and_row_are_gone_and_both_sides_stay() -> None:
    world = await unlinked()
    before = world.times()
    world.clock.advance(timedelta(days=31))
    assert await forget_unlinked(world.outside) == 1
    assert await world.resources.get(world.resource_id) is None
    assert [mapping async for mapping in world.ledgers.mappings(world.resource_id)] == []
    assert world.times() == before


async def test_a_resource_that_is_linked_is_never_forgotten() -> None:
    world = await unlinked()
    await world.link()
    world.clock.advance(timedelta(days=400))
    assert await forget_unlinked(world.outside) == 0
    assert (await world.row()).state == "in step"


async def test_decisions_are_forgotten_after_400_days_by_the_weekly_re_base() -> None:
    world = World()
    await world.link()
    world.invite(at("09:00", "10:00"))
    await world.notify()
    made = await world.ledgers.decisions(world.resource_id)
    assert made
    world.clock.advance(timedelta(days=Retention().days - 1))
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert made[-1] in await world.ledgers.decisions(world.resource_id)
    world.clock.advance(timedelta(days=2))
    await order_command(world.outside, world.resource_id, Verb.REBASE)
    await world.settle()
    assert made[-1] not in await world.ledgers.decisions(world.resource_id)
