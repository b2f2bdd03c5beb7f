"""The ceiling of linked resources: refused in a clear line, never enforced on what is linked already."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from shared.app.follow_people import follow_people
from shared.app.link_resource import LinkOrder, link_resource
from shared.app.order_command import order_command
from shared.domain.booking import ResourceFacts
from shared.domain.ceiling import Ceiling
from shared.domain.commands import Verb
from shared.domain.ids import MailboxId
from shared.domain.people import Member, UserId
from shared.domain.resource import State
from shared.ports.errors import Rejected, Retry
from tests.doubles.world import TENANT, World
from tests.unit.app.company import link_rooms


async def staffed(users: int, ceiling: str) -> World:
    world = World(follows_people=True)
    for number in range(users):
        world.people.add(Member(UserId(f"user-{number}"), f"user{number}@contoso.example"))
    world.people.add(Member(UserId("a-room"), "room@contoso.example", active=False))
    world.outside = replace(world.outside, ceiling=Ceiling.parse(ceiling))
    await follow_people(world.outside)
    return world


def one_more(world: World, number: int = 1000) -> LinkOrder:
    mailbox = MailboxId(f"cccccccc-0000-0000-0000-{number:012}")
    world.calendar.add_mailbox(mailbox)
    world.directory.add(mailbox, f"more{number}@contoso.example", ResourceFacts(f"More {number}"))
    return LinkOrder(mailbox)


async def states(world: World) -> list[State]:
    return [each.state async for each in world.resources.all(TENANT)]


async def test_of_50_users_and_5_more_the_56th_resource_is_refused() -> None:
    world = await staffed(50, "users+5")
    await link_rooms(world, 55)
    with pytest.raises(Rejected) as caught:
        await link_resource(world.outside, one_more(world))
    assert caught.value.code == "ceiling"
    assert str(caught.value) == (
        "55 resources are linked and 55 (50 users and 5) may be: unlink one first, or have the ceiling raised"
    )
    assert len(await states(world)) == 55


async def test_one_that_was_unlinked_makes_room() -> None:
    world = await staffed(0, "2")
    first, _ = await link_rooms(world, 2)
    await order_command(world.outside, first, Verb.UNLINK)
    await world.settle()
    assert (await link_resource(world.outside, one_more(world))).state is State.LINKING


async def test_a_ceiling_that_sinks_unlinks_nothing() -> None:
    world = await staffed(3, "users+0")
    rooms = await link_rooms(world, 3)
    for number in range(3):
        world.people.remove(UserId(f"user-{number}"))
    await follow_people(world.outside)
    for _ in range(2):
        world.resource_id = rooms[0]
        await world.sweep()
    assert await states(world) == [State.IN_STEP] * 3
    with pytest.raises(Rejected, match="3 resources are linked and 0"):
        await link_resource(world.outside, one_more(world))


async def test_of_two_that_are_linked_at_the_same_moment_one_is_refused() -> None:
    world = await staffed(0, "3")
    await link_rooms(world, 2)
    orders = [one_more(world, 1), one_more(world, 2)]
    ended = await asyncio.gather(*(link_resource(world.outside, each) for each in orders), return_exceptions=True)
    assert sorted(isinstance(each, Rejected) for each in ended) == [False, True]
    assert len(await states(world)) == 3


async def test_linking_again_what_is_linked_is_told_as_such() -> None:
    world = await staffed(0, "1")
    order = one_more(world)
    await link_resource(world.outside, order)
    await world.settle()
    with pytest.raises(Rejected) as caught:
        await link_resource(world.outside, order)
    assert caught.value.code == "linked"


async def test_users_that_nobody_has_counted_yet_are_waited_for() -> None:
    world = World(follows_people=True)
    world.outside = replace(world.outside, ceiling=Ceiling.parse("users+5"))
    with pytest.raises(Retry):
        await link_resource(world.outside, one_more(world))


@pytest.mark.parametrize(
    ("text", "users", "limit"), [("55", 7, 55), ("users+5", 50, 55), ("Users + 0", 3, 3), ("0", 9, 0)]
)
def test_a_ceiling_is_a_number_or_users_and_a_number(text: str, users: int, limit: int) -> None:
    assert Ceiling.parse(text).limit(users) == limit


@pytest.mark.parametrize("text", ["", "users", "users+", "5+users", "-1", "1.5", "users+5;", "\u0665"])
def test_anything_else_is_no_ceiling(text: str) -> None:
    with pytest.raises(ValueError, match="a number"):
        Ceiling.parse(text)
