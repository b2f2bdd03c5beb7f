"""A row store in memory that answers as Table Storage does, as far as the built-in platform can tell.

Ordinal order of keys, all or nothing within one partition, etags that change with every write, at most 100
operations, each row once, no slash, ``#`` or ``?`` in a key: what the service refuses is an error here too.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace

from shared.adapters.builtin.store import Contended, Delete, Insert, Operation, Replace, Row
from shared.ports.errors import Retry

_REFUSED_IN_KEYS = re.compile(r"[/\\#?\x00-\x1f\x7f-\x9f]")
_MAX_OPERATIONS = 100


class MemoryRowStore:
    """``RowStore``. ``operations`` counts what was asked, ``commits`` those of a table.

    ``lose_answers`` makes commits happen and then fail. ``before_commit`` is what somebody else does, once, just before
    the next commit. Partitions that end with a text of ``unwritable`` refuse every commit.
    """

    def __init__(self) -> None:
        self.operations: list[str] = []
        self.commits: Counter[str] = Counter()
        self.lose_answers = 0
        self.always_contended = False
        self.unwritable: tuple[str, ...] = ()
        self.before_commit: Callable[[], Awaitable[object]] | None = None
        self._partitions: dict[tuple[str, str], dict[str, Row]] = {}
        self._writes = 0

    async def get(self, table: str, partition: str, key: str) -> Row | None:
        await self._asked("get")
        return self._rows(table, partition).get(key)

    async def between(self, table: str, partition: str, first: str, stop: str) -> AsyncIterator[Row]:
        await self._asked("query")
        for key in sorted(self._rows(table, partition)):
            if first <= key < stop:
                yield self._rows(table, partition)[key]

    async def commit(self, table: str, partition: str, operations: Sequence[Operation]) -> None:
        await self._asked("commit")
        self.commits[table] += 1
        somebody, self.before_commit = self.before_commit, None
        if somebody is not None:
            await somebody()
        if partition.endswith(self.unwritable or ("\n",)):
            raise Retry("the storage is busy")
        keys = [each.key if isinstance(each, Delete) else each.row.key for each in operations]
        assert len(operations) <= _MAX_OPERATIONS, "the service answers 400: more than 100 operations"
        assert len(set(keys)) == len(keys), "the service answers InvalidDuplicateRow"
        assert not any(_REFUSED_IN_KEYS.search(key) for key in [*keys, partition]), "the service answers 400: bad key"
        rows = self._rows(table, partition)
        if self.always_contended or not all(_holds(each, rows) for each in operations):
            raise Contended("a row is not as it was read")
        for each in operations:
            self._do(each, rows)
        if self.lose_answers:
            self.lose_answers -= 1
            raise Retry("the answer was lost")

    def put(self, table: str, partition: str, row: Row) -> None:
        """Write a row past all rules, as another version of the app might have."""
        self._rows(table, partition)[row.key] = row

    def keys(self, table: str, partition: str) -> list[str]:
        return sorted(self._rows(table, partition))

    def partitions(self, table: str) -> list[str]:
        return sorted(partition for name, partition in self._partitions if name == table)

    def _rows(self, table: str, partition: str) -> dict[str, Row]:
        return self._partitions.setdefault((table, partition), {})

    async def _asked(self, what: str) -> None:
        self.operations.append(what)
        await asyncio.sleep(0)  # other tasks get their turn, as they do on a network

    def _do(self, operation: Operation, rows: dict[str, Row]) -> None:
        if isinstance(operation, Delete):
            rows.pop(operation.key, None)
            return
        self._writes += 1
        rows[operation.row.key] = replace(operation.row, cells=dict(operation.row.cells), etag=f'W/"{self._writes}"')


def _holds(operation: Operation, rows: dict[str, Row]) -> bool:
    if isinstance(operation, Insert):
        return operation.row.key not in rows
    if isinstance(operation, Replace):
        known = rows.get(operation.row.key)
        return known is not None and known.etag == operation.row.etag
    return True
