"""Copies that a worker made after another one had taken the ledger over. Pure.

The worker that lost the ledger may be in the middle of a creation: its copy appears after the other one looked for
it, found none and recorded that the meeting awaits the room, or that its creation is held. The copy's mark tells whose
it is; without it the copy would pass for a booking of its side's own, and the creation, once permitted, would meet it.
"""

from __future__ import annotations

from shared.domain.booking import CalendarItem, Item, Side
from shared.domain.decisions import Code
from shared.domain.ledger import Mapping, MappingState


def may_have_late_copy(mapping: Mapping) -> bool:
    """Tell whether a mapping stands for a booking of which no copy is known: it awaits the room, or is held."""
    if mapping.record(mapping.origin.other) is not None:
        return False
    awaits = mapping.state is MappingState.AWAITING_ROOM and mapping.origin is Side.CALENDAR
    return awaits or (mapping.state is MappingState.REFUSED and mapping.reason == Code.HELD)


def is_late_copy(mapping: Mapping, item: Item) -> bool:
    """Tell whether a new item of a side is the copy that was made of a mapping's booking."""
    side, mark = (Side.CALENDAR, item.transaction) if isinstance(item, CalendarItem) else (Side.PLATFORM, item.external)
    if not mark or side is mapping.origin or not may_have_late_copy(mapping):
        return False
    return mark == mapping.mark(side)
