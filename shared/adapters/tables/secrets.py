"""The installation's own keys, in the table ``secrets``, made once by whoever comes first.

A key is inserted and never overwritten: of two processes that start at the same moment one inserts, and the
other reads what the first one wrote. A process reads each key once. Nothing here is ever logged.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from shared.adapters.tables.errors import RowExists
from shared.adapters.tables.rows import body, value_of
from shared.adapters.tables.tables import Tables
from shared.ports.errors import Retry

_PARTITION = "installation"
_KEY_BYTES = 32


@dataclass(frozen=True)
class _Key:
    id: str
    key: bytes


@dataclass(frozen=True)
class _Ring:
    """Keys, the current one first."""

    keys: tuple[_Key, ...]


class TableSecrets:
    """``Secrets`` in the table ``secrets``."""

    def __init__(self, tables: Tables) -> None:
        self._table = tables.table("secrets")
        self._known: dict[str, _Ring] = {}

    async def fingerprint_key(self) -> bytes:
        return (await self._ring("fingerprint")).keys[0].key

    async def client_state_keys(self) -> dict[str, bytes]:
        return {each.id: each.key for each in (await self._ring("client-state")).keys}

    async def _ring(self, name: str) -> _Ring:
        if name not in self._known:
            self._known[name] = await self._read(name) or await self._made(name)
        return self._known[name]

    async def _read(self, name: str) -> _Ring | None:
        row = await self._table.read(_PARTITION, name)
        return value_of(_Ring, row) if row else None

    async def _made(self, name: str) -> _Ring:
        ring = _Ring((_Key("1", secrets.token_bytes(_KEY_BYTES)),))
        try:
            await self._table.insert({"PartitionKey": _PARTITION, "RowKey": name, **body(ring)})
            return ring
        except RowExists as error:
            standing = await self._read(name)
            if standing is None:
                raise Retry(f"the key {name} was made and removed again at the same moment") from error
            return standing
