"""Copies that a worker made after another one had taken the ledger over. Pure.

The worker that lost the ledger may be in the middle of a creation: its copy appears after the other one looked for
it, found none and recorded that the meeting awaits the room. The copy's mark tells whose it is; without it the copy
would pass for a booking of the platform's own.
"""

from __future__ import annotations

from shared.domain.booking import Item, PlatformItem, Side
from shared.domain.ledger import Mapping, MappingState


def may_have_late_copy(mapping: Mapping) -> bool:
    """Tell whether a mapping stands for a meeting that awaits the room, of which no copy is known."""
    awaits = mapping.state is MappingState.AWAITING_ROOM and mapping.platform is None
    return awaits and mapping.origin is Side.CALENDAR


def is_late_copy(mapping: Mapping, item: Item) -> bool:
    """Tell whether a new booking of the platform is the copy that was made of a mapping's meeting."""
    if not isinstance(item, PlatformItem) or not item.external or not may_have_late_copy(mapping):
        return False
    return item.external == mapping.mark(Side.PLATFORM)
