"""What every table of resources promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.tables.resources import TableResources
from shared.adapters.tables.tables import Tables
from shared.domain.booking import ResourceFacts, Side
from shared.domain.ids import MailboxId, PlatformId, ResourceId, TenantId
from shared.domain.inheritance import Level, Scope, ScopeSettings
from shared.domain.policy import Policy, Winner
from shared.domain.resource import Resource, State, Subscription
from shared.ports.errors import Rejected, Stale
from shared.ports.ledgers import Resources
from tests.doubles.resources import MemoryResources

TENANT = TenantId("0d1e2f30-0000-4000-8000-000000000001")
ELSEWHERE = TenantId("0d1e2f30-0000-4000-8000-000000000002")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def resources(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Resources:
    return MemoryResources() if request.param == "memory" else TableResources(await opened())


def room(number: int, platform: str | None = None, tenant: TenantId = TENANT) -> Resource:
    return Resource(
        ResourceId(f"{tenant}.01K000000000000000000{number:05}"),
        MailboxId(f"mailbox-{number}"),
        PlatformId(platform) if platform else None,
        facts=ResourceFacts(name="Grüner Saal", capacity=12, zone="Europe/Berlin", features=("projector", "黒板")),
        policy=Policy(winner=Winner.PLATFORM, edits=Side.CALENDAR, units=2),
        linked_at=NINE,
    )


async def all_of(resources: Resources, tenant: TenantId = TENANT) -> list[Resource]:
    return [each async for each in resources.all(tenant)]


async def test_a_resource_comes_back_as_it_was_added(resources: Resources) -> None:
    added = room(1, "room/one #?")
    await resources.add(added)
    assert await resources.get(added.id) == added
    assert await resources.by_mailbox(TENANT, added.mailbox) == added
    assert await resources.by_platform(TENANT, PlatformId("room/one #?")) == added


async def test_only_what_was_written_since_is_listed_where_that_is_asked(resources: Resources) -> None:
    await resources.add(room(1))
    await resources.add(room(2))
    # The moment lies between two writes by seconds: the storage's clock and this one are not the same.
    await asyncio.sleep(2)
    between = datetime.now(UTC) - timedelta(seconds=1)
    await resources.put(replace(room(1), why="something new"))
    changed = [each async for each in resources.all(TENANT, changed_since=between)]
    assert [(each.id, each.why) for each in changed] == [(room(1).id, "something new")]
    assert [each.id async for each in resources.all(TENANT, room(1).id, changed_since=between)] == []


async def test_what_is_not_there_is_none(resources: Resources) -> None:
    await resources.add(room(1))
    assert await resources.get(room(2).id) is None
    assert await resources.by_mailbox(TENANT, MailboxId("mailbox-2")) is None
    assert await resources.by_platform(TENANT, PlatformId("p")) is None


async def test_what_is_put_replaces_what_stood(resources: Resources) -> None:
    added = room(1, "p1")
    await resources.add(added)
    seen = replace(
        added,
        state=State.FAILING,
        since=NINE,
        why="the mailbox does not answer",
        attempts=10,
        subscription=Subscription("s-1", NINE + timedelta(days=6), "1"),
    )
    await resources.put(seen)
    assert await resources.get(added.id) == seen
    await resources.put(replace(seen, subscription=None, why=""))
    assert await all_of(resources) == [replace(seen, subscription=None, why="")]


async def test_a_mailbox_can_be_linked_once(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    with pytest.raises(Rejected) as refused:
        await resources.add(replace(room(2, "p2"), mailbox=room(1).mailbox))
    assert refused.value.code == "linked"
    assert await all_of(resources) == [room(1, "p1")]
    assert await resources.by_platform(TENANT, PlatformId("p2")) is None


async def test_a_platform_id_can_be_linked_once(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    with pytest.raises(Rejected) as refused:
        await resources.add(room(2, "p1"))
    assert refused.value.code == "linked"
    assert await resources.by_mailbox(TENANT, room(2).mailbox) is None


async def test_a_resource_can_be_added_once(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    with pytest.raises(Rejected):
        await resources.add(replace(room(1, "p2"), mailbox=MailboxId("another")))
    assert await resources.get(room(1).id) == room(1, "p1")


async def test_rooms_without_a_platform_id_do_not_get_in_each_others_way(resources: Resources) -> None:
    await resources.add(room(1))
    await resources.add(room(2))
    assert await all_of(resources) == [room(1), room(2)]


async def test_a_platform_id_that_is_put_later_is_linked_from_then_on(resources: Resources) -> None:
    await resources.add(room(1))
    await resources.put(room(1, "made-later"))
    assert await resources.by_platform(TENANT, PlatformId("made-later")) == room(1, "made-later")
    with pytest.raises(Rejected):
        await resources.add(room(2, "made-later"))


async def test_a_platform_id_that_another_resource_has_cannot_be_put(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    await resources.add(room(2))
    with pytest.raises(Rejected) as refused:
        await resources.put(room(2, "p1"))
    assert refused.value.code == "linked"
    assert await resources.get(room(2).id) == room(2)
    assert await resources.by_platform(TENANT, PlatformId("p1")) == room(1, "p1")


async def test_a_platform_id_that_was_given_up_is_free_again(resources: Resources) -> None:
    await resources.add(room(1, "old"))
    await resources.put(room(1, "new"))
    assert await resources.by_platform(TENANT, PlatformId("old")) is None
    await resources.add(room(2, "old"))
    assert await resources.by_platform(TENANT, PlatformId("old")) == room(2, "old")


async def test_what_was_removed_can_be_linked_again(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    await resources.remove(room(1).id)
    assert await resources.get(room(1).id) is None
    assert await resources.by_mailbox(TENANT, room(1).mailbox) is None
    assert await all_of(resources) == []
    again = replace(room(2, "p1"), mailbox=room(1).mailbox)
    await resources.add(again)
    assert await resources.by_platform(TENANT, PlatformId("p1")) == again


async def test_removing_what_is_not_there_is_done_already(resources: Resources) -> None:
    await resources.add(room(1))
    await resources.remove(room(2).id)
    assert await all_of(resources) == [room(1)]


async def test_putting_what_is_not_there_links_it(resources: Resources) -> None:
    await resources.put(room(1, "p1"))
    assert await resources.by_mailbox(TENANT, room(1).mailbox) == room(1, "p1")
    with pytest.raises(Rejected):
        await resources.put(replace(room(2), mailbox=room(1).mailbox))
    assert await all_of(resources) == [room(1, "p1")]


async def test_putting_what_was_removed_meanwhile_links_it_again(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    await resources.remove(room(1).id)
    await resources.put(room(1, "p1"))
    assert await resources.by_platform(TENANT, PlatformId("p1")) == room(1, "p1")


async def test_two_tenants_may_hold_the_same_ids(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    await resources.add(room(1, "p1", ELSEWHERE))
    assert await all_of(resources) == [room(1, "p1")]
    assert await all_of(resources, ELSEWHERE) == [room(1, "p1", ELSEWHERE)]
    assert await resources.by_platform(ELSEWHERE, PlatformId("p1")) == room(1, "p1", ELSEWHERE)


async def test_lists_come_in_the_order_of_the_ids(resources: Resources) -> None:
    for number in (3, 1, 2):
        await resources.add(room(number))
    assert await all_of(resources) == [room(1), room(2), room(3)]


async def test_a_row_that_somebody_else_wrote_since_it_was_read_is_stale(resources: Resources) -> None:
    await resources.add(room(1))
    mine, theirs = await resources.get(room(1).id), await resources.get(room(1).id)
    assert mine is not None
    assert theirs is not None
    await resources.put(replace(theirs, why="renewed"))
    with pytest.raises(Stale):
        await resources.put(replace(mine, why="run"))
    standing = await resources.get(room(1).id)
    assert standing is not None
    assert standing.why == "renewed"


async def test_a_row_that_is_put_can_be_put_again_from_what_came_back(resources: Resources) -> None:
    await resources.add(room(1))
    row = await resources.get(room(1).id)
    assert row is not None
    row = await resources.put(replace(row, why="first"))
    row = await resources.put(replace(row, why="second"))
    assert await resources.get(row.id) == replace(room(1), why="second")


async def test_a_stale_row_does_not_take_over_a_platform_id(resources: Resources) -> None:
    await resources.add(room(1, "p1"))
    mine = await resources.get(room(1).id)
    assert mine is not None
    await resources.put(replace(mine, why="renewed"))
    with pytest.raises(Stale):
        await resources.put(replace(mine, platform=PlatformId("p2")))
    assert await resources.by_platform(TENANT, PlatformId("p2")) is None


async def test_listed_rows_carry_the_version_that_was_read(resources: Resources) -> None:
    await resources.add(room(1))
    (listed,) = await all_of(resources)
    await resources.put(replace(listed, why="once"))
    with pytest.raises(Stale):
        await resources.put(replace(listed, why="twice"))


async def test_resources_are_listed_by_their_ids_from_behind_one_and_as_many_as_asked_for(resources: Resources) -> None:
    for number in (3, 1, 2):
        await resources.add(room(number))
    assert [each async for each in resources.all(TENANT, limit=2)] == [room(1), room(2)]
    assert [each async for each in resources.all(TENANT, room(1).id)] == [room(2), room(3)]
    assert [each async for each in resources.all(TENANT, room(3).id)] == []


@pytest.mark.stack
async def test_one_that_only_a_newer_version_can_read_hides_no_other_and_says_why(
    opened: Callable[[], Awaitable[Tables]],
) -> None:
    tables = await opened()
    resources = TableResources(tables)
    for number in (1, 2, 3, 4):
        await resources.add(room(number))
    rows = tables.table("resources")
    newer = await rows.read(TENANT, f"r|{room(2).id}")
    assert newer is not None
    changed = {name: value for name, value in newer.items() if name != "etag"}
    await rows.upsert({**changed, "b": newer["b"].replace('"winner":"platform"', '"winner":"whoever asks"')})
    assert [each.id for each in await all_of(resources)] == [room(number).id for number in (1, 3, 4)]
    page = [each.id async for each in resources.all(TENANT, limit=3)]
    assert page == [room(number).id for number in (1, 3, 4)], "what is passed over takes no place in a page"
    with pytest.raises(Rejected, match="whoever asks") as refused:
        await resources.get(room(2).id)
    assert refused.value.code == "unreadable"


async def test_what_is_set_for_a_scope_is_found_and_is_no_resource(resources: Resources) -> None:
    await resources.add(room(1))
    building = ScopeSettings(
        Scope(Level.BUILDING, "Zürich / HQ"), {"buffer_minutes": 10, "edits": None, "shadow": False}
    )
    await resources.put_scope(TENANT, ScopeSettings(Scope(Level.TENANT), {"winner": "platform"}))
    await resources.put_scope(TENANT, building)
    found = {each.scope: each.settings for each in await resources.scopes(TENANT)}
    assert found == {Scope(Level.TENANT): {"winner": "platform"}, building.scope: building.settings}
    assert [each.id async for each in resources.all(TENANT)] == [room(1).id]
    assert await resources.scopes(ELSEWHERE) == ()


async def test_a_scope_that_somebody_else_changed_since_it_was_read_is_stale(resources: Resources) -> None:
    scope = Scope(Level.KIND, "room")
    await resources.put_scope(TENANT, ScopeSettings(scope, {"units": 2}))
    with pytest.raises(Stale):
        await resources.put_scope(TENANT, ScopeSettings(scope, {"units": 3}))
    (read,) = await resources.scopes(TENANT)
    await resources.put_scope(TENANT, replace(read, settings={"units": 4}))
    with pytest.raises(Stale):
        await resources.put_scope(TENANT, replace(read, settings={"units": 5}))
    assert [each.settings for each in await resources.scopes(TENANT)] == [{"units": 4}]


@pytest.mark.parametrize("own", [None, (), ("winner",)])
async def test_a_resource_knows_which_settings_are_its_own(resources: Resources, own: tuple[str, ...] | None) -> None:
    await resources.add(replace(room(1), own=own))
    found = await resources.get(room(1).id)
    assert found is not None
    assert found.own == own
