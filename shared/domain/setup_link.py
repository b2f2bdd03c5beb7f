"""The link to a tenant's set-up page: signed, expiring, and good for nothing else.

``<key id>.<tenant>.<last second>.<HMAC>``, verified with the key ring alone, under any of its keys. The purpose is
part of what is signed, so that no other token of the same ring opens the page.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from shared.domain.ids import TenantId

LIFETIME = timedelta(days=30)
_LONGEST = 256
_PURPOSE = "setup"


def setup_token(key_id: str, key: bytes, tenant: TenantId, expires: datetime) -> str:
    """Return the token of a tenant's page under one key of the ring; ``expires`` counts to the second."""
    claim = f"{tenant}.{int(expires.timestamp())}"
    return f"{key_id}.{claim}.{_mac(key, claim)}"


def read_setup_token(token: str, keys: Mapping[str, bytes], now: datetime) -> TenantId | None:
    """Return whose page a token opens, None where it is not ours, was changed, or has expired. In constant time."""
    parts = token.split(".")
    if len(token) > _LONGEST or len(parts) != 4:
        return None
    key_id, tenant, second, mac = parts
    key = keys.get(key_id)
    if key is None or not hmac.compare_digest(mac.encode(errors="replace"), _mac(key, f"{tenant}.{second}").encode()):
        return None
    return TenantId(tenant) if now <= datetime.fromtimestamp(int(second), UTC) else None


def _mac(key: bytes, claim: str) -> str:
    return hmac.new(key, f"{_PURPOSE}|{claim}".encode(errors="replace"), hashlib.sha256).hexdigest()
