"""Tell the other rooms of a meeting what became of this one: write its own outcome, then ask them to look.

It is done before the run is remembered: a crash in between does it again, since the next run sees the same. No other
room's ledger or copy is written; a room that is to look gets an order like any other, and judges for itself.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from shared.app.applying import Applying, Outcome
from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import MeetingId, ResourceId, tenant_of
from shared.domain.meeting_row import Attendance, MeetingRow, RoomOutcome
from shared.domain.resource import State
from shared.domain.room_outcome import meeting_of, outcome_of
from shared.domain.spans import Span, occupied
from shared.ports.errors import Rejected, Stale
from shared.ports.meetings import Meetings

logger = logging.getLogger("lockstep.meetings")

_TRIES = 8
"""More rooms than usually answer one meeting in the same moment."""
_TOLD = (Attendance.REFUSED, Attendance.GONE)


async def tell_other_rooms(applying: Applying, outcomes: Iterable[Outcome]) -> None:
    """Write the outcomes of this room in the meetings that it shares with others. Raises ``Retry``, ``Stale``."""
    meetings = applying.outside.meetings
    if meetings is None or applying.resource.policy.shadow:
        return
    for outcome in outcomes:
        await _tell(applying, meetings, outcome)


async def _tell(applying: Applying, meetings: Meetings, outcome: Outcome) -> None:
    settlement = outcome.settlement
    shared = meeting_of(settlement)
    if shared is None or outcome.failed is not None:
        return
    span = _span(applying, outcome)
    attendance = outcome_of(settlement, outcome.after, span.end, applying.started)
    if attendance is None:
        return
    try:
        row = await _written(applying, meetings, shared.id, _own(applying, outcome, attendance), span)
    except Rejected as error:
        # A row that a newer Lockstep wrote, or that makes no sense: the other rooms are seen by their calendars.
        logger.warning("the rooms of a meeting of %s could not be told: %s", applying.resource.id, error)
        return
    if attendance in _TOLD:
        await _ask_to_look(applying.outside, row.waiting(applying.resource.id))


def _span(applying: Applying, outcome: Outcome) -> Span:
    settlement = outcome.settlement
    mapping = outcome.after or settlement.base
    when = mapping.when if mapping is not None else settlement.calendar.booking.when if settlement.calendar else None
    assert when is not None
    return occupied(when, applying.resource.facts.zone)


def _own(applying: Applying, outcome: Outcome, attendance: Attendance) -> RoomOutcome:
    resource, base = applying.resource, outcome.settlement.base
    event = outcome.settlement.calendar
    key = event.key if event is not None else base.calendar.key if base is not None and base.calendar else ""
    reasons = (step.reason for step in outcome.settlement.steps)
    because = next((reason.facts["room"] for reason in reasons if reason.code is Code.OTHER_ROOM_REFUSED), "")
    return RoomOutcome(resource.id, resource.address, resource.facts.name, str(key), attendance, because)


async def _written(
    applying: Applying, meetings: Meetings, meeting: MeetingId, own: RoomOutcome, span: Span
) -> MeetingRow:
    """Return the row with this room's outcome, written where it says something new to somebody."""
    for _ in range(_TRIES):
        known = await meetings.get(applying.outside.tenant, meeting)
        if known is None and own.attendance not in (Attendance.REFUSED, Attendance.TAKES_PART):
            return MeetingRow(meeting, span.end)
        row = (known or MeetingRow(meeting, span.end)).with_outcome(own, span.end)
        if row == known:
            return row
        try:
            await meetings.put(applying.outside.tenant, row)
        except Stale:
            continue
        return row
    raise Stale("the other rooms of a meeting wrote its row again and again")


async def _ask_to_look(outside: Outside, rooms: Iterable[RoomOutcome]) -> None:
    for room in rooms:
        if await _is_linked(outside, room.resource):
            await order_command(outside, room.resource, Verb.LOOK, {"event": room.event})


async def _is_linked(outside: Outside, resource: ResourceId) -> bool:
    if tenant_of(resource) != outside.tenant:
        return False
    row = await outside.resources.get(resource)
    return row is not None and row.state is not State.UNLINKED
