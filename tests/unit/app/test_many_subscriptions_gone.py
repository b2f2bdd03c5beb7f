"""Where many subscriptions are gone at once, they are made again without a person, the most needed ones first."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from shared.app.renew_subscriptions import Renewed, renew_subscriptions
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.renewal import LIFETIME
from shared.domain.trouble import Trouble
from shared.ports.errors import Retry
from tests.doubles.subscriptions import InMemorySubscriptions
from tests.doubles.world import ADELE, World, at
from tests.unit.app.company import link_rooms, row_of

AWAY = Retry("the service does not answer").by(Trouble.CALENDAR_UNREACHABLE)
ALWAYS = 10_000


async def abandoned(count: int) -> tuple[World, list[ResourceId]]:
    """Rooms whose subscriptions ended in an outage of a week; the last one linked has the soonest meeting."""
    world = World()
    rooms = await link_rooms(world, count)
    world.clock.advance(timedelta(days=7))
    return world, rooms


async def meeting_in(world: World, room: ResourceId, hours: int) -> None:
    """Let a room hold a meeting that begins in so many hours."""
    start = world.clock.now() + timedelta(hours=hours)
    when = at(f"{start:%H}:00", f"{start:%H}:30", start.date())
    world.calendar.outlook.invite((await row_of(world, room)).mailbox, when, "Planning", ADELE)


async def missing(world: World, rooms: list[ResourceId]) -> list[ResourceId]:
    alive = {live.id for live in await world.subscriptions.list()}
    rows = [await row_of(world, room) for room in rooms]
    return [each.id for each in rows if each.subscription is None or each.subscription.id not in alive]


async def orders(world: World, rooms: list[ResourceId]) -> Counter[Verb]:
    found: Counter[Verb] = Counter()
    for room in rooms:
        found.update(command.verb for command in await world.ledgers.commands(room))
    return found


async def test_all_are_made_again_and_each_room_is_read_in_full_once() -> None:
    world, rooms = await abandoned(30)
    assert await renew_subscriptions(world.outside) == Renewed(made_again=20, ordered=10)
    await world.settle()
    assert await missing(world, rooms) == []
    assert len(await world.subscriptions.list()) == 30
    assert not await orders(world, rooms)
    assert await renew_subscriptions(world.outside) == Renewed()


async def test_the_rooms_with_the_soonest_meetings_come_first() -> None:
    world = World()
    rooms = await link_rooms(world, 26)
    for hours, room in enumerate(reversed(rooms), 24 * 7 + 1):
        if hours < 24 * 7 + 12:
            await meeting_in(world, room, hours)
            await world.wakeups.send([room], "notification")
    world.clock.advance(timedelta(seconds=5))
    await world.settle()
    world.clock.advance(timedelta(days=7))
    world.wakeups.sent.clear()
    await renew_subscriptions(world.outside)
    woken = [each.resource for each in world.wakeups.sent]
    assert woken[:11] == list(reversed(rooms))[:11]
    dues = [each.due for each in world.wakeups.sent if each.due]
    assert dues == sorted(dues)
    assert len(set(dues)) == 6


async def test_as_long_as_the_service_is_away_nothing_is_ordered() -> None:
    world, rooms = await abandoned(25)
    world.faults.fail("subscriptions.create", AWAY, times=ALWAYS)
    for _ in range(5):
        assert await renew_subscriptions(world.outside) == Renewed(postponed=25)
        world.clock.advance(timedelta(minutes=15))
    assert not await orders(world, rooms)


async def test_what_is_ordered_already_is_not_ordered_again() -> None:
    world, rooms = await abandoned(25)
    await renew_subscriptions(world.outside)
    await renew_subscriptions(world.outside)
    waiting = await orders(world, rooms)
    assert waiting[Verb.SUBSCRIBE] <= 5
    await world.settle()
    assert await missing(world, rooms) == []
    assert len(await world.subscriptions.list()) == 25


async def test_mailboxes_that_are_gone_do_not_keep_the_others_waiting() -> None:
    world, rooms = await abandoned(30)
    for room in rooms[:20]:
        await world.resources.put(replace(await row_of(world, room), trouble=Trouble.MAILBOX_MISSING))
    done = await renew_subscriptions(world.outside)
    assert done.made_again == 20
    assert set(await missing(world, rooms)) <= set(rooms[:20])


class LeavesOneOut(InMemorySubscriptions):
    """Answers a batch without its first subscription, as where that one item was throttled."""

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        kept = ids_to_expiry if len(ids_to_expiry) == 1 else dict(list(ids_to_expiry.items())[1:])
        return await super().renew(kept)


@pytest.mark.parametrize("rooms_in_batch", [2, 20])
async def test_one_that_a_batch_left_out_is_tried_by_itself(rooms_in_batch: int) -> None:
    world = World()
    world.subscriptions = LeavesOneOut(world.faults, world.clock.now)
    world.outside = replace(world.outside, subscriptions=world.subscriptions)
    rooms = await link_rooms(world, rooms_in_batch)
    world.clock.advance(LIFETIME / 2)
    assert await renew_subscriptions(world.outside) == Renewed(renewed=rooms_in_batch - 1, postponed=1)
    await world.settle()
    ends = {each.expires - world.clock.now() for each in await world.subscriptions.list()}
    assert min(ends) > LIFETIME - timedelta(minutes=2)
    assert await missing(world, rooms) == []
