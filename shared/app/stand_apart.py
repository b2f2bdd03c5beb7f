"""An occurrence that the calendar cannot keep within its series: it leaves the series and becomes an event of its own.

Exchange keeps an occurrence between the days of those before and after it. The occurrence is taken out first; its
mapping then says that a copy is to be made, and the next run makes it. Killed in between, that run finds the copy gone
and the booking changed, which comes to the same.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.app.outside import Outside
from shared.domain.booking import Side
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MailboxId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, Settlement
from shared.domain.series_writes import NEIGHBOURS
from shared.ports.errors import PortError, Rejected

CROSSING = "crossing"
"""A calendar's word for: the occurrence would stand on or beyond the day of one next to it."""


def is_crossing(settlement: Settlement, error: PortError) -> bool:
    """Tell whether one of our own occurrences was refused its place within the series."""
    record = settlement.before.calendar if settlement.before else None
    ours = record is not None and record.is_organiser and record.key.original_start is not None
    moves = any(step.action is Action.CHANGE and step.side is Side.CALENDAR for step in settlement.steps)
    return ours and moves and isinstance(error, Rejected) and error.code == CROSSING


async def take_out(
    outside: Outside, mailbox: MailboxId, settlement: Settlement, now: datetime
) -> tuple[Settlement, Mapping]:
    """Take an occurrence out of its series; return its mapping as one whose copy is still to be made."""
    before = settlement.before
    assert before is not None
    assert before.calendar is not None
    event = settlement.calendar.event if settlement.calendar else before.calendar.event
    await outside.calendar.cancel(mailbox, event, "")
    again = replace(
        before, calendar=None, generation=before.generation + 1, state=MappingState.CREATING, in_series=False
    )
    reason = Reason(Code.WRITTEN_SINGLY, {"why": NEIGHBOURS})
    step = OpenStep(f"{Cause.STALE}-{settlement.id}", Cause.STALE, now, now, settlement.id)
    return replace(settlement, decisions=(reason,), open=step), again
