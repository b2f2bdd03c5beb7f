"""The wake-up on the wire: a key and why it was sent, and nothing that could be stale. Pure.

The body is JSON, ``{"v": 1, "resource": "<tenant>.<ulid>", "cause": "notification"}``. A reader takes what it
knows from any version; only a body without a resource cannot be used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from shared.domain.ids import ResourceId

VERSION = 1
TRACE_PROPERTY = "traceparent"
"""The application property that carries the W3C trace context of whoever sent the wake-up."""

_UNKNOWN = "unknown"
_RESOURCE = re.compile(r"[!-~]{1,64}\.[!-~]{1,64}", re.ASCII)
"""As far as an id can be told from what somebody else put into the queue: two visible words around a dot."""


class Carrier(Protocol):
    """A message as the functions host hands it over."""

    @property
    def application_properties(self) -> Mapping[str, Any] | None: ...

    @property
    def enqueued_time_utc(self) -> datetime | None: ...


@dataclass(frozen=True)
class WakeUp:
    """A wake-up as it was received."""

    resource: ResourceId
    cause: str


def body(resource: ResourceId, cause: str) -> str:
    """Return the body of a wake-up."""
    return json.dumps({"v": VERSION, "resource": resource, "cause": cause}, separators=(",", ":"))


def trace_of(message: Carrier) -> str:
    """Return the trace context that a message carries, or an empty text."""
    found = (message.application_properties or {}).get(TRACE_PROPERTY, "")
    return found if isinstance(found, str) else ""


def sent_at(message: Carrier) -> datetime | None:
    """Return when the queue took a message, or when it fell due; None where the host does not say."""
    at = message.enqueued_time_utc
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def parse(body: bytes | str) -> WakeUp:
    """Return the wake-up that a body carries; a cause that is missing is ``unknown``.

    Raises ``ValueError`` with a sentence for a body that names no resource. It never quotes the body.
    """
    try:
        data = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("the wake-up's body is not JSON; it was not sent by Lockstep") from error
    resource = data.get("resource") if isinstance(data, dict) else None
    if not isinstance(resource, str) or not _RESOURCE.fullmatch(resource):
        raise ValueError("the wake-up names no resource of the form <tenant>.<ulid>; it was not sent by Lockstep")
    cause = data.get("cause")
    return WakeUp(ResourceId(resource), cause if isinstance(cause, str) and cause else _UNKNOWN)
