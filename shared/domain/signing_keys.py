"""Whether a key of the ring may go: who would notice. Pure.

the key                                          may it go
-----------------------------------------------  -----------------------------------------------------------------
is the current one                               no: a new one has to be put before it
was the current one until a quarter of an hour   no: another process may not know its successor yet
ago
is carried by a subscription                     no: its notifications would be refused
may stand in a link that still opens             only where that is said to be meant: the link opens nothing then
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.domain.story_link import LIFETIME

SPREAD = timedelta(minutes=15)
"""After so long every process knows a key that was put before the others."""
_NAMED = 3


@dataclass(frozen=True)
class RingKey:
    """A key of the ring, without the key. ``made_at`` is None for those that were made before it was noted."""

    id: str
    made_at: datetime | None = None


def why_needed(
    key: str, ring: Sequence[RingKey], carried_by: Mapping[str, int], now: datetime, *, ends_links: bool
) -> str:
    """Return why a key of the ring cannot go, and what to do first; empty where it can.

    ``ring`` begins with the current key. ``carried_by`` says how many subscriptions carry the key, by whom.
    """
    place = [each.id for each in ring].index(key)
    if place == 0:
        return f"{key} is the key that signs now; put a new one before it first (POST /api/subscriptions/keys)"
    if carried_by:
        return (
            f"the key {key} is carried by {_some(carried_by)} ({sum(carried_by.values())} in all); have them made again"
            ' (POST /api/subscriptions/renew with {"older_keys": true}) and come back once their runs are over'
        )
    superseded = ring[place - 1].made_at
    if superseded is not None and now < superseded + SPREAD:
        return f"until {superseded + SPREAD:%H:%M} UTC a process may still sign with the key {key}"
    if ends_links or (superseded is not None and now >= superseded + SPREAD + LIFETIME):
        return ""
    until = f"until {superseded + SPREAD + LIFETIME:%Y-%m-%d}" if superseded else "nobody knows until when"
    return f"links signed with the key {key} may still open ({until}); say end_links=true to end them with it"


def _some(names: Mapping[str, int]) -> str:
    left = len(names) - _NAMED
    return ", ".join(list(names)[:_NAMED]) + (f" and {left} more" if left > 0 else "")
