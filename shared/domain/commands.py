"""Commands: what a person or a timer asks of one resource, left in its ledger for the resource's own next run.

One of them comes from another resource: a room of the same meeting, which asks to look.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Verb(StrEnum):
    """What is asked of a resource; it runs in the resource's own session."""

    LINK = "link"
    UNLINK = "unlink"
    REBASE = "rebase"
    PROVE = "prove"
    APPROVE = "approve"
    DISCARD = "discard"
    POLICY = "policy"
    RETRY = "retry"
    RENEW = "renew"
    SUBSCRIBE = "subscribe"
    PAUSE = "pause"
    RESUME = "resume"
    UNDO = "undo"
    GO_LIVE = "go_live"
    REBUILD = "rebuild"
    LOOK = "look"


@dataclass(frozen=True)
class Command:
    """A person's or a timer's order to one resource, waiting for its next run."""

    id: str
    verb: Verb
    at: datetime
    facts: MappingOf[str, str] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.id, self.verb))
