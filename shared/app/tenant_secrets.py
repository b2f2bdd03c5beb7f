"""``Secrets`` as one tenant sees them: its own key for fingerprints, and the ring that all tenants share.

What the ring signs names its tenant, and nobody but the app holds the ring; see ``shared/domain/tenant_keys.py`` for
why fingerprints are another matter.
"""

from __future__ import annotations

from datetime import datetime

from shared.domain.ids import TenantId
from shared.domain.signing_keys import RingKey
from shared.domain.tenant_keys import fingerprint_key_of
from shared.ports.ledgers import Secrets


class TenantSecrets:
    """The installation's secrets for one tenant."""

    def __init__(self, installed: Secrets, tenant: TenantId) -> None:
        self._installed = installed
        self._tenant = tenant

    async def fingerprint_key(self) -> bytes:
        return fingerprint_key_of(self._tenant, await self._installed.fingerprint_key())

    async def client_state_keys(self, *named: str) -> dict[str, bytes]:
        return await self._installed.client_state_keys(*named)

    async def add_client_state_key(self) -> str:
        return await self._installed.add_client_state_key()

    async def client_state_ring(self) -> tuple[RingKey, ...]:
        return await self._installed.client_state_ring()

    async def remove_client_state_key(self, key: str) -> None:
        await self._installed.remove_client_state_key(key)

    async def revoke(self, link: str, until: datetime) -> None:
        await self._installed.revoke(link, until)

    async def is_revoked(self, link: str) -> bool:
        return await self._installed.is_revoked(link)
