"""The opaque tokens of calendarView/delta: window, position and generation, in the token itself.

The window is frozen in the token (facts 2.4). A token of an older generation than the mailbox's answers 410
with SyncStateNotFound, whether it is a deltaLink's or a nextLink's in mid-round (facts 2.5).
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime

from local.graph.store import Store
from local.graph.values import MailboxId
from local.graph.wire import GraphError


@dataclass(frozen=True)
class Position:
    """Where a round stands: changes after `since` (None: everything) up to `until`, groups after `cursor`."""

    mailbox: str
    start: str
    end: str
    since: int | None
    until: int
    generation: int
    cursor: str = ""
    page: int = 0

    def window(self) -> tuple[datetime, datetime]:
        """The window's instants."""
        return datetime.fromisoformat(self.start), datetime.fromisoformat(self.end)


def write_token(position: Position) -> str:
    """The token of a position."""
    text = json.dumps(list(asdict(position).values()), separators=(",", ":"))
    return urlsafe_b64encode(text.encode()).decode()


def read_token(store: Store, mailbox: MailboxId, token: str) -> Position:
    """The position of a token; 410 when it was evicted or the store has no such state, 400 when it is none."""
    try:
        position = _parsed(token)
    except (ValueError, TypeError) as error:
        raise GraphError(400, "SyncStateInvalid", "The sync state token is not valid.") from error
    current = store.generations.get(mailbox, 0)
    if position.mailbox != mailbox or position.generation != current or position.until > store.last_seq(mailbox):
        raise sync_state_lost(current)
    return position


def window_of(token: str) -> tuple[datetime, datetime] | None:
    """The window that a token holds; None when it is no token."""
    try:
        return _parsed(token).window()
    except (ValueError, TypeError):
        return None


def _parsed(token: str) -> Position:
    position = Position(*json.loads(urlsafe_b64decode(token)))
    position.window()
    return position


def sync_state_lost(generation: int) -> GraphError:
    """410 as seen live (facts 2.5)."""
    highest = 157 + generation
    numbers = f"generation={highest - 8};[highest={highest}][{highest}][{highest - 2}][{highest - 1}]"
    return GraphError(410, "SyncStateNotFound", f"The sync state generation is not found; {numbers}.")
