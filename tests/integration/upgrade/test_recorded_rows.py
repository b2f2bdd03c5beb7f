"""Rows, messages and cursors that the previous release has really written are read by this version, and lose nothing.

They are kept in `previous/`, so that neither stack nor history is needed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.adapters.builtin.connector import BuiltinConnector
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.store import Put
from shared.adapters.builtin.store import Row as PlatformRow
from shared.adapters.servicebus.message import body as message_body
from shared.adapters.servicebus.message import parse
from shared.adapters.tables.rows import body, value_of
from shared.domain import ledger
from shared.domain.acts import Act
from shared.domain.booking import PlatformItem, Window
from shared.domain.commands import Command
from shared.domain.decisions import Decision
from shared.domain.ids import BookingId, PlatformId, TenantId
from shared.domain.latencies import Hour
from shared.domain.meeting_row import MeetingRow
from shared.domain.people import Following, Member
from shared.domain.resource import Resource
from shared.domain.wakeup import WakeCause
from tests.doubles.clock import StandingClock
from tests.doubles.row_store import MemoryRowStore
from tests.integration.upgrade.versions import kept

Row = Mapping[str, Any]

KINDS: Mapping[tuple[str, str], type] = {
    ("ledgers", "head"): ledger.Head,
    **dict.fromkeys([("ledgers", each) for each in "mcpsd"], ledger.Mapping),
    ("ledgers", "o"): ledger.OpenStep,
    ("ledgers", "q"): Command,
    **dict.fromkeys([("ledgers", each) for each in "wx"], Decision),
    **dict.fromkeys([("resources", each) for each in ("r", "mailbox", "platform")], Resource),
    ("people", "u"): Member,
    ("people", "following"): Following,
    ("meetings", ""): MeetingRow,
    ("acts", ""): Act,
    ("latencies", ""): Hour,
}
_POINTERS = {("ledgers", "k"), ("people", "a")}
"""Rows that only name another one."""
_PLATFORM = ("platformbookings", "platformresources")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)


def coded() -> Iterator[tuple[str, type, Row]]:
    """The recorded rows that hold a value, with the type that they hold."""
    for table, rows in kept("rows").items():
        for row in rows:
            place = (table, row["RowKey"].partition("|")[0])
            if table not in _PLATFORM and place not in _POINTERS and "b" in row:
                kind = KINDS.get(place) or KINDS.get((table, ""))
                assert kind is not None, f"no type is known for the row {row['RowKey']} of {table}"
                yield f"{table} {row['RowKey']}", kind, row


ROWS = list(coded())


@pytest.mark.parametrize(("kind", "row"), [each[1:] for each in ROWS], ids=[each[0] for each in ROWS])
def test_a_row_is_read_and_written_again_without_losing_anything(kind: type, row: Row) -> None:
    written = body(value_of(kind, row))
    assert missing(json.loads(row["b"]), json.loads(written["b"])) == []


def missing(before: Any, after: Any, where: str = "") -> list[str]:
    """Say what stood in a value and no longer does, or stands there differently."""
    if isinstance(before, dict) and isinstance(after, dict):
        return [told for name in before for told in missing(before[name], after.get(name), f"{where}.{name}")]
    return [] if before == after else [f"{where}: {before} became {after}"]


def test_rows_of_every_kind_that_a_room_leaves_are_among_them() -> None:
    seen = Counter(kind for _, kind, _ in ROWS)
    assert set(seen) >= {ledger.Head, ledger.Mapping, ledger.OpenStep, Decision, Resource}


def test_the_check_sees_what_is_lost() -> None:
    assert missing({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}, "d": 3}) == [".a.c: 2 became None"]


def platform_rows() -> list[Row]:
    rows: list[Row] = kept("rows")["platformbookings"]
    return rows


async def connector() -> tuple[BuiltinConnector, PlatformId]:
    """The built-in platform of this version over the recorded rows of one room."""
    store = MemoryRowStore()
    for table in _PLATFORM:
        for row in kept("rows")[table]:
            cells = {name: cell for name, cell in row.items() if name not in ("PartitionKey", "RowKey")}
            await store.commit(table, row["PartitionKey"], [Put(PlatformRow(row["RowKey"], cells))])
    tenant, _, resource = platform_rows()[0]["PartitionKey"].partition("|")
    return BuiltinConnector(Platform(store, TenantId(tenant), StandingClock())), PlatformId(resource)


async def test_the_platform_lists_the_bookings_that_the_previous_version_has_kept() -> None:
    platform, resource = await connector()
    kept_ids = {row["RowKey"].removeprefix("b|") for row in platform_rows() if row["RowKey"].startswith("b|")}
    standing = {row["RowKey"].rpartition("|")[2] for row in platform_rows() if row["RowKey"].startswith("d|")}
    assert standing <= kept_ids
    assert standing
    for booking in kept_ids:
        found = await platform.read(resource, BookingId(booking))
        assert isinstance(found, PlatformItem) == (booking in standing)


async def test_the_feed_goes_on_from_a_cursor_of_the_previous_version() -> None:
    platform, resource = await connector()
    heads = [value_of(ledger.Head, row) for row in kept("rows")["ledgers"] if row["RowKey"] == "head"]
    born = {row["RowKey"]: row for row in platform_rows()}["resource"]
    cursors = [head.cursor for head in heads if head.cursor and str(born["born"]) in head.cursor]
    assert len(cursors) == 1
    batch = await platform.changes(resource, cursors[0], Window(NINE, NINE + timedelta(days=400)))
    assert batch.cursor.startswith(f"1.{born['born']}.")


def test_wake_ups_of_the_previous_version_are_understood() -> None:
    causes = [parse(each).cause for each in kept("messages")]
    assert len(set(causes)) == len(causes) >= 5


def test_wake_ups_of_this_version_have_the_form_that_the_previous_one_understands() -> None:
    theirs = json.loads(kept("messages")[0])
    for cause in WakeCause:
        ours = json.loads(message_body(parse(kept("messages")[0]).resource, cause))
        assert {name: type(value) for name, value in ours.items()} == {
            name: type(value) for name, value in theirs.items()
        }
        assert ours["v"] == theirs["v"]
