"""Lists of a ledger in pages, and decisions that are past their time: the same on the double and on Table Storage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.tables import Tables
from shared.domain.booking import CalendarKey, Side
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.fingerprint import Fingerprint
from shared.domain.ids import EventId, MappingId, ResourceId, Version, ulid
from shared.domain.ledger import CalendarRecord, Mapping
from shared.domain.spans import Timed
from shared.ports.ledgers import Ledgers, MappingChange, Writes
from tests.doubles.ledgers import MemoryLedgers

ROOM = ResourceId("0d1e2f30-0000-4000-8000-000000000001.01K0000000000000000000ROOM")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def ledgers(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Ledgers:
    return MemoryLedgers() if request.param == "memory" else TableLedgers(await opened())


def mapping(number: int) -> Mapping:
    event = EventId(f"e{number}")
    record = CalendarRecord(CalendarKey(event), event, Version("1"), Fingerprint({}), is_organiser=True)
    when = Timed(NINE, NINE + timedelta(hours=1))
    return Mapping(MappingId(ulid(number, bytes(10))), Side.CALENDAR, when, NINE, NINE, calendar=record)


def decision(number: int, at: datetime) -> Decision:
    return Decision(ulid(number, bytes(10)), mapping(number % 3).id, at, Reason(Code.PAIRED))


async def keep(ledgers: Ledgers, writes: Writes) -> None:
    before = await ledgers.head(ROOM)
    await ledgers.commit(ROOM, before, before, writes)


async def test_mappings_are_listed_by_their_ids_from_behind_one_and_as_many_as_asked_for(ledgers: Ledgers) -> None:
    every = [mapping(number) for number in range(7)]
    await keep(ledgers, Writes(mappings=tuple(MappingChange(None, each, (), (NINE.date(),)) for each in every)))
    assert [each async for each in ledgers.mappings(ROOM)] == every
    assert [each async for each in ledgers.mappings(ROOM, limit=3)] == every[:3]
    assert [each async for each in ledgers.mappings(ROOM, every[2].id, 3)] == every[3:6]
    assert [each async for each in ledgers.mappings(ROOM, every[6].id)] == []


async def test_a_list_goes_on_behind_a_mapping_that_is_there_no_more(ledgers: Ledgers) -> None:
    every = [mapping(number) for number in (1, 3)]
    await keep(ledgers, Writes(mappings=tuple(MappingChange(None, each, (), (NINE.date(),)) for each in every)))
    assert [each async for each in ledgers.mappings(ROOM, mapping(2).id)] == every[1:]


async def test_decisions_made_before_an_instant_are_forgotten_and_no_others(ledgers: Ledgers) -> None:
    made = [decision(number, NINE + timedelta(days=number)) for number in range(6)]
    await keep(ledgers, Writes(decisions=tuple(made)))
    assert await ledgers.forget_decisions(ROOM, made[3].at) == 3
    assert await ledgers.decisions(ROOM) == (made[5], made[4], made[3])
    assert await ledgers.decisions(ROOM, mapping(0).id) == (made[3],)
    assert await ledgers.decisions(ROOM, mapping(1).id) == (made[4],)
    assert await ledgers.forget_decisions(ROOM, made[3].at) == 0


async def test_more_decisions_than_one_transaction_holds_are_forgotten(ledgers: Ledgers) -> None:
    made = [decision(number, NINE + timedelta(minutes=number)) for number in range(130)]
    for place in range(0, len(made), 40):
        await keep(ledgers, Writes(decisions=tuple(made[place : place + 40])))
    assert await ledgers.forget_decisions(ROOM, NINE + timedelta(days=1)) == len(made)
    assert await ledgers.decisions(ROOM) == ()


async def test_nothing_is_forgotten_where_nothing_was_decided(ledgers: Ledgers) -> None:
    assert await ledgers.forget_decisions(ROOM, NINE) == 0
