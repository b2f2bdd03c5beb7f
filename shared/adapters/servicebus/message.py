"""The wake-up on the wire: a key and why it was sent, and nothing that could be stale. Pure.

The body is JSON, ``{"v": 1, "resource": "<tenant>.<ulid>", "cause": "notification"}``. A reader takes what it
knows from any version; only a body without a resource cannot be used.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from shared.domain.ids import ResourceId

VERSION = 1
TRACE_PROPERTY = "traceparent"
"""The application property that carries the W3C trace context of whoever sent the wake-up."""

_UNKNOWN = "unknown"


@dataclass(frozen=True)
class WakeUp:
    """A wake-up as it was received."""

    resource: ResourceId
    cause: str


def body(resource: ResourceId, cause: str) -> str:
    """Return the body of a wake-up."""
    return json.dumps({"v": VERSION, "resource": resource, "cause": cause}, separators=(",", ":"))


def parse(body: bytes | str) -> WakeUp:
    """Return the wake-up that a body carries; a cause that is missing is ``unknown``.

    Raises ``ValueError`` with a sentence for a body that names no resource. It never quotes the body.
    """
    try:
        data = json.loads(body)
    except ValueError as error:
        raise ValueError("the wake-up's body is not JSON; it was not sent by Lockstep") from error
    resource = data.get("resource") if isinstance(data, dict) else None
    if not isinstance(resource, str) or not all(resource.partition(".")):
        raise ValueError("the wake-up names no resource of the form <tenant>.<ulid>; it was not sent by Lockstep")
    cause = data.get("cause")
    return WakeUp(ResourceId(resource), cause if isinstance(cause, str) and cause else _UNKNOWN)
