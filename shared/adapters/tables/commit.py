"""How one commit becomes transactions that each hold the head.

A transaction takes 100 operations and 4 MiB; what does not fit is a sequence. Each transaction contains the
head under the etag that the one before it left, so that a run that lost its resource ends at its first
one. Token and cursor are written in the last: until then the head is touched and keeps its content.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from shared.adapters.tables.layout import HEAD, Group
from shared.adapters.tables.rows import (
    MAX_OPERATIONS,
    MAX_TRANSACTION_BYTES,
    Row,
    body,
    transaction_size,
)
from shared.adapters.tables.tables import Act, Operation, Table
from shared.domain.ids import ResourceId
from shared.domain.ledger import Head


async def commit_groups(table: Table, resource: ResourceId, heads: tuple[Head, Head], groups: Sequence[Group]) -> Head:
    """Write ``groups`` and then the second of ``heads`` over the first; return it with its new etag.

    Raises ``RowConflict`` where the head is no longer the first.
    """
    before, after = heads
    last = _operation(Act.UPSERT, _head_row(resource, after))
    *earlier, final = packed(resource, groups, transaction_size(last.row))
    etag = before.etag
    for operations in earlier:
        etag = (await table.transact([_touch(resource, before, etag), *operations]))[0]
    head = replace(last, act=Act.REPLACE if etag else Act.INSERT, etag=etag)
    return replace(after, etag=(await table.transact([head, *final]))[0])


async def drop_rows(table: Table, resource: ResourceId, before: Head, groups: Sequence[Group]) -> Head:
    """Delete ``groups`` while the head forgets token and cursor; return that head.

    It forgets them in the first transaction: if the sequence breaks off, the next run reads both sides in
    full against what is left, and does not go on from a token whose mappings are gone.
    """
    etag = before.etag
    for operations in packed(resource, groups, transaction_size(_head_row(resource, Head()))):
        act = Act.REPLACE if etag else Act.INSERT
        blank = Operation(act, _head_row(resource, Head()), etag)
        etag = (await table.transact([blank, *operations]))[0]
    return Head(etag=etag)


async def drop_head(table: Table, resource: ResourceId, head: Head) -> Head:
    """Delete the head itself; return a fresh one."""
    await table.transact([Operation(Act.DELETE, {"PartitionKey": resource, "RowKey": HEAD}, head.etag)])
    return Head()


def _head_row(resource: ResourceId, head: Head) -> Row:
    return {"PartitionKey": resource, "RowKey": HEAD, **body(replace(head, etag=""))}


def _touch(resource: ResourceId, head: Head, etag: str) -> Operation:
    if not etag:
        return Operation(Act.INSERT, _head_row(resource, head))
    # Merging nothing gives the row a new etag and leaves what it holds.
    return Operation(Act.MERGE, {"PartitionKey": resource, "RowKey": HEAD}, etag)


def packed(resource: ResourceId, groups: Sequence[Group], head_bytes: int) -> list[list[Operation]]:
    """Return the operations of one transaction after the other, at least one, with room for the head in each."""
    transactions: list[list[Operation]] = [[]]
    taken = head_bytes
    for group in groups:
        operations = list(_operations(resource, group))
        needed = sum(transaction_size(each.row) for each in operations)
        is_full = len(transactions[-1]) + len(operations) >= MAX_OPERATIONS or taken + needed > MAX_TRANSACTION_BYTES
        if is_full and transactions[-1]:
            transactions.append([])
            taken = head_bytes
        transactions[-1] += operations
        taken += needed
    return transactions


def _operations(resource: ResourceId, group: Group) -> Iterator[Operation]:
    for _, row in sorted(group.written.items()):
        yield _operation(Act.UPSERT, row)
    for key in sorted(group.deleted):
        yield _operation(Act.DELETE, {"PartitionKey": resource, "RowKey": key})


def _operation(act: Act, row: Any) -> Operation:
    return Operation(act, row)
