"""The installation's own keys, in the table ``secrets``, made once by whoever comes first.

A key is inserted and never overwritten: of two processes that start at the same moment one inserts, and the
other reads what the first one wrote. A process reads each ring once, and again when a key is named that it does not
know; whoever names unknown keys in a flood causes one read in a fifth of a second and waits no longer than that.
Nothing here is ever logged.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from dataclasses import dataclass

from shared.adapters.tables.errors import RowChanged, RowExists
from shared.adapters.tables.rows import body, value_of
from shared.adapters.tables.tables import Tables
from shared.ports.errors import Retry

_PARTITION = "installation"
_KEY_BYTES = 32
_RING = "client-state"
_READ_AGAIN_AFTER = 0.2
"""Seconds between two readings of a ring because of keys that are not known."""
_ATTEMPTS = 5


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
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")

    async def fingerprint_key(self) -> bytes:
        return (await self._ring("fingerprint")).keys[0].key

    async def client_state_keys(self, *named: str) -> dict[str, bytes]:
        ring = await self._ring(_RING)
        if not {each.id for each in ring.keys}.issuperset(named):
            ring = await self._ring_read_after(time.monotonic())
        return {each.id: each.key for each in ring.keys}

    async def add_client_state_key(self) -> str:
        for _ in range(_ATTEMPTS):
            await self._ring(_RING)
            row = await self._table.read(_PARTITION, _RING)
            if row is None:
                break
            standing = value_of(_Ring, row)
            new = _Key(str(max(int(each.id) for each in standing.keys) + 1), secrets.token_bytes(_KEY_BYTES))
            ring = _Ring((new, *standing.keys))
            try:
                await self._table.replace({"PartitionKey": _PARTITION, "RowKey": _RING, **body(ring)}, str(row["etag"]))
            except RowChanged:
                continue
            self._known[_RING] = ring
            return new.id
        raise Retry("the key ring was changed by others at the same moment")

    async def _ring_read_after(self, asked: float) -> _Ring:
        """Return the ring as it was read after an instant: all who wait at the same time share one reading."""
        async with self._reading:
            if self._read_at < asked:
                await asyncio.sleep(max(0.0, self._read_at + _READ_AGAIN_AFTER - time.monotonic()))
                self._read_at = time.monotonic()
                self._known[_RING] = await self._read(_RING) or self._known[_RING]
            return self._known[_RING]

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
