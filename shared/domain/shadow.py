"""Shadow: what would be done is recorded, and nothing is. Pure.

the plan says                                  in shadow
---------------------------------------------  ----------------------------------------------------------------
write about a booking that is tied             its mapping stays as it was, an open step says what would be done
write about a booking seen for the first time  no mapping; an open step names the item and what would be done
wait for a person                              the same: what the person would be asked for
tie two bookings, or only remember             as ever: that writes to neither side

Whatever another product does to the same bookings meanwhile is seen as changes of both sides: where it does what was
planned, both become equal and the open step is done with. What still stands after the grace is a difference.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

from shared.domain.approval import actions_of, asked
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId, derived_ulid
from shared.domain.ledger import Cause, OpenStep
from shared.domain.plan import Plan, Settlement

GRACE = timedelta(minutes=15)
"""How long another product may take before what it has not done counts as a difference."""

LOOKED_AT = 50
"""So many open steps, the youngest, are read again whenever something changes; the others in full reads."""


def shadowed(plan: Plan, setting: Setting) -> Plan:
    """Return a plan of which nothing is written."""
    return replace(plan, settlements=tuple(_shadowed(each, setting) for each in plan.settlements))


def _shadowed(settlement: Settlement, setting: Setting) -> Settlement:
    waits = settlement.open is not None and settlement.open.cause is Cause.HELD
    if not settlement.writes and not waits:
        return settlement
    if not settlement.steps and not waits:
        # Entries of buffers alone: they show nothing that a booking does not.
        return replace(settlement, buffers=(), after=settlement.before)
    held = settlement.open if waits else None
    actions = held.actions if held else actions_of(settlement.steps)
    wants = held.wants if held else asked(settlement, settlement.steps, setting.key)
    codes = ",".join(dict.fromkeys(step.reason.code for step in settlement.steps)) or Code.HELD
    reason = Reason(Code.SHADOWED, {"actions": ",".join(actions), "because": codes})
    known = settlement.before is not None
    step = OpenStep(
        f"shadow-{settlement.id if known else _lasting_id(settlement)}",
        Cause.SHADOW,
        setting.now,
        mapping=settlement.id if known else None,
        calendar=settlement.calendar.key if settlement.calendar and not known else None,
        platform=settlement.platform.id if settlement.platform and not known else None,
        reason=codes,
        actions=actions,
        wants=wants,
    )
    shadow = replace(settlement, after=settlement.before, steps=(), buffers=(), decisions=(reason,), open=step)
    return shadow if known else replace(shadow, id=_lasting_id(settlement))


def _lasting_id(settlement: Settlement) -> MappingId:
    """Return an id under which decisions about an item are found that has no mapping: it follows from the item."""
    key = settlement.calendar.key if settlement.calendar else settlement.platform.id if settlement.platform else ""
    return MappingId(derived_ulid(0, hashlib.sha256(str(key).encode()).digest()))
