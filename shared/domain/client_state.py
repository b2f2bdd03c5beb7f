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


def client_states(resource: ResourceId, keys: Mapping[str, bytes]) -> dict[str, str]:
    """Return the client state of a resource's subscription under each key of the ring, by the key's id."""
    return {key_id: client_state(key_id, key, resource) for key_id, key in keys.items()}


def is_one_of(state: str, expected: Mapping[str, str]) -> bool:
    """Tell whether a client state is that of its key; constant time as far as the key is known."""
    ours = expected.get(state.partition(".")[0])
    # JSON may carry half a surrogate pair, which has no encoding: it is not ours, and no error.
    return ours is not None and hmac.compare_digest(state.encode(errors="replace"), ours.encode())


def is_authentic(state: str, resource: ResourceId, keys: Mapping[str, bytes]) -> bool:
    """Tell whether a client state was made by us for this resource, under any key of the ring; constant time."""
    return is_one_of(state, client_states(resource, keys))


def key_named(state: object) -> str:
    """Return the id of the key that a client state says it was made with, unproven; empty where it says none."""
    return state.partition(".")[0][:_LONGEST_KEY_ID] if isinstance(state, str) else ""


def _mac(key: bytes, resource: ResourceId) -> str:
    text = f"{tenant_of(resource)}|{resource}|{PURPOSE}"
    return hmac.new(key, text.encode(errors="replace"), hashlib.sha256).hexdigest()
