"""What every roster of people promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from shared.adapters.tables.roster import TABLE, TableRoster
from shared.adapters.tables.tables import Tables
from shared.domain.ids import TenantId
from shared.domain.people import Following, Member, UserId
from shared.domain.resource import Subscription
from shared.ports.people import Roster
from tests.doubles.people import MemoryRoster

TENANT, ELSEWHERE = TenantId("0d1e2f30-0000-4000-8000-000000000001"), TenantId("0d1e2f30-0000-4000-8000-000000000002")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
ZOE = Member(
    UserId("zoe"), "zoë@contoso.example", "Zoë Müller", "de-CH", ("zoe@contoso.example", "z#?/m@contoso.example")
)
BEN = Member(UserId("ben"), "ben@contoso.example", "Ben", active=False, left_at=NINE)


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def roster(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Roster:
    if request.param == "memory":
        return MemoryRoster()
    tables = await opened()
    await tables.ensure_tables((TABLE,))
    return TableRoster(tables)


async def everybody(roster: Roster, tenant: TenantId = TENANT) -> list[Member]:
    return [each async for each in roster.members(tenant)]


async def test_people_come_back_as_they_were_written(roster: Roster) -> None:
    await roster.put(TENANT, [ZOE, BEN])
    assert await everybody(roster) == [BEN, ZOE]
    assert await roster.member(TENANT, BEN.id) == BEN
    assert await roster.member(TENANT, UserId("nobody")) is None


async def test_people_are_read_on_from_where_a_page_ended(roster: Roster) -> None:
    await roster.put(TENANT, [ZOE, BEN])
    await roster.put(ELSEWHERE, [replace(ZOE, id=UserId("yan"))])
    assert [each async for each in roster.members(TENANT, BEN.id)] == [ZOE]
    assert [each async for each in roster.members(TENANT, ZOE.id)] == []


@pytest.mark.parametrize("address", ["ZOË@contoso.example", "zoe@CONTOSO.example", "z#?/m@contoso.example"])
async def test_somebody_is_found_at_any_of_their_addresses(roster: Roster, address: str) -> None:
    await roster.put(TENANT, [ZOE, BEN])
    assert await roster.at_address(TENANT, address) == ZOE


async def test_an_address_given_up_leads_to_nobody(roster: Roster) -> None:
    await roster.put(TENANT, [ZOE])
    await roster.put(TENANT, [replace(ZOE, aliases=())])
    assert await roster.at_address(TENANT, "zoe@contoso.example") is None
    assert await roster.at_address(TENANT, "nobody@contoso.example") is None


async def test_an_address_that_went_over_to_somebody_else_stays_theirs(roster: Roster) -> None:
    await roster.put(TENANT, [ZOE])
    heir = replace(BEN, aliases=("zoe@contoso.example",))
    await roster.put(TENANT, [heir])
    await roster.put(TENANT, [replace(ZOE, aliases=())])
    assert await roster.at_address(TENANT, "zoe@contoso.example") == heir


async def test_who_is_removed_is_found_no_more_and_nobody_else_is_touched(roster: Roster) -> None:
    heir = replace(BEN, aliases=("zoe@contoso.example",))
    await roster.put(TENANT, [ZOE])
    await roster.put(TENANT, [heir])
    await roster.put(ELSEWHERE, [ZOE])
    await roster.remove(TENANT, ZOE.id)
    await roster.remove(TENANT, UserId("nobody"))
    assert await everybody(roster) == [heir]
    assert await roster.at_address(TENANT, ZOE.address) is None
    assert await roster.at_address(TENANT, "zoe@contoso.example") == heir
    assert await everybody(roster, ELSEWHERE) == [ZOE]


async def test_the_people_of_another_tenant_are_not_seen(roster: Roster) -> None:
    await roster.put(ELSEWHERE, [ZOE])
    await roster.keep(ELSEWHERE, Following("token", NINE, None, 7))
    assert await everybody(roster) == []
    assert await roster.member(TENANT, ZOE.id) is None
    assert await roster.at_address(TENANT, ZOE.address) is None
    assert await roster.following(TENANT) == Following()


async def test_how_far_the_directory_was_read_is_kept(roster: Roster) -> None:
    following = Following(
        "https://graph.example/delta?$deltatoken=" + "x" * 40_000, NINE, Subscription("s", NINE, "k"), 3
    )
    await roster.keep(TENANT, following)
    assert await roster.following(TENANT) == following
    await roster.put(TENANT, [ZOE])
    assert await roster.following(TENANT) == following
