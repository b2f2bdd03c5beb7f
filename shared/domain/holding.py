"""How a settlement waits: for a person, or for another booking that waits for one. Pure.

Nothing of it runs, and nothing of it is lost: an arrival is remembered on its one side, a change leaves its mapping as
it was, and an open step says why.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.approval import actions_of, asked
from shared.domain.booking import Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.plan import Settlement
from shared.domain.records import first_seen
from shared.domain.unrecorded import named


def hold(settlement: Settlement, why: str, setting: Setting) -> Settlement:
    """Return a settlement that waits for a person, and remembers what it asks for."""
    step = OpenStep(
        f"held-{settlement.id}",
        Cause.HELD,
        setting.now,
        mapping=settlement.id,
        reason=why,
        actions=actions_of(settlement.steps),
        wants=asked(settlement, settlement.steps, setting.key),
    )
    after, decisions = kept(settlement, setting), (Reason(Code.HELD),)
    return named(replace(settlement, after=after, steps=(), buffers=(), decisions=decisions, open=step))


def kept(settlement: Settlement, setting: Setting) -> Mapping | None:
    """Return the row of a settlement of which nothing is done: as it was, or a booking that waits on its one side.

    One that is refused before any row knew it gets a row, or nothing would find it again.
    """
    if settlement.before is not None:
        return settlement.before
    if settlement.adopted is not None:
        # Both sides stand, and were tied as they are: what waits is what has changed since.
        return settlement.adopted
    arrived = settlement.after or _first_seen(settlement, setting)
    return replace(arrived, state=MappingState.REFUSED, reason=Code.HELD) if arrived else None


def _first_seen(settlement: Settlement, setting: Setting) -> Mapping | None:
    if settlement.calendar is not None:
        return first_seen(settlement.id, settlement.calendar, Side.CALENDAR, setting)
    return first_seen(settlement.id, settlement.platform, Side.PLATFORM, setting) if settlement.platform else None


def waiting_for(settlement: Settlement, other: MappingId, setting: Setting) -> Settlement:
    """Return a settlement that waits until a held booking at its time is settled, and is judged again then."""
    step = OpenStep(
        f"conflict-{settlement.id}",
        Cause.CONFLICT,
        setting.now,
        mapping=settlement.id,
        reason=f"overlaps {other}, of which a step waits for approval",
        actions=actions_of(settlement.steps),
    )
    known = settlement.id in setting.disputed
    decisions = () if known else (Reason(Code.HELD, {"other": other}),)
    after = kept(settlement, setting)
    return named(replace(settlement, after=after, steps=(), buffers=(), decisions=decisions, open=step))
