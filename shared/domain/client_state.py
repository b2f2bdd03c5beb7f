"""The client state of a subscription: proof to the endpoint that a notification is about a resource of ours.

``<key id>.HMAC(tenant, resource, purpose)``: the endpoint verifies it with the key ring alone, without
a read. It is at most 128 characters, because that is what a subscription may carry.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping

from shared.domain.ids import ResourceId, tenant_of

PURPOSE = "notifications"
_LONGEST_KEY_ID = 32


def client_state(key_id: str, key: bytes, resource: ResourceId) -> str:
    """Return the client state of a resource's subscription under one key of the ring."""
    return f"{key_id}.{_mac(key, resource)}"


def is_authentic(state: str, resource: ResourceId, keys: Mapping[str, bytes]) -> bool:
    """Tell whether a client state was made by us for this resource, under any key of the ring; constant time."""
    key_id, _, mac = state.partition(".")
    key = keys.get(key_id)
    if key is None:
        return False
    # JSON may carry half a surrogate pair, which has no encoding: it is not ours, and no error.
    return hmac.compare_digest(mac.encode(errors="replace"), _mac(key, resource).encode())


def key_named(state: object) -> str:
    """Return the id of the key that a client state says it was made with, unproven; empty where it says none."""
    return state.partition(".")[0][:_LONGEST_KEY_ID] if isinstance(state, str) else ""


def _mac(key: bytes, resource: ResourceId) -> str:
    text = f"{tenant_of(resource)}|{resource}|{PURPOSE}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
