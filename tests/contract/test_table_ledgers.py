"""What the ledgers in Table Storage keep beyond the port: their price, and wholeness when a commit breaks."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from shared.adapters.tables.errors import RowExists, RowMissing
from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.resources import TableResources
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.booking import CalendarKey, Side
from shared.domain.commands import Command, Verb
from shared.domain.fingerprint import Fingerprint
from shared.domain.ids import BookingId, EventId, MailboxId, MappingId, PlatformId, ResourceId, Version
from shared.domain.ledger import CalendarRecord, Cause, Head, Mapping, OpenStep, PlatformRecord
from shared.domain.resource import Resource
from shared.domain.spans import Timed
from shared.ports.errors import Stale
from shared.ports.ledgers import MappingChange, Writes
from tests.doubles.faults import Killed

pytestmark = pytest.mark.stack

ROOM = ResourceId("0d1e2f30-0000-4000-8000-000000000001.01K0000000000000000000ROOM")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass
class Storage:
    """Tables of one test, with the requests counted and the process killed before the n-th transaction."""

    tables: Tables
    calls: Counter[str]
    transactions_left: int | None = None

    @property
    def ledgers(self) -> TableLedgers:
        return TableLedgers(self.tables)

    def asked(self) -> Counter[str]:
        """Return the requests since the last time, and count afresh."""
        asked = Counter(self.calls)
        self.calls.clear()
        return asked


@pytest.fixture
async def storage(azurite: str) -> AsyncIterator[Storage]:
    def on_call(name: str) -> None:
        found.calls[name] += 1
        if name == "ledgers.transaction" and found.transactions_left is not None:
            if not found.transactions_left:
                raise Killed("before this transaction was sent")
            found.transactions_left -= 1

    tables = Tables.from_connection_string(azurite, prefix=f"k{uuid4().hex[:12]}", on_call=on_call)
    found = Storage(tables, Counter())
    await tables.ensure_tables()
    found.asked()
    yield found
    await tables.close()


def mapping(number: int, day: int = 0) -> Mapping:
    start = NINE + timedelta(days=day)
    event = EventId(f"e{number}")
    return Mapping(
        MappingId(f"m{number:05}"),
        Side.CALENDAR,
        Timed(start, start + timedelta(hours=1)),
        NINE,
        NINE,
        calendar=CalendarRecord(CalendarKey(event), event, Version("1"), Fingerprint({}), is_organiser=True),
        platform=PlatformRecord(BookingId(f"b{number}"), Version("1"), Fingerprint({})),
    )


def new(*mappings: Mapping) -> Writes:
    return Writes(
        mappings=tuple(
            MappingChange(None, each, (), (each.when.start.date(),))
            for each in mappings
            if isinstance(each.when, Timed)
        )
    )


async def all_of(ledgers: TableLedgers) -> list[Mapping]:
    return [each async for each in ledgers.mappings(ROOM)]


async def incremental_run(storage: Storage, number: int) -> Counter[str]:
    """Do what a run with one changed booking asks of its ledger; return the requests."""
    ledgers = storage.ledgers
    storage.asked()
    head = await ledgers.head(ROOM)
    await ledgers.open_steps(ROOM)
    await ledgers.commands(ROOM)
    (before,) = await ledgers.by_calendar_keys(ROOM, [CalendarKey(EventId(f"e{number}"))])
    assert isinstance(before.when, Timed)
    day = before.when.start.date()
    await ledgers.on_days(ROOM, [day])
    after = replace(before, generation=before.generation + 1)
    writes = Writes(mappings=(MappingChange(before, after, (day,), (day,)),))
    await ledgers.commit(ROOM, head, replace(head, run=head.run + 1), writes)
    return storage.asked()


async def test_a_run_with_one_change_costs_the_same_whether_the_ledger_is_small_or_large(storage: Storage) -> None:
    await storage.ledgers.commit(ROOM, Head(), Head(), new(*(mapping(n, n % 400) for n in range(10))))
    small = await incremental_run(storage, 5)
    head = await storage.ledgers.head(ROOM)
    await storage.ledgers.commit(ROOM, head, head, new(*(mapping(n, n % 400) for n in range(10, 600))))
    large = await incremental_run(storage, 5)
    assert small == large == {"ledgers.read": 2, "ledgers.query": 4, "ledgers.transaction": 1}


async def test_a_run_that_found_nothing_costs_one_read_and_one_write(storage: Storage) -> None:
    head = await storage.ledgers.commit(ROOM, Head(), Head(run=1), Writes())
    storage.asked()
    assert await storage.ledgers.head(ROOM) == head
    await storage.ledgers.commit(ROOM, head, replace(head, run=2), Writes())
    assert storage.asked() == {"ledgers.read": 1, "ledgers.transaction": 1}


async def test_only_as_many_decisions_are_read_as_were_asked_for(storage: Storage) -> None:
    await storage.ledgers.commit(ROOM, Head(), Head(), Writes())
    storage.asked()
    await storage.ledgers.decisions(ROOM, limit=5)
    assert storage.asked() == {"ledgers.query": 1}


async def test_more_rows_than_one_page_holds_are_all_read(storage: Storage) -> None:
    table = storage.tables.table("ledgers")
    for start in range(0, 1200, 100):
        keys = [f"x{n:05}" for n in range(start, start + 100)]
        await table.transact([Operation(Act.UPSERT, {"PartitionKey": ROOM, "RowKey": key}) for key in keys])
    storage.asked()
    assert len([row async for row in table.rows(ROOM, "x", "y")]) == 1200
    assert storage.asked() == {"ledgers.query": 2}


@pytest.mark.parametrize("survived", [0, 1, 2])
async def test_a_commit_that_breaks_off_keeps_the_token_and_every_mapping_whole(
    storage: Storage, survived: int
) -> None:
    ledgers = storage.ledgers
    old = OpenStep("old", Cause.RETRY, NINE)
    head = await ledgers.commit(ROOM, Head(), Head(token="before"), Writes(open_steps=(old,)))
    many = [mapping(n) for n in range(60)]
    storage.transactions_left = survived
    writes = replace(new(*many), open_steps=(OpenStep("new", Cause.RETRY, NINE),), settled=("old",))
    with pytest.raises(Killed):
        await ledgers.commit(ROOM, head, Head(token="after"), writes)
    storage.transactions_left = None

    assert (await ledgers.head(ROOM)).token == "before"
    assert old in await ledgers.open_steps(ROOM)
    kept = await all_of(ledgers)
    assert len(kept) == 24 * survived
    assert await ledgers.on_days(ROOM, [NINE.date()]) == tuple(kept)
    assert await ledgers.by_booking_ids(ROOM, [each.platform.id for each in many if each.platform]) == tuple(kept)
    if survived:
        with pytest.raises(Stale):
            await ledgers.commit(ROOM, head, head, Writes())

    # The next run sees the same changes again and brings them to their end.
    again = await ledgers.head(ROOM)
    rest = new(*[each for each in many if each not in kept])
    await ledgers.commit(ROOM, again, replace(again, token="after"), replace(rest, settled=("old",)))
    assert await all_of(ledgers) == many


async def test_a_first_commit_that_breaks_off_leaves_a_head_without_a_token(storage: Storage) -> None:
    storage.transactions_left = 1
    with pytest.raises(Killed):
        await storage.ledgers.commit(ROOM, Head(), Head(token="t"), new(*(mapping(n) for n in range(40))))
    storage.transactions_left = None
    head = await storage.ledgers.head(ROOM)
    assert head.token is None
    assert head.etag


async def test_a_run_that_loses_its_resource_in_the_middle_of_a_commit_is_stale_there(storage: Storage) -> None:
    ledgers = storage.ledgers
    head = await ledgers.commit(ROOM, Head(), Head(token="before"), Writes())
    storage.transactions_left = 1
    with pytest.raises(Killed):
        await ledgers.commit(ROOM, head, Head(token="slow"), new(*(mapping(n) for n in range(60))))
    storage.transactions_left = None
    seen = await ledgers.head(ROOM)
    await ledgers.commit(ROOM, seen, Head(token="quick"), Writes())
    with pytest.raises(Stale):
        await ledgers.commit(ROOM, seen, Head(token="slow"), new(mapping(99)))
    assert (await ledgers.head(ROOM)).token == "quick"


async def test_a_drop_that_breaks_off_forgets_the_token_first_and_its_order_last(storage: Storage) -> None:
    ledgers = storage.ledgers
    head = await ledgers.commit(ROOM, Head(), Head(token="t", cursor="c"), new(*(mapping(n) for n in range(60))))
    await ledgers.command(ROOM, Command("q1", Verb.UNLINK, NINE))
    storage.transactions_left = 1
    with pytest.raises(Killed):
        await ledgers.commit(ROOM, head, Head(), Writes(everything_dropped=True))
    storage.transactions_left = None
    left = await ledgers.head(ROOM)
    assert (left.token, left.cursor) == (None, None)
    assert [each.id for each in await ledgers.commands(ROOM)] == ["q1"]
    assert await ledgers.commit(ROOM, left, Head(), Writes(everything_dropped=True)) == Head()
    assert [row async for row in storage.tables.table("ledgers").rows(ROOM, "", "~")] == []


async def test_index_rows_that_are_missing_are_no_obstacle_to_dropping_their_mapping(storage: Storage) -> None:
    ledgers, one = storage.ledgers, mapping(1)
    head = await ledgers.commit(ROOM, Head(), Head(), new(one, mapping(2)))
    row = {"PartitionKey": ROOM, "RowKey": "d|2026-11-20|m00001"}
    await storage.tables.table("ledgers").transact([Operation(Act.DELETE, row)])
    day = NINE.date()
    dropped = MappingChange(one, None, (day, date(2031, 1, 1)), ())
    await ledgers.commit(ROOM, head, replace(head, token="t"), Writes(mappings=(dropped,)))
    assert await all_of(ledgers) == [mapping(2)]
    assert (await ledgers.head(ROOM)).token == "t"
    assert await ledgers.on_days(ROOM, [day]) == (mapping(2),)


async def test_a_transaction_with_a_delete_that_was_done_already_does_the_rest(storage: Storage) -> None:
    table = storage.tables.table("ledgers")
    keys = [{"PartitionKey": ROOM, "RowKey": key} for key in ("a", "b", "c")]
    etags = await table.transact(
        [Operation(Act.INSERT, keys[0]), Operation(Act.DELETE, keys[1]), Operation(Act.DELETE, keys[2])]
    )
    assert len(etags) == 1
    assert await table.read(ROOM, "a")


async def test_conflicts_are_told_apart(storage: Storage) -> None:
    table = storage.tables.table("ledgers")
    row = {"PartitionKey": ROOM, "RowKey": "a"}
    with pytest.raises(RowMissing):
        await table.replace(row)
    await table.insert(row)
    with pytest.raises(RowExists):
        await table.insert(row)
    await table.replace({**row, "v": 2})
    assert (await table.read(ROOM, "a") or {})["v"] == 2


async def test_the_tables_are_created_once(storage: Storage) -> None:
    await storage.ledgers.commit(ROOM, Head(), Head(token="kept"), Writes())
    await storage.tables.ensure_tables()
    assert (await storage.ledgers.head(ROOM)).token == "kept"


async def test_a_state_that_is_written_again_costs_one_request(storage: Storage) -> None:
    resources = TableResources(storage.tables)
    room = Resource(ROOM, MailboxId("mailbox"), PlatformId("platform"))
    await resources.add(room)
    storage.asked()
    await resources.put(replace(room, why="looked at"))
    assert storage.asked() == {"resources.replace": 1}
    another_process = TableResources(storage.tables)
    await another_process.get(ROOM)
    await another_process.put(replace(room, why="looked at again"))
    assert storage.asked() == {"resources.read": 1, "resources.replace": 1}


async def test_a_resource_removed_by_another_process_is_linked_in_full_when_it_is_put(storage: Storage) -> None:
    here, there = TableResources(storage.tables), TableResources(storage.tables)
    room = Resource(ROOM, MailboxId("mailbox"), PlatformId("platform"))
    await here.add(room)
    await there.remove(ROOM)
    await here.put(room)
    assert await there.by_mailbox(room.id.partition(".")[0], room.mailbox) == room  # type: ignore[arg-type]  # its tenant
