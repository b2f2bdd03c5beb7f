"""The installation's keys in memory, made from a seed so that fingerprints repeat from run to run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from shared.domain.signing_keys import RingKey
from tests.doubles.faults import Faults


class MemorySecrets:
    """``Secrets`` in memory; ``roll`` puts a new client-state key in front of the ring."""

    def __init__(
        self, seed: str = "lockstep", faults: Faults | None = None, now: Callable[[], datetime] | None = None
    ) -> None:
        self.faults = faults or Faults()
        self._fingerprint = hashlib.sha256(f"{seed}/fingerprint".encode()).digest()
        self._ring = {"k1": hashlib.sha256(f"{seed}/k1".encode()).digest()}
        self._made: dict[str, datetime] = {}
        self._now = now
        self._revoked: set[str] = set()

    async def fingerprint_key(self) -> bytes:
        await self.faults.at("secrets.fingerprint_key")
        return self._fingerprint

    async def client_state_keys(self, *named: str) -> dict[str, bytes]:
        await self.faults.at("secrets.client_state_keys")
        return dict(self._ring)

    async def add_client_state_key(self) -> str:
        await self.faults.at("secrets.add_client_state_key")
        key_id = f"k{max(int(each[1:]) for each in self._ring) + 1}"
        self.roll(key_id)
        self._made[key_id] = self._now() if self._now else datetime.now(UTC)
        return key_id

    async def client_state_ring(self) -> tuple[RingKey, ...]:
        await self.faults.at("secrets.client_state_ring")
        return tuple(RingKey(each, self._made.get(each)) for each in self._ring)

    async def remove_client_state_key(self, key: str) -> None:
        await self.faults.at("secrets.remove_client_state_key")
        if len(self._ring) > 1:
            self._ring.pop(key, None)

    async def revoke(self, link: str, until: datetime) -> None:
        await self.faults.at("secrets.revoke")
        self._revoked.add(link)

    async def is_revoked(self, link: str) -> bool:
        await self.faults.at("secrets.is_revoked")
        return link in self._revoked

    def roll(self, key_id: str) -> None:
        """Make ``key_id`` the current key; the older ones stay readable."""
        self._ring = {key_id: hashlib.sha256(key_id.encode()).digest(), **self._ring}
