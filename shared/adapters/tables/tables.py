"""The connection to Table Storage, and one table with the few operations that the stores need.

Nothing here waits or repeats: the SDK's retries are off, because the queue does the waiting. A lost answer to
a write that is sent again would be told as a conflict. Every request is counted through ``on_call``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from azure.core import MatchConditions
from azure.core.exceptions import ResourceExistsError
from azure.data.tables import UpdateMode
from azure.data.tables.aio import TableClient, TableServiceClient

from shared.adapters.tables.errors import RowMissing, translated
from shared.adapters.tables.rows import Row, check_row, check_transaction
from shared.ports.errors import Retry

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

TABLES = ("ledgers", "resources", "secrets")
_CONNECT_SECONDS = 3
_READ_SECONDS = 10

OnCall = Callable[[str], None]
"""Told of every request before it is sent, as ``<table>.<operation>``."""


class Act(Enum):
    """What an operation does to its row."""

    INSERT = "create"
    UPSERT = "upsert"
    REPLACE = "update"
    MERGE = "merge"
    DELETE = "delete"


@dataclass(frozen=True)
class Operation:
    """One operation of a transaction. With an ``etag`` the row must still have it.

    Without one, a delete of a row that is not there is done already.
    """

    act: Act
    row: Row
    etag: str = ""


class Table:
    """One table. Raises ``RowConflict`` and the ports' errors, nothing of the SDK's."""

    def __init__(self, name: str, client: TableClient, on_call: OnCall | None = None) -> None:
        self.name = name
        self._client = client
        self._on_call = on_call

    async def read(self, partition: str, key: str) -> Row | None:
        """Return a row, its etag under ``etag``; None where there is none."""
        try:
            with translated(self._called("read")):
                entity = await self._client.get_entity(partition, key)
        except RowMissing:
            return None
        return _with_etag(entity)

    async def rows(
        self,
        partition: str,
        start: str,
        end: str,
        *,
        limit: int | None = None,
        select: Sequence[str] = (),
        since: datetime | None = None,
    ) -> AsyncIterator[Row]:
        """Yield the rows whose key is from ``start`` and before ``end``, in the order of their keys.

        ``since`` leaves out rows that were last written before it, by the service's clock.
        """
        where = "PartitionKey eq @partition and RowKey ge @start and RowKey lt @end"
        named: dict[str, Any] = {"partition": partition, "start": start, "end": end}
        if since is not None:
            where, named = f"{where} and Timestamp ge @since", {**named, "since": since}
        pages = self._client.query_entities(
            where,
            parameters=named,
            results_per_page=min(limit, 1000) if limit else None,
            select=list(select) or None,
        ).by_page()
        left = limit
        while True:
            with translated(self._called("query")):
                page = [entity async for entity in await anext(pages)]
            for entity in page[:left]:
                yield _with_etag(entity)
            left = None if left is None else left - len(page)
            if not getattr(pages, "continuation_token", None) or (left is not None and left <= 0):
                return

    async def insert(self, row: Row) -> None:
        """Insert a row. Raises ``RowExists``."""
        # The SDK's create_entity raises its errors without the service's code; a transaction of one has it.
        await self.transact([Operation(Act.INSERT, row)])

    async def upsert(self, row: Row) -> None:
        """Write a row whether it is there or not."""
        check_row(row)
        with translated(self._called("upsert")):
            await self._client.upsert_entity(dict(row), mode=UpdateMode.REPLACE)

    async def replace(self, row: Row, etag: str = "") -> str:
        """Write a row that is there, under its ``etag`` where one is given; return its new one.

        Raises ``RowMissing`` and ``RowChanged``.
        """
        check_row(row)
        condition: dict[str, Any] = {}
        if etag:
            condition = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        with translated(self._called("replace")):
            answer = await self._client.update_entity(dict(row), mode=UpdateMode.REPLACE, **condition)
        return str(answer.get("etag") or "")

    async def transact(self, operations: Sequence[Operation]) -> list[str]:
        """Do all or nothing, in one partition; return each row's new etag, empty for deleted ones.

        The service refuses a transaction that deletes a row which is not there. Then the rows to be deleted
        are looked up, and it is sent once more without the deletes that are done already.
        """
        check_transaction([each.row for each in operations])
        for each in operations:
            check_row(each.row)
        try:
            return await self._submit(operations)
        except RowMissing as missing:
            at_fault = operations[missing.index]
            if at_fault.act is not Act.DELETE or at_fault.etag:
                raise
        return await self._submit([each for each in operations if not await self._is_done(each)])

    async def _submit(self, operations: Sequence[Operation]) -> list[str]:
        if not operations:
            return []
        with translated(self._called("transaction")):
            answers = await self._client.submit_transaction([_as_sent(each) for each in operations])
        return [str(answer.get("etag") or "") for answer in answers]

    async def _is_done(self, operation: Operation) -> bool:
        if operation.act is not Act.DELETE or operation.etag:
            return False
        return await self.read(operation.row["PartitionKey"], operation.row["RowKey"]) is None

    def _called(self, operation: str) -> str:
        doing = f"{self.name}.{operation}"
        if self._on_call:
            self._on_call(doing)
        return doing


class Tables:
    """The storage account's tables. Open it once per process and close it at the end."""

    def __init__(self, service: TableServiceClient, *, prefix: str = "", on_call: OnCall | None = None) -> None:
        self._service = service
        self._prefix = prefix
        self._on_call = on_call
        self._opened: dict[str, Table] = {}

    @classmethod
    def from_connection_string(cls, text: str, *, prefix: str = "", on_call: OnCall | None = None) -> Tables:
        """Open by a connection string. ``prefix`` goes before each table's name (letters and digits only)."""
        return cls(TableServiceClient.from_connection_string(text, **_OPTIONS), prefix=prefix, on_call=on_call)

    @classmethod
    def at(
        cls, endpoint: str, credential: AsyncTokenCredential, *, prefix: str = "", on_call: OnCall | None = None
    ) -> Tables:
        """Open by endpoint (``https://<account>.table.core.windows.net``) and identity."""
        service = TableServiceClient(endpoint, credential=credential, **_OPTIONS)
        return cls(service, prefix=prefix, on_call=on_call)

    def table(self, name: str) -> Table:
        # The SDK takes up to a millisecond to make a client, and the platform asks for a table with each row.
        if name not in self._opened:
            client = self._service.get_table_client(self._prefix + name)
            self._opened[name] = Table(name, client, self._on_call)
        return self._opened[name]

    async def ensure_tables(self, names: Sequence[str] = TABLES) -> None:
        """Create the tables that do not exist yet. Raises ``Retry`` and ``Rejected``."""
        for name in names:
            try:
                with translated(f"create table {name}"):
                    await self._create(name)
            except RowMissing as error:
                raise Retry(f"table {name} is not there yet") from error

    async def _create(self, name: str) -> None:
        if self._on_call:
            self._on_call(f"{name}.create")
        try:
            await self._service.create_table(self._prefix + name)
        except ResourceExistsError:
            return

    async def close(self) -> None:
        await self._service.close()


_OPTIONS: dict[str, Any] = {
    "retry_total": 0,
    "connection_timeout": _CONNECT_SECONDS,
    "read_timeout": _READ_SECONDS,
    # Else aiohttp reads ~/.netrc and the proxy variables before every request, each in a thread of its own.
    "use_env_settings": False,
}


def _with_etag(entity: Any) -> dict[str, Any]:
    return {**entity, "etag": str(entity.metadata.get("etag") or "")}


def _as_sent(operation: Operation) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    row = dict(operation.row)
    condition: dict[str, Any] = {}
    if operation.etag:
        condition = {"etag": operation.etag, "match_condition": MatchConditions.IfNotModified}
    if operation.act in (Act.UPSERT, Act.REPLACE):
        return operation.act.value, row, {"mode": UpdateMode.REPLACE, **condition}
    if operation.act is Act.MERGE:
        return "update", row, {"mode": UpdateMode.MERGE, **condition}
    return operation.act.value, row, condition
