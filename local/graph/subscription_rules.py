"""Which subscriptions Graph takes: resources, change types, expiry (facts 1.1, 1.2)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from local.graph.store import Store
from local.graph.values import MailboxId
from local.graph.wire import GraphError, Json

OUTLOOK_MINUTES = 10_070
RICH_MINUTES = 1_440
DIRECTORY_MINUTES = 41_760
MINIMUM_MINUTES = 45
CLIENT_STATE_LENGTH = 128
PER_MAILBOX = 1_000
_EVENTS = re.compile(r"/?users/([^/]+)/events/?", re.IGNORECASE)
_DIRECTORY = re.compile(r"/?users(?:/([^/]+))?/?", re.IGNORECASE)


@dataclass(frozen=True)
class Target:
    """What a subscription is on: one mailbox's events, or the directory (of one user where a mailbox is
    named).
    """

    mailbox: MailboxId | None
    directory: bool


def target_of(store: Store, resource: str) -> Target:
    """The target of a resource path; 400 for what cannot be subscribed to, 404 for an unknown user."""
    path = resource.split("?")[0]
    events, users = _EVENTS.fullmatch(path), _DIRECTORY.fullmatch(path)
    found = events or users
    if found is None:
        raise GraphError(400, "InvalidRequest", f"The resource '{resource}' cannot be subscribed to.")
    if found[1] is None:
        return Target(None, directory=True)
    mailbox = store.find_mailbox(found[1])
    if mailbox is None or mailbox.state != "active":
        reason = "Operation: Create; Exception: [Status Code: NotFound; Reason: The requested user is invalid.]"
        raise GraphError(404, "ExtensionError", reason)
    return Target(mailbox.id, directory=events is None)


def change_types(body: Json, target: Target) -> tuple[str, ...]:
    """The change types of a create, in lower case; `/users` has no `created` (facts 1.4)."""
    given = tuple(part.strip().lower() for part in str(body.get("changeType") or "").split(",") if part.strip())
    known = {"updated", "deleted"} if target.directory else {"created", "updated", "deleted"}
    if not given or not set(given) <= known:
        raise GraphError(400, "InvalidRequest", f"The changeType '{body.get('changeType')}' is not supported.")
    return given


def expiry(wanted: datetime, now: datetime, directory: bool, rich: bool = False) -> datetime:
    """The expiry as Graph sets it: 400 over the maximum, raised to 45 minutes below (facts 1.2)."""
    limit = DIRECTORY_MINUTES if directory else RICH_MINUTES if rich else OUTLOOK_MINUTES
    if wanted > now + timedelta(minutes=limit):
        message = f"Subscription expiration can only be {limit} minutes in the future."
        raise GraphError(400, "ExtensionError", message)
    return max(wanted, now + timedelta(minutes=MINIMUM_MINUTES))


def check_url(url: object, name: str) -> str:
    """A notification URL: https, or http to loopback, which the real service would not take."""
    parts = urlsplit(url) if isinstance(url, str) else None
    local = parts is not None and parts.hostname in ("127.0.0.1", "localhost", "::1")
    if parts is None or not (parts.scheme == "https" or (local and parts.scheme == "http")):
        raise GraphError(400, "InvalidRequest", f"{name} must be an https URL.")
    return str(url)


def check_client_state(value: object) -> str | None:
    """The clientState; 400 over 128 characters (facts 1.1)."""
    if value is not None and len(str(value)) > CLIENT_STATE_LENGTH:
        message = f"clientState is longer than {CLIENT_STATE_LENGTH} characters."
        raise GraphError(400, "InvalidRequest", message)
    return None if value is None else str(value)
