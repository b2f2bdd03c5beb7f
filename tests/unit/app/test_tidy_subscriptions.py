"""Once a day the subscriptions that Graph has are held against those that the inventory knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.app.renew_subscriptions import Renewed, renew_subscriptions
from shared.app.subscribe import notification_urls
from shared.app.tidy_subscriptions import Tidied, tidy_subscriptions
from shared.domain.ids import MailboxId, TenantId
from shared.domain.renewal import LIFETIME
from shared.domain.resource import State, Subscription
from shared.ports.calendar import LiveSubscription
from shared.ports.errors import Retry
from tests.doubles.world import World
from tests.unit.app.company import link_rooms, row_of

OTHER_MAILBOX = MailboxId("dddddddd-0000-0000-0000-000000000001")


async def linked() -> World:
    world = World()
    await world.link()
    world.clock.advance(timedelta(hours=2))
    return world


async def stray(world: World, url: str = "", lifecycle: str = "") -> LiveSubscription:
    """Leave a subscription at Graph that no row knows, made two hours ago."""
    urls = notification_urls(world.outside, await world.row())
    ends = world.clock.now() + LIFETIME - timedelta(hours=2)
    return await world.subscriptions.create(OTHER_MAILBOX, url or urls[0], lifecycle or urls[1], "state", ends)


async def ids(world: World) -> set[str]:
    return {live.id for live in await world.subscriptions.list()}


async def test_where_both_agree_nothing_is_written() -> None:
    world = await linked()
    world.faults.passed.clear()
    assert await tidy_subscriptions(world.outside) == Tidied()
    assert not {"subscriptions.delete", "resources.put"} & set(world.faults.calls)


async def test_a_second_one_of_a_room_is_removed_and_its_own_stays() -> None:
    world = await linked()
    known = await ids(world)
    await stray(world)
    assert await tidy_subscriptions(world.outside) == Tidied(removed=1)
    assert await ids(world) == known


async def test_one_of_a_room_that_is_no_longer_linked_is_removed() -> None:
    world = await linked()
    await world.resources.put(replace(await world.row(), state=State.UNLINKED, subscription=None))
    assert await tidy_subscriptions(world.outside) == Tidied(removed=1)
    assert await ids(world) == set()


async def test_one_of_a_room_that_the_table_does_not_know_is_removed() -> None:
    world = await linked()
    await world.resources.remove(world.resource_id)
    assert await tidy_subscriptions(world.outside) == Tidied(removed=1)


async def test_one_that_graph_has_lost_is_forgotten_and_made_again_by_the_renewal_that_follows() -> None:
    world = await linked()
    known = (await world.row()).subscription
    assert known is not None
    world.subscriptions.remove(known.id)
    assert await tidy_subscriptions(world.outside) == Tidied(forgotten=1)
    assert await renew_subscriptions(world.outside) == Renewed(made_again=1)
    row = await world.row()
    assert row.subscription is not None
    assert await ids(world) == {row.subscription.id}


async def test_a_row_that_names_another_ones_subscription_gets_its_own_again() -> None:
    """As after a table was restored from an earlier day."""
    world = await linked()
    row = await world.row()
    assert row.subscription is not None
    await world.resources.put(replace(row, subscription=Subscription("of last week", row.subscription.expires, "k1")))
    assert await tidy_subscriptions(world.outside) == Tidied(removed=1, forgotten=1)
    await renew_subscriptions(world.outside)
    row = await world.row()
    assert row.subscription is not None
    assert await ids(world) == {row.subscription.id}


NOT_OURS = {
    "another installation's": "https://other.example/api/notifications/changes?tenant={tenant}&resource={resource}",
    "another host that begins like ours": "https://lockstep.example.evil/api/notifications/changes?tenant={tenant}&resource={resource}",
    "another tenant's": "https://lockstep.example/api/notifications/changes?tenant=somebody&resource={resource}",
    "the one about people": "https://lockstep.example/api/notifications/people?tenant={tenant}",
    "one without a resource": "https://lockstep.example/api/notifications/changes?tenant={tenant}",
    "one with two resources": "https://lockstep.example/api/notifications/changes?tenant={tenant}&resource=a&resource=b",
    "one without an address": "about:blank",
}


@pytest.mark.parametrize("url", NOT_OURS.values(), ids=NOT_OURS)
async def test_what_is_not_ours_stays(url: str) -> None:
    world = await linked()
    other = await stray(world, url.format(tenant=world.tenant, resource=world.resource_id), "https://x.example")
    assert await tidy_subscriptions(world.outside) == Tidied()
    assert other.id in await ids(world)


async def test_one_that_was_made_a_moment_ago_may_be_noted_yet() -> None:
    world = World()
    (room,) = await link_rooms(world, 1)
    await world.resources.put(replace(await row_of(world, room), subscription=None))
    assert await tidy_subscriptions(world.outside) == Tidied()
    world.clock.advance(timedelta(hours=2))
    assert await tidy_subscriptions(world.outside) == Tidied(removed=1)


async def test_a_room_that_is_being_linked_keeps_what_is_made_for_it() -> None:
    world = await linked()
    await world.resources.put(replace(await world.row(), state=State.LINKING, subscription=None))
    assert await tidy_subscriptions(world.outside) == Tidied()


async def test_one_that_cannot_be_removed_is_left_for_the_next_day() -> None:
    world = await linked()
    await stray(world)
    world.faults.fail("subscriptions.delete", Retry("busy"))
    assert await tidy_subscriptions(world.outside) == Tidied()
    assert await tidy_subscriptions(world.outside) == Tidied(removed=1)


async def test_an_installation_that_only_reads_removes_nothing() -> None:
    world = await linked()
    await stray(world)
    assert await tidy_subscriptions(replace(world.outside, read_only=True)) == Tidied()


async def test_a_tenants_own_list_is_all_that_is_looked_at() -> None:
    world = await linked()
    assert await tidy_subscriptions(replace(world.outside, tenant=TenantId("somebody-else"))) == Tidied()
    assert len(await ids(world)) == 1
