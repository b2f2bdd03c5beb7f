"""What every list of acts promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.tables.acts import TABLE, TableActs
from shared.adapters.tables.tables import Tables
from shared.domain.acts import Act, Actor, Outcome
from shared.domain.ids import ResourceId, TenantId, ulid
from shared.ports.acts import Acts
from tests.doubles.acts import MemoryActs

TENANT, ELSEWHERE = TenantId("0d1e2f30-0000-4000-8000-000000000001"), TenantId("0d1e2f30-0000-4000-8000-000000000002")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
DARIO, HANA = Actor("11111111-0000-4000-8000-00000000000a", "dario@contoso.example"), Actor("3f2a91bc", "key 3f2a91bc")
ROOMS = tuple(ResourceId(f"{TENANT}.01KAJ42TB00000000000000{number:03}") for number in range(250))


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def acts(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Acts:
    if request.param == "memory":
        return MemoryActs()
    tables = await opened()
    await tables.ensure_tables((TABLE,))
    return TableActs(tables)


def act(minute: int, what: str = "pause", who: Actor = DARIO, resource: ResourceId | None = None) -> Act:
    at = NINE + timedelta(minutes=minute)
    return Act(ulid(int(at.timestamp() * 1000), b"0123456789"), at, who, what, resource, 1 if resource else 0)


async def all_of(found: AsyncIterator[Act]) -> list[Act]:
    return [each async for each in found]


async def test_acts_come_back_as_they_were_written_the_latest_first(acts: Acts) -> None:
    first = replace(act(0), before={"state": "in step"}, after={"state": "paused", "why": "é" * 500})
    second = act(1, "resume", HANA, ROOMS[0])
    for each in (first, second):
        await acts.keep(TENANT, each)
    assert await all_of(acts.listed(TENANT)) == [second, first]
    assert await acts.get(TENANT, first.id) == first
    assert await acts.get(TENANT, "nothing") is None


async def test_the_end_of_an_act_takes_the_place_of_its_beginning(acts: Acts) -> None:
    begun = act(0)
    await acts.keep(TENANT, begun)
    ended = replace(begun, outcome=Outcome.DONE, resource=ROOMS[3], of=1)
    await acts.keep(TENANT, ended)
    assert await all_of(acts.listed(TENANT)) == [ended]
    assert await all_of(acts.listed(TENANT, resource=ROOMS[3])) == [ended]
    assert await all_of(acts.listed(TENANT, who=DARIO.id)) == [ended]


async def test_acts_are_found_by_resource_and_by_actor(acts: Acts) -> None:
    mine, hers, other = act(0, resource=ROOMS[0]), act(1, who=HANA, resource=ROOMS[0]), act(2, resource=ROOMS[1])
    for each in (mine, hers, other):
        await acts.keep(TENANT, each)
    assert await all_of(acts.listed(TENANT, resource=ROOMS[0])) == [hers, mine]
    assert await all_of(acts.listed(TENANT, who=DARIO.id)) == [other, mine]
    assert await all_of(acts.listed(TENANT, who="nobody")) == []


async def test_an_act_about_many_is_found_by_each_of_them(acts: Acts) -> None:
    many = replace(act(0), of=len(ROOMS))
    await acts.keep(TENANT, many, ROOMS)
    for room in (ROOMS[0], ROOMS[99], ROOMS[249]):
        assert await all_of(acts.listed(TENANT, resource=room)) == [many]
    assert await all_of(acts.listed(TENANT)) == [many]


async def test_a_list_goes_on_from_where_a_page_ended(acts: Acts) -> None:
    made = [act(minute, resource=ROOMS[0]) for minute in range(5)]
    for each in made:
        await acts.keep(TENANT, each)
    assert await all_of(acts.listed(TENANT, before=made[2])) == [made[1], made[0]]
    assert await all_of(acts.listed(TENANT, resource=ROOMS[0], before=made[1])) == [made[0]]
    assert await all_of(acts.listed(TENANT, who=DARIO.id, before=made[0])) == []


async def test_what_is_old_is_forgotten_everywhere(acts: Acts) -> None:
    old, many, young = act(0, resource=ROOMS[0]), replace(act(1), of=2), act(9, resource=ROOMS[0])
    await acts.keep(TENANT, old)
    await acts.keep(TENANT, many, ROOMS[:2])
    await acts.keep(TENANT, young)
    await acts.keep(ELSEWHERE, old)
    assert await acts.forget(TENANT, young.at) == 2
    assert await all_of(acts.listed(TENANT)) == [young]
    assert await all_of(acts.listed(TENANT, resource=ROOMS[0])) == [young]
    assert await all_of(acts.listed(TENANT, resource=ROOMS[1])) == []
    assert await all_of(acts.listed(TENANT, who=DARIO.id)) == [young]
    assert await acts.get(TENANT, old.id) is None
    assert await acts.forget(TENANT, young.at) == 0
    assert await all_of(acts.listed(ELSEWHERE)) == [old]


async def test_the_acts_of_another_tenant_are_not_seen(acts: Acts) -> None:
    await acts.keep(ELSEWHERE, act(0, resource=ROOMS[0]))
    assert await all_of(acts.listed(TENANT)) == []
    assert await all_of(acts.listed(TENANT, resource=ROOMS[0])) == []
    assert await acts.get(TENANT, act(0).id) is None
