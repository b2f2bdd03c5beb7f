"""What the in-memory ledgers do beyond the port: they name a caller's mistake, and fail or die when told to."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.booking import Side
from shared.domain.ids import MappingId, ResourceId
from shared.domain.ledger import Head, Mapping, MappingState
from shared.domain.spans import Timed
from shared.ports.errors import Retry
from shared.ports.ledgers import MappingChange, Writes
from tests.doubles.clock import StandingClock
from tests.doubles.faults import Faults, Killed
from tests.doubles.ledgers import MemoryLedgers

ROOM = ResourceId("tenant.room")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
DAYS = (date(2026, 11, 20),)
ONE = Mapping(MappingId("m1"), Side.CALENDAR, Timed(NINE, NINE), NINE, NINE)


async def with_one() -> tuple[MemoryLedgers, Head]:
    ledgers = MemoryLedgers()
    return ledgers, await ledgers.commit(ROOM, Head(), Head(), Writes(mappings=(MappingChange(None, ONE, (), DAYS),)))


async def mappings_of(ledgers: MemoryLedgers) -> list[Mapping]:
    return [each async for each in ledgers.mappings(ROOM)]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (MappingChange(None, replace(ONE, generation=2), (), DAYS), "not what stands"),
        (MappingChange(replace(ONE, generation=9), None, DAYS, ()), "not what stands"),
        (MappingChange(ONE, None, (), ()), "days before"),
        (MappingChange(ONE, replace(ONE, id=MappingId("m2")), DAYS, DAYS), "one mapping"),
        (MappingChange(None, None), "needs a before or an after"),
    ],
)
async def test_a_change_that_does_not_start_from_what_stands_is_the_callers_mistake(
    change: MappingChange, told: str
) -> None:
    ledgers, head = await with_one()
    with pytest.raises(ValueError, match=told):
        await ledgers.commit(ROOM, head, head, Writes(mappings=(change,)))
    assert await mappings_of(ledgers) == [ONE]


async def test_a_commit_that_fails_before_it_wrote_changed_nothing_and_one_that_fails_after_did() -> None:
    ledgers, head = await with_one()
    retired = replace(ONE, state=MappingState.OUTSIDE)
    writes = Writes(mappings=(MappingChange(ONE, retired, DAYS, DAYS),))
    ledgers.faults.fail("ledgers.commit", Retry("away"))
    with pytest.raises(Retry):
        await ledgers.commit(ROOM, head, head, writes)
    assert await mappings_of(ledgers) == [ONE]
    ledgers.faults.fail("ledgers.commit:done", Retry("the answer was lost"))
    with pytest.raises(Retry):
        await ledgers.commit(ROOM, head, head, writes)
    assert await mappings_of(ledgers) == [retired]


async def test_operations_count_each_key_that_is_looked_up() -> None:
    ledgers, _ = await with_one()
    await ledgers.by_ids(ROOM, [MappingId("m1"), MappingId("m2"), MappingId("m1")])
    assert ledgers.operations == {"commit": 1, "by_ids": 2}


async def test_a_fault_is_raised_at_the_passing_it_was_scheduled_for() -> None:
    faults = Faults()
    faults.fail("here", Retry("second and third"), on=2, times=2)
    seen = []
    for _ in range(4):
        try:
            await faults.at("here")
            seen.append("passed")
        except Retry:
            seen.append("failed")
    assert seen == ["passed", "failed", "failed", "passed"]


async def test_a_killed_process_calls_nothing_until_it_is_started_again() -> None:
    faults = Faults()
    faults.kill_at(2)
    await faults.at("first")
    for point in ("second", "third"):
        with pytest.raises(Killed):
            await faults.at(point)
    faults.revive()
    await faults.at("fourth")
    assert faults.calls == ["fourth"]


def test_the_clocks_ids_repeat_for_a_seed_and_keep_their_order_when_the_clock_is_put_back() -> None:
    one, two = StandingClock(seed=7), StandingClock(seed=7)
    ids = [one.ulid() for _ in range(50)]
    one.set(NINE - timedelta(days=1))
    ids += [one.ulid() for _ in range(50)]
    assert ids == sorted(set(ids))
    assert ids[:50] == [two.ulid() for _ in range(50)]
