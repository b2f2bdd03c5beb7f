"""An occurrence that the calendar cannot keep within its series: it leaves the series and becomes an event of its own.

Exchange keeps an occurrence between the days of those before and after it. The occurrence is taken out first; its
mapping then says that a copy is to be made, and the next run makes it. Killed in between, that run finds the copy gone
and the booking changed, which comes to the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.asked_series import asked_place
from shared.domain.booking import Side
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MailboxId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep, RoomRequest
from shared.domain.plan import Action, Settlement
from shared.domain.series_writes import NEIGHBOURS
from shared.ports.errors import PortError, Rejected

CROSSING = "crossing"
"""A calendar's word for: the occurrence would stand on or beyond the day of one next to it."""


def is_crossing(settlement: Settlement, error: PortError) -> bool:
    """Tell whether one of our own occurrences was refused its place within the series."""
    before = settlement.before
    record = before.calendar if before else None
    ours = record is not None and record.is_organiser and record.key.original_start is not None
    ours = ours or (before is not None and asked_place(before) is not None)
    moves = any(step.action is Action.CHANGE and step.side is Side.CALENDAR for step in settlement.steps)
    return ours and moves and isinstance(error, Rejected) and error.code == CROSSING


async def take_out(
    outside: Outside, mailbox: MailboxId, settlement: Settlement, now: datetime
) -> tuple[Settlement, Mapping]:
    """Take an occurrence out of its series; return its mapping as one whose copy is still to be made."""
    before = settlement.before
    assert before is not None
    if before.request is not None:
        return await _take_out_request(outside, settlement, before.request, now)
    assert before.calendar is not None
    event = settlement.calendar.event if settlement.calendar else before.calendar.event
    await outside.calendar.cancel(mailbox, event, "")
    again = replace(
        before, calendar=None, generation=before.generation + 1, state=MappingState.CREATING, in_series=False
    )
    return _alone(settlement, again, now)


async def _take_out_request(
    outside: Outside, settlement: Settlement, request: RoomRequest, now: datetime
) -> tuple[Settlement, Mapping]:
    """Take an occurrence out of the series by which the room was asked; it is asked for by an event of its own."""
    before, seen = settlement.before, settlement.after.request if settlement.after else None
    event = (seen and seen.event) or request.event
    assert before is not None
    assert event is not None
    await outside.calendar.cancel(request.mailbox, event, "")
    agreed = before.when if before.is_linked else request.agreed
    alone = RoomRequest(request.mailbox, request.person, agreed=agreed, singly=True)
    again = replace(
        before, calendar=None, generation=before.generation + 1, state=MappingState.CREATING, in_series=False,
        request=alone,
    )  # fmt: skip
    return _alone(settlement, again, now)


def _alone(settlement: Settlement, again: Mapping, now: datetime) -> tuple[Settlement, Mapping]:
    reason = Reason(Code.WRITTEN_SINGLY, {"why": NEIGHBOURS})
    step = OpenStep(f"{Cause.STALE}-{settlement.id}", Cause.STALE, now, now, settlement.id)
    return replace(settlement, decisions=(reason,), open=step), again
