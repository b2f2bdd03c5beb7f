"""The installation's keys in memory, made from a seed so that fingerprints repeat from run to run."""

from __future__ import annotations

import hashlib

from tests.doubles.faults import Faults


class MemorySecrets:
    """``Secrets`` in memory; ``roll`` puts a new client-state key in front of the ring."""

    def __init__(self, seed: str = "lockstep", faults: Faults | None = None) -> None:
        self.faults = faults or Faults()
        self._fingerprint = hashlib.sha256(f"{seed}/fingerprint".encode()).digest()
        self._ring = {"k1": hashlib.sha256(f"{seed}/k1".encode()).digest()}

    async def fingerprint_key(self) -> bytes:
        await self.faults.at("secrets.fingerprint_key")
        return self._fingerprint

    async def client_state_keys(self, *named: str) -> dict[str, bytes]:
        await self.faults.at("secrets.client_state_keys")
        return dict(self._ring)

    async def add_client_state_key(self) -> str:
        await self.faults.at("secrets.add_client_state_key")
        key_id = f"k{len(self._ring) + 1}"
        self.roll(key_id)
        return key_id

    def roll(self, key_id: str) -> None:
        """Make ``key_id`` the current key; the older ones stay readable."""
        self._ring = {key_id: hashlib.sha256(key_id.encode()).digest(), **self._ring}
