"""Overlaps that wait for a person, of bookings that change otherwise meanwhile: the change is written, the wait lasts.

the booking                          the overlap
-----------------------------------  ----------------------------------------------------
gets another time, or ends           is judged anew, or is over
changes in anything else             waits on: what changed says nothing about its time
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.cases import Setting
from shared.domain.ids import MappingId
from shared.domain.plan import Settlement

OVERLAPS = "overlaps "
"""What the reason of an open step begins with that is about two bookings."""


def with_held_overlap(settlement: Settlement, setting: Setting) -> Settlement:
    """Return the settlement with the overlap of its booking that still waits for a person, if one does."""
    step = setting.held.get(settlement.id)
    before, after = settlement.before, settlement.after
    if step is None or settlement.open is not None or before is None or after is None:
        return settlement
    says_something = bool(settlement.steps or settlement.decisions) or before.state is not after.state
    if not says_something or before.when != after.when or not step.reason.startswith(OVERLAPS):
        return settlement
    return replace(settlement, open=step)


def is_held_about(one: MappingId, other: MappingId, setting: Setting) -> bool:
    """Tell whether a booking waits for a person because it overlaps another one."""
    step = setting.held.get(one)
    return step is not None and step.reason == f"{OVERLAPS}{other}"
