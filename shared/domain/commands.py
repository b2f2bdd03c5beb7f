"""Commands: what a person or a timer asks of one resource, left in its ledger for the resource's own next run.

One of them comes from another resource: a room of the same meeting, which asks to look.
"""

from __future__ import annotations

import json
from collections.abc import Collection
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


def settings_told(given: MappingOf[str, object], given_back: Collection[str] = ()) -> dict[str, str]:
    """Return the facts of an order for other settings; without any it means: follow what is inherited now."""
    facts = {"settings": json.dumps(dict(given))}
    return facts | ({"inherit": json.dumps(sorted(given_back))} if given_back else {})


def told_settings(command: Command) -> tuple[dict[str, object], tuple[str, ...]]:
    """Return the settings that an order gives, and the names of those it gives back. Raises ValueError."""
    given, given_back = json.loads(command.facts.get("settings", "")), json.loads(command.facts.get("inherit", "[]"))
    if not isinstance(given, dict) or not isinstance(given_back, list):
        raise ValueError("an order for other settings holds an object of settings and a list of names")  # noqa: TRY004 - what a row holds
    return given, tuple(str(each) for each in given_back)
