"""What every count of latencies promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.tables.latencies import TABLE, TableLatencies
from shared.adapters.tables.tables import Table, Tables
from shared.domain.ids import TenantId
from shared.domain.latencies import Hour, tally_of
from shared.ports.errors import Retry
from shared.ports.latencies import Latencies
from tests.doubles.latencies import MemoryLatencies

OURS, THEIRS = TenantId("0d1e2f30-0000-4000-8000-000000000001"), TenantId("0d1e2f30-0000-4000-8000-000000000002")
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
HALF_A_SECOND = {"to_platform": tally_of(0.5)}
Opened = Callable[[], Awaitable[Tables]]


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def latencies(request: pytest.FixtureRequest, opened: Opened) -> Latencies:
    if request.param == "memory":
        return MemoryLatencies()
    return TableLatencies(await _tables(opened), "one")


async def _tables(opened: Opened) -> Tables:
    tables = await opened()
    await tables.ensure_tables((TABLE,))
    return tables


async def test_what_was_measured_within_an_hour_adds_up(latencies: Latencies) -> None:
    await latencies.add(OURS, NINE, HALF_A_SECOND)
    await latencies.add(OURS, NINE + timedelta(minutes=59), {"to_platform": tally_of(2.0), "wait": tally_of(0.1)})
    (hour,) = await latencies.hours(OURS, NINE)
    assert hour == Hour(NINE, {"to_platform": tally_of(0.5).plus(tally_of(2.0)), "wait": tally_of(0.1)})


async def test_hours_are_told_from_the_one_of_an_instant_on_the_oldest_first(latencies: Latencies) -> None:
    for hours in (0, 30, 5):
        await latencies.add(OURS, NINE + timedelta(hours=hours), HALF_A_SECOND)
    found = await latencies.hours(OURS, NINE + timedelta(hours=5, minutes=40))
    assert [each.at for each in found] == [NINE + timedelta(hours=5), NINE + timedelta(hours=30)]


async def test_tenants_are_counted_apart(latencies: Latencies) -> None:
    await latencies.add(OURS, NINE, HALF_A_SECOND)
    assert await latencies.hours(THEIRS, NINE) == ()
    assert await latencies.forget(THEIRS, NINE + timedelta(days=1)) == 0
    assert len(await latencies.hours(OURS, NINE)) == 1


async def test_hours_before_an_instant_are_forgotten_and_its_own_stays(latencies: Latencies) -> None:
    for hours in range(3):
        await latencies.add(OURS, NINE + timedelta(hours=hours), HALF_A_SECOND)
    assert await latencies.forget(OURS, NINE + timedelta(hours=2, minutes=30)) == 2
    assert [each.at for each in await latencies.hours(OURS, NINE)] == [NINE + timedelta(hours=2)]


async def test_of_many_that_come_at_once_none_is_lost(latencies: Latencies) -> None:
    await asyncio.gather(*(latencies.add(OURS, NINE, HALF_A_SECOND) for _ in range(40)))
    (hour,) = await latencies.hours(OURS, NINE)
    assert hour.tallies["to_platform"].count == 40


@pytest.mark.stack
async def test_two_processes_and_one_that_began_anew_add_to_the_same_hour(opened: Opened) -> None:
    tables = await _tables(opened)
    for writer in ("one", "two", "one again"):
        await TableLatencies(tables, writer).add(OURS, NINE, HALF_A_SECOND)
    (hour,) = await TableLatencies(tables, "reader").hours(OURS, NINE)
    assert hour.tallies["to_platform"].count == 3


@pytest.mark.stack
async def test_many_at_once_cost_few_writes(opened: Opened) -> None:
    tables = await _tables(opened)
    said: list[str] = []
    latencies = TableLatencies(tables, "one")
    tables.table(TABLE)._on_call = said.append
    await asyncio.gather(*(latencies.add(OURS, NINE, HALF_A_SECOND) for _ in range(40)))
    assert said == [f"{TABLE}.upsert"] * 2


@pytest.mark.stack
async def test_what_could_not_be_kept_is_kept_with_the_next(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = await _tables(opened)
    latencies = TableLatencies(tables, "one")

    async def away(*_: object) -> None:
        raise Retry("the storage is away")

    with monkeypatch.context() as broken:
        broken.setattr(Table, "upsert", away)
        with pytest.raises(Retry):
            await latencies.add(OURS, NINE, HALF_A_SECOND)
    await latencies.add(OURS, NINE + timedelta(hours=1), HALF_A_SECOND)
    assert [each.tallies["to_platform"].count for each in await latencies.hours(OURS, NINE)] == [1, 1]
