"""A world with many rooms, for what concerns all of them at once."""

from __future__ import annotations

from shared.app.link_resource import LinkOrder, link_resource
from shared.domain.booking import ResourceFacts
from shared.domain.ids import MailboxId, ResourceId
from shared.domain.resource import Resource
from tests.doubles.world import World


async def link_rooms(world: World, count: int, **settings: object) -> list[ResourceId]:
    """Link rooms of their own mailboxes and settle their first reads."""
    linked = []
    for number in range(count):
        mailbox = MailboxId(f"bbbbbbbb-0000-0000-0000-{number:012}")
        world.calendar.add_mailbox(mailbox)
        world.directory.add(mailbox, f"room{number}@contoso.example", ResourceFacts(f"Room {number}", zone="UTC"))
        row = await link_resource(world.outside, LinkOrder(mailbox, settings=settings))
        linked.append(row.id)
        await world.settle()
    world.runs.clear()
    world.wakeups.sent.clear()
    world.faults.passed.clear()
    return linked


async def row_of(world: World, resource: ResourceId) -> Resource:
    row = await world.resources.get(resource)
    assert row is not None
    return row
