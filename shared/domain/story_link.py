"""The link to the story of one booking: signed, expiring, and good for nothing else.

``<key id>.<payload>.<HMAC>``, payload and HMAC in base64url: the resource, the mapping and the last second at
which it opens. It is verified with the key ring alone, under any of its keys; the purpose is part of what is
signed, so that no other token of the same ring opens a story.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.domain.ids import MappingId, ResourceId, TenantId, tenant_of

LIFETIME = timedelta(days=30)
LONGEST = 512
"""Characters; longer than any token of ours."""

_PURPOSE = "story"


@dataclass(frozen=True)
class Story:
    """Which booking a link opens, and until when."""

    resource: ResourceId
    mapping: MappingId
    expires: datetime


def story_token(key_id: str, key: bytes, story: Story) -> str:
    """Return the token of a story under one key of the ring."""
    fields = [story.resource, story.mapping, int(story.expires.timestamp())]
    return signed(key_id, key, _text(json.dumps(fields, separators=(",", ":")).encode()))


def signed(key_id: str, key: bytes, payload: str) -> str:
    """Return the token of a payload that is in base64url already."""
    return f"{key_id}.{payload}.{_mac(key, payload)}"


def read_token(token: str, keys: Mapping[str, bytes], now: datetime) -> Story | None:
    """Return what a token opens, or None where it is not ours, was changed, or has expired. In constant time."""
    key_id, _, rest = token.partition(".")
    payload, _, mac = rest.partition(".")
    key = keys.get(key_id)
    if key is None or len(token) > LONGEST:
        return None
    if not hmac.compare_digest(mac.encode(errors="replace"), _mac(key, payload).encode()):
        return None
    story = _story(payload)
    return story if story is not None and now <= story.expires else None


def claimed_tenant(token: str) -> TenantId:
    """Return the tenant that a token says it is about, unproven; empty where it says nothing that makes sense."""
    story = _story(token.partition(".")[2].partition(".")[0]) if len(token) <= LONGEST else None
    return tenant_of(story.resource) if story is not None else TenantId("")


def _story(payload: str) -> Story | None:
    try:
        resource, mapping, expires = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        if not isinstance(resource, str) or not isinstance(mapping, str):
            return None
        return Story(ResourceId(resource), MappingId(mapping), datetime.fromtimestamp(expires, UTC))
    except (ValueError, TypeError, OverflowError, OSError, RecursionError, binascii.Error):
        return None


def _mac(key: bytes, payload: str) -> str:
    return _text(hmac.new(key, f"{_PURPOSE}|{payload}".encode(errors="replace"), hashlib.sha256).digest())


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
