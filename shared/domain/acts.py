"""Acts of people: what somebody ordered, when, and what it changed. They are kept beside what the app decided itself.

An act holds keys, settings and states, and never content: no title, no reason that somebody wrote (rule 12). A person
whom an act is about stands in it by object id, so that it tells nobody's name once the directory's rows are gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.domain.ids import ResourceId


class Outcome(StrEnum):
    """What became of an act, as far as whoever ordered it was told."""

    BEGUN = "begun"
    """It was written down and nothing more is known: the app ended between both, or is still at it."""
    DONE = "done"
    """It was taken on; what it led to is in the decisions of the resource."""
    REFUSED = "refused"
    """It was not done: somebody or something refused it."""


@dataclass(frozen=True)
class Actor:
    """Who acted. ``id`` is the object id in Entra, or the digest of a key; ``name`` is for people to read."""

    id: str
    name: str


@dataclass(frozen=True)
class Act:
    """One act. ``resource`` is the one that it is about; an act about several has ``of`` with how many they are.

    ``before`` and ``after`` hold what it changes, by name; what an act only asks for is in ``after`` alone.
    """

    id: str
    at: datetime
    who: Actor
    what: str
    resource: ResourceId | None = None
    of: int = 0
    before: Mapping[str, str] = field(default_factory=dict)
    after: Mapping[str, str] = field(default_factory=dict)
    outcome: Outcome = Outcome.BEGUN

    def __hash__(self) -> int:
        return hash((self.id, self.what))


LONGEST_FACT = 1000
"""Characters; what is longer is cut and says so."""


def fact(value: object) -> str:
    """Return a value as an act keeps it."""
    text = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= LONGEST_FACT else text[: LONGEST_FACT - 1] + "…"


def differing(before: Mapping[str, object], after: Mapping[str, object]) -> tuple[dict[str, str], dict[str, str]]:
    """Return what two states differ in, as an act keeps it: what it was, and what it is."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return (
        {name: fact(before[name]) for name in names if name in before},
        {name: fact(after[name]) for name in names if name in after},
    )
