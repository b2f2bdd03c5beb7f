"""The tables behind the host's back: a room's ledger as it is, lost, or brought back as it was."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from azure.data.tables.aio import TableClient, TableServiceClient

from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site

Rows = list[dict[str, Any]]
_IN_ONE_TRANSACTION = 100


async def ledger_of(site: Site, room: Room) -> Rows:
    """Return every row of a room's ledger: fingerprints, series and versions too."""
    async with _tables(site) as service:
        return await _rows(service.get_table_client("ledgers"), room)


async def bring_back(site: Site, room: Room, rows: Rows) -> None:
    """Let a room's ledger be what it was when ``rows`` were read; without any it is lost. No host may run meanwhile."""
    async with _tables(site) as service:
        table = service.get_table_client("ledgers")
        await _transacted(table, "delete", await _rows(table, room))
        await _transacted(table, "create", rows)


def _tables(site: Site) -> TableServiceClient:
    return TableServiceClient.from_connection_string(site.stack.described["tables"])


async def _rows(table: TableClient, room: Room) -> Rows:
    return [dict(row) async for row in table.query_entities(f"PartitionKey eq '{room.id}'")]


async def _transacted(table: TableClient, act: str, rows: Sequence[dict[str, Any]]) -> None:
    for first in range(0, len(rows), _IN_ONE_TRANSACTION):
        await table.submit_transaction([(act, row) for row in rows[first : first + _IN_ONE_TRANSACTION]])
