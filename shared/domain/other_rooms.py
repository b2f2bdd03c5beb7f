"""Meetings with several rooms, under the policy that this room attends only together with all the others. Pure.

    the run sees                              decision
    ----------------------------------------  ------------------------------------------------------------------
    such a meeting for the first time         booked like any other; the other rooms are looked at a little later
    a room of it that does not attend         the room declines with the reason, the platform booking is cancelled
    the same in a first or full read          looked at again by itself, never settled in bulk
    all rooms attend, or none of it is known  nothing

Each room decides for itself from what the others' calendars show: nobody writes another room's copy or ledger.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from shared.domain.booking import Answer, CalendarItem, Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.merge import withdrawal
from shared.domain.plan import Action, LedgerView, Settlement, Step
from shared.domain.policy import SeveralRooms

_PATIENCE = timedelta(seconds=30)
"""How long after a meeting was first seen the other rooms have had time to answer."""
_PREFIX = "rooms-"


def asks_others(event: CalendarItem) -> bool:
    """Tell whether a room attends a single meeting of somebody that asks other rooms too."""
    single = event.key.original_start is None
    return single and bool(event.rooms) and not event.is_organiser and event.answer is Answer.ACCEPTED


def is_look(step: OpenStep) -> bool:
    """Tell whether an open step waits for a look at the other rooms of its meeting."""
    return step.id.startswith(_PREFIX)


def with_other_rooms(settlement: Settlement, ledger: LedgerView, setting: Setting) -> Settlement:
    """Return the settlement of a meeting with several rooms as the other rooms let it be."""
    event, after = settlement.calendar, settlement.after
    if setting.policy.several_rooms is SeveralRooms.ANY or event is None or after is None or not asks_others(event):
        return settlement
    refusing = ledger.refusing.get(event.key)
    if refusing is None:
        is_new = settlement.open is None and (settlement.before is None or not settlement.before.is_linked)
        return replace(settlement, open=_look(settlement.id, setting.now, _PATIENCE)) if is_new else settlement
    if ledger.bulk:
        return replace(settlement, open=settlement.open or _look(settlement.id, setting.now, timedelta()))
    reason = Reason(Code.OTHER_ROOM_REFUSED, {"room": refusing})
    decline = withdrawal(after, reason.code, dict(reason.facts))
    steps = (Step(Action.CANCEL, Side.PLATFORM, reason), decline) if after.platform is not None else (decline,)
    return replace(settlement, after=None, steps=steps, decisions=(reason,), open=None)


def _look(mapping: MappingId, now: datetime, after: timedelta) -> OpenStep:
    return OpenStep(f"{_PREFIX}{mapping}", Cause.AWAITING_ROOM, now, now + after, mapping)
