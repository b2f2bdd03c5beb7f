"""What the built-in platform needs of a row store, and that store over Table Storage.

A row store keeps rows by table, partition and key, in ordinal order, and commits operations of one partition
together or not at all. It knows nothing of bookings and waits for nothing: contention is an answer for its
caller, trouble is ``Retry``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from shared.adapters.tables import tables as storage
from shared.adapters.tables.errors import RowConflict
from shared.adapters.tables.tables import Act

Cell = str | int | bool


@dataclass(frozen=True)
class Row:
    """A row as it was read or is to be written; ``etag`` is empty on one that was never read."""

    key: str
    cells: Mapping[str, Cell] = field(default_factory=dict)
    etag: str = ""


@dataclass(frozen=True)
class Insert:
    """Write a row that must not exist yet."""

    row: Row


@dataclass(frozen=True)
class Replace:
    """Write a row that must still have the etag it was read with."""

    row: Row


@dataclass(frozen=True)
class Put:
    """Write a row whether or not it exists."""

    row: Row


@dataclass(frozen=True)
class Delete:
    """Delete a row that exists."""

    key: str


Operation = Insert | Replace | Put | Delete


class Contended(Exception):
    """A row was not as the operations demanded, and nothing was written: read again and decide again.

    It is also the answer where a transaction was sent twice because its first answer was lost.
    """


class RowStore(Protocol):
    """Rows by table, partition and key. Every method may raise ``Retry`` and ``Rejected``."""

    async def get(self, table: str, partition: str, key: str) -> Row | None: ...

    def between(self, table: str, partition: str, first: str, stop: str) -> AsyncIterator[Row]:
        """Yield the rows with ``first <= key < stop`` in the order of their keys."""
        ...

    async def commit(self, table: str, partition: str, operations: Sequence[Operation]) -> None:
        """Do all operations or none, each row named once. Raises ``Contended``."""
        ...


class TableRowStore:
    """A row store in Table Storage. Its tables (``rows.TABLES``) are made by whoever opens the storage."""

    def __init__(self, tables: storage.Tables) -> None:
        self._tables = tables

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        found = await self._tables.table(table).read(partition, key)
        return _row(found) if found is not None else None

    async def between(self, table: str, partition: str, first: str, stop: str) -> AsyncIterator[Row]:
        async for found in self._tables.table(table).rows(partition, first, stop):
            yield _row(found)

    async def commit(self, table: str, partition: str, operations: Sequence[Operation]) -> None:
        try:
            await self._tables.table(table).transact([_operation(partition, each) for each in operations])
        except RowConflict as error:
            raise Contended(str(error)) from error


_NOT_CELLS = frozenset({"PartitionKey", "RowKey", "etag"})


def _row(found: Mapping[str, Any]) -> Row:
    cells = {name: value for name, value in found.items() if name not in _NOT_CELLS}
    return Row(str(found["RowKey"]), cells, str(found["etag"]))


def _operation(partition: str, operation: Operation) -> storage.Operation:
    if isinstance(operation, Delete):
        return storage.Operation(Act.DELETE, {"PartitionKey": partition, "RowKey": operation.key})
    row = {**operation.row.cells, "PartitionKey": partition, "RowKey": operation.row.key}
    if isinstance(operation, Insert):
        return storage.Operation(Act.INSERT, row)
    if isinstance(operation, Put):
        return storage.Operation(Act.UPSERT, row)
    return storage.Operation(Act.REPLACE, row, operation.row.etag)
