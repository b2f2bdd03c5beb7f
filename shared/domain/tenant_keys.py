"""A key of its own for each tenant, derived from the installation's. Pure.

Whoever sees the digests of one tenant and may try bookings of their own there can test guesses about what a digest
stands for. Under a key per tenant such a test says nothing about any other tenant.
"""

from __future__ import annotations

import hashlib
import hmac

from shared.domain.ids import TenantId

_PURPOSE = "fingerprints"


def fingerprint_key_of(tenant: TenantId, key: bytes) -> bytes:
    """Return the key under which a tenant's fingerprints are made. Tenant ids compare without regard to case."""
    return hmac.digest(key, f"{_PURPOSE}|{tenant.lower()}".encode(), hashlib.sha256)
