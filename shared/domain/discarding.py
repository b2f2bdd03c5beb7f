"""What becomes of a held step that a person discards: nothing of it is done, and the row says what stands. Pure.

seen when it is discarded                     what becomes of it
--------------------------------------------  ---------------------------------------------------------------
it would still be removed from one side,      the row ties that side alone: ``refused``, and the reason says why
because the other side ended
it waited on one side and never had another   it stays so, with that reason
both sides stand                              both stay as they are, and the row knows each as it is now: what
                                              is edited next is that edit alone
it asks for something else by now, or ended   judged as usual

The decision names the side that stands. What stands alone takes its time, and is judged anew once somebody changes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import replace

from shared.domain.approval import asked, asks_to_remove, withdraws
from shared.domain.booking import Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, LedgerView, Settlement
from shared.domain.records import calendar_record, platform_record

_BOTH = "both"
_REMOVALS = (Action.CANCEL, Action.DECLINE)


def is_discarded(mapping: Mapping) -> bool:
    """Tell whether a mapping stands for a booking that a person left on its one side."""
    return mapping.state is MappingState.REFUSED and mapping.reason == Code.DISCARDED


def let_be(settlement: Settlement, setting: Setting, ended: Side | None = None) -> Settlement:
    """Return a settlement of which nothing is done where a person discarded what it asks for; ``ended`` is the one side
    that this run saw ended.
    """
    step = setting.discarded.get(settlement.id)
    if step is None or not _asks_for(settlement, step, setting):
        return settlement
    side = _standing_alone(settlement) or (ended.other if ended else None)
    row = _alone(settlement, side, setting) if side else None
    after = row or _with_reason(_as_they_stand(settlement, setting))
    return replace(settlement, after=after, steps=(), buffers=(), decisions=(_reason(after),), open=None)


def with_discarded(
    settlements: Iterable[Settlement], ledger: LedgerView, setting: Setting, ended: MappingOf[MappingId, Side]
) -> list[Settlement]:
    """Return the settlements of a run with those of everything that a person discarded; ``ended`` are the sides that
    this run saw ended, of bookings that stand on the other.
    """
    told = [_told(let_be(each, setting, ended.get(each.id)), setting) for each in settlements]
    missing = setting.discarded.keys() - {settlement.id for settlement in told}
    rows = [mapping for mapping in ledger.mappings if mapping.id in missing]
    return told + [_told(Settlement(row.id, row, row), setting) for row in rows]


def _asks_for(settlement: Settlement, step: OpenStep, setting: Setting) -> bool:
    """Tell whether a settlement asks for what was discarded: a removal of whatever stands by now, or the very same."""
    if asks_to_remove(step) and withdraws(settlement):
        return True
    again = settlement.open if settlement.open and settlement.open.cause is Cause.HELD else None
    if not settlement.steps and again is None:
        return False
    wants = again.wants if again else asked(settlement, settlement.steps, setting.key)
    return not step.wants or step.wants == wants


def _standing_alone(settlement: Settlement) -> Side | None:
    """Return the one side that stands: the one that would be removed, or of which a copy would be made."""
    made = {step.side for step in settlement.steps if step.action is Action.CREATE}
    removed = {step.side for step in settlement.steps if step.action in _REMOVALS}
    if made:
        return made.pop().other
    return removed.pop() if len(removed) == 1 else None


def _alone(settlement: Settlement, side: Side, setting: Setting) -> Mapping | None:
    """Return the row of the side that stands, as it was seen; None where the row does not know that side."""
    before = settlement.base
    if before is None or before.record(side) is None:
        return None
    row = replace(
        before,
        origin=side,
        state=MappingState.REFUSED,
        reason=Code.DISCARDED,
        generation=before.generation + 1,
        request=None,
        in_series=False,
        copy=None,
    )
    if side is Side.CALENDAR:
        event = settlement.calendar
        record = calendar_record(event, setting.key) if event else before.calendar
        return replace(row, calendar=record, platform=None, when=event.booking.when if event else before.when)
    booking = settlement.platform
    booked = platform_record(booking, setting.key) if booking else before.platform
    return replace(row, calendar=None, platform=booked, when=booking.booking.when if booking else before.when)


def _as_they_stand(settlement: Settlement, setting: Setting) -> Mapping | None:
    """Return the row with each side as it was seen, so that what was let go is no change any more."""
    row = settlement.before or settlement.after
    if row is None or row.calendar is None or row.platform is None:
        return row
    event, booking = settlement.calendar, settlement.platform
    return replace(
        row,
        calendar=calendar_record(event, setting.key) if event else row.calendar,
        platform=platform_record(booking, setting.key) if booking else row.platform,
    )


def _told(settlement: Settlement, setting: Setting) -> Settlement:
    """Return a settlement that says what stands, where what was discarded is not asked for any more."""
    is_said = any(reason.code is Code.DISCARDED for reason in settlement.decisions)
    if settlement.id not in setting.discarded or is_said or settlement.steps or settlement.open:
        return settlement
    if settlement.after is None:
        return settlement
    after = _with_reason(settlement.after)
    return replace(settlement, after=after, decisions=(*settlement.decisions, _reason(after)))


def _with_reason(mapping: Mapping | None) -> Mapping | None:
    if mapping is None or mapping.state is not MappingState.REFUSED or mapping.reason != Code.HELD:
        return mapping
    return replace(mapping, reason=Code.DISCARDED)


def _reason(mapping: Mapping | None) -> Reason:
    alone = [side for side in Side if mapping is not None and mapping.record(side.other) is None]
    return Reason(Code.DISCARDED, {"stands": alone[0] if len(alone) == 1 else _BOTH})
