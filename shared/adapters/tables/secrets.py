"""The installation's own keys, in the table ``secrets``, made once by whoever comes first.

A key is inserted and never overwritten: of two processes that start at the same moment one inserts, and the
other reads what the first one wrote. A process reads each ring once, and again when a key is named that it does not
know; whoever names unknown keys in a flood causes one read in a fifth of a second and waits no longer than that.
A ring that was read some minutes ago is read again beside the call at hand, so that a key that was removed is forgotten
everywhere; until then it counts. A revoked link is a row of its own, by its digest, until the link would have ended.
Nothing here is ever logged.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.adapters.tables.errors import RowChanged, RowExists
from shared.adapters.tables.rows import body, value_of
from shared.adapters.tables.tables import Act, Operation, Tables
from shared.domain.signing_keys import RingKey
from shared.ports.errors import PortError, Retry

logger = logging.getLogger("lockstep.secrets")

_PARTITION = "installation"
_KEY_BYTES = 32
_RING = "client-state"
_READ_AGAIN_AFTER = 0.2
"""Seconds between two readings of a ring because of keys that are not known."""
_OLD_AFTER = 600.0
"""Seconds after which a ring is read again; ``SPREAD`` of the signing keys is longer."""
_ATTEMPTS = 5
_REVOKED = "revoked"
_LOOKED_AT = 100
"""So many revoked links are looked at, whenever one is added, for those that have ended by themselves."""


@dataclass(frozen=True)
class _Key:
    id: str
    key: bytes
    made_at: datetime | None = None


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
        self._refreshing: asyncio.Task[None] | None = None

    async def fingerprint_key(self) -> bytes:
        return (await self._ring("fingerprint")).keys[0].key

    async def client_state_keys(self, *named: str) -> dict[str, bytes]:
        ring = await self._ring(_RING)
        self._refresh_when_old()
        if not {each.id for each in ring.keys}.issuperset(named):
            ring = await self._ring_read_after(time.monotonic())
        return {each.id: each.key for each in ring.keys}

    async def add_client_state_key(self) -> str:
        def with_another(ring: _Ring) -> _Ring:
            number = str(max(int(each.id) for each in ring.keys) + 1)
            return _Ring((_Key(number, secrets.token_bytes(_KEY_BYTES), datetime.now(UTC)), *ring.keys))

        return (await self._changed(with_another)).keys[0].id

    async def client_state_ring(self) -> tuple[RingKey, ...]:
        await self._ring(_RING)
        ring = await self._ring_read_after(time.monotonic())
        return tuple(RingKey(each.id, each.made_at) for each in ring.keys)

    async def remove_client_state_key(self, key: str) -> None:
        def without(ring: _Ring) -> _Ring:
            return _Ring(tuple(each for each in ring.keys if each.id != key) or ring.keys)

        await self._changed(without)

    async def revoke(self, link: str, until: datetime) -> None:
        now = datetime.now(UTC).isoformat()
        standing = self._table.rows(_REVOKED, "", "~", limit=_LOOKED_AT)
        for key in [row["RowKey"] async for row in standing if str(row["Until"]) < now]:
            await self._table.transact([Operation(Act.DELETE, {"PartitionKey": _REVOKED, "RowKey": key})])
        await self._table.upsert(
            {"PartitionKey": _REVOKED, "RowKey": _digest(link), "Until": until.astimezone(UTC).isoformat()}
        )

    async def is_revoked(self, link: str) -> bool:
        return await self._table.read(_REVOKED, _digest(link)) is not None

    async def _changed(self, change: Callable[[_Ring], _Ring]) -> _Ring:
        """Write the ring as ``change`` makes it of the one that stands."""
        for _ in range(_ATTEMPTS):
            await self._ring(_RING)
            row = await self._table.read(_PARTITION, _RING)
            if row is None:
                break
            ring = change(value_of(_Ring, row))
            try:
                await self._table.replace({"PartitionKey": _PARTITION, "RowKey": _RING, **body(ring)}, str(row["etag"]))
            except RowChanged:
                continue
            self._known[_RING] = ring
            return ring
        raise Retry("the key ring was changed by others at the same moment")

    def _refresh_when_old(self) -> None:
        """Read the ring again where that was long ago. Whoever asks now does not wait for it."""
        is_running = self._refreshing is not None and not self._refreshing.done()
        if time.monotonic() - self._read_at > _OLD_AFTER and not is_running:
            self._refreshing = asyncio.create_task(self._refreshed())

    async def _refreshed(self) -> None:
        try:
            await self._ring_read_after(time.monotonic())
        except PortError as error:
            logger.warning("the key ring could not be read again, the known one counts: %s", error)

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
            self._read_at = time.monotonic() if name == _RING else self._read_at
        return self._known[name]

    async def _read(self, name: str) -> _Ring | None:
        row = await self._table.read(_PARTITION, name)
        return value_of(_Ring, row) if row else None

    async def _made(self, name: str) -> _Ring:
        ring = _Ring((_Key("1", secrets.token_bytes(_KEY_BYTES), datetime.now(UTC)),))
        try:
            await self._table.insert({"PartitionKey": _PARTITION, "RowKey": name, **body(ring)})
            return ring
        except RowExists as error:
            standing = await self._read(name)
            if standing is None:
                raise Retry(f"the key {name} was made and removed again at the same moment") from error
            return standing


def _digest(link: str) -> str:
    return hashlib.sha256(link.encode(errors="replace")).hexdigest()
