"""The display token of one panel at a door: random, kept as a digest alone, good for its own resource. Pure.

A token is ``<panel id>.<secret>``. It is told once, when it is made; what is kept opens nothing. Withdrawing a panel
removes its row, so that its token opens nothing from then on.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.ids import ResourceId

MOST_PANELS = 20
"""Of one resource."""
SECRET_BYTES = 32
SEEN_EVERY = timedelta(minutes=5)
"""How often at most it is noted that a panel has asked."""
_LONGEST = 128


@dataclass(frozen=True)
class Panel:
    """One panel. ``books_as`` is the title of what is booked at it; ``seen_at`` when it asked last, within minutes."""

    id: str
    resource: ResourceId
    name: str
    books_as: str
    made_at: datetime
    digest: str
    seen_at: datetime | None = None


def token_of(panel: str, secret: bytes) -> str:
    """Return the token of a panel."""
    return f"{panel}.{base64.urlsafe_b64encode(secret).rstrip(b'=').decode()}"


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def claimed_panel(token: str) -> str:
    """Return the id of the panel that a token says it is of, unproven; empty where it is no token."""
    panel, _, secret = token.partition(".")
    plain = panel.isascii() and panel.isalnum()
    return panel if plain and secret and len(token) <= _LONGEST else ""


def opens(panel: Panel, token: str) -> bool:
    """Tell whether a token is this panel's, in constant time."""
    return hmac.compare_digest(panel.digest, digest_of(token))


def is_unseen(panel: Panel, now: datetime) -> bool:
    """Tell whether it is to be noted that a panel asks now."""
    return panel.seen_at is None or now - panel.seen_at >= SEEN_EVERY
