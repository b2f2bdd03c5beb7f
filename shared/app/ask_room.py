"""Ask the room in the booker's name: an event in their own mailbox invites it, and its answer is waited for.

Whose mailbox that is stands in the ledger before the event is made. Where the booker has no mailbox here, or it
may not be written, the event is made in the room's own calendar instead, and the decision says so. The same
transaction serves both, so that a crash in between makes no second event.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared.app.applying import Applying
from shared.app.outside import Outside
from shared.domain.booking import CalendarItem, Gone, Meeting, ShowAs, Side
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field, person_digest
from shared.domain.ids import EventId, Version
from shared.domain.ledger import Mapping, MappingState, RoomRequest, WriteMode
from shared.domain.plan import Action, Plan, Settlement, Step
from shared.domain.waiting_requests import next_look
from shared.ports.calendar import EventChange
from shared.ports.errors import NotFound, PortError, Rejected, Stale

_SPENT = "gone"
_NO_BOOKER, _NO_MAILBOX, _NOT_PERMITTED = "name is not known", "mailbox is not of this tenant", "mailbox refused it"
REASONS = (_NO_BOOKER, _NO_MAILBOX, _NOT_PERMITTED)
"""Why the room is not asked in the booker's name."""


async def name_organisers(outside: Outside, plan: Plan, key: bytes) -> Plan:
    """Return the plan with the mailbox in which each request to the room is to be made. Raises ``Retry``."""
    settlements = [await _named(outside, s, key) if _is_nameless(s) else s for s in plan.settlements]
    return replace(plan, settlements=tuple(settlements))


def _is_nameless(settlement: Settlement) -> bool:
    after = settlement.after
    creates = any(step.action is Action.CREATE and step.side is Side.CALENDAR for step in settlement.steps)
    return creates and after is not None and after.mode is WriteMode.ORGANIZER and after.request is None


async def _named(outside: Outside, settlement: Settlement, key: bytes) -> Settlement:
    wanted = settlement.steps[0].wanted
    booker = wanted.organiser if wanted else None
    if booker is None:
        return _in_room(settlement, _NO_BOOKER)
    try:
        found = await outside.directory.mailbox(booker.address)
    except (NotFound, Rejected):
        return _in_room(settlement, _NO_MAILBOX)
    assert settlement.after is not None
    request = RoomRequest(found.id, person_digest(found.address, key))
    return replace(settlement, after=replace(settlement.after, request=request))


def _in_room(settlement: Settlement, why: str) -> Settlement:
    assert settlement.after is not None
    after = replace(settlement.after, mode=WriteMode.ROOM, request=None)
    decisions = (*settlement.decisions, Reason(Code.FELL_BACK, {"why": why}))
    return replace(settlement, after=after, decisions=decisions)


def in_room_instead(settlement: Settlement, error: PortError) -> Settlement | None:
    """Return how a request that its mailbox refused is made in the room itself; None where that is not the matter."""
    creates = any(step.action is Action.CREATE and step.side is Side.CALENDAR for step in settlement.steps)
    if not creates or settlement.after is None or settlement.after.request is None:
        return None
    if isinstance(error, Rejected) and error.code == _SPENT:
        return None
    return _in_room(settlement, _NOT_PERMITTED)


def request_of(settlement: Settlement, step: Step) -> RoomRequest | None:
    """Return the request whose event a step of the calendar writes; None where it writes in the room's mailbox."""
    ends = step.action is Action.CANCEL and settlement.base is not None
    mapping = settlement.base if ends else settlement.after or settlement.base
    return None if mapping is None or step.action in (Action.DECLINE, Action.ACCEPT) else mapping.request


async def write(applying: Applying, settlement: Settlement, request: RoomRequest, step: Step) -> CalendarItem | None:
    """Change or cancel the event by which the room was asked."""
    calendar, zone = applying.outside.calendar, applying.resource.facts.zone
    event, version = request.event, request.version
    if event is None or version is None:
        event, version = await _found(applying, request)
    if step.action is not Action.CHANGE:
        await calendar.cancel(request.mailbox, event, "")
        return None
    change = change_of(step, zone)
    try:
        return await calendar.change(request.mailbox, event, change, version)
    except Stale:
        now = await _still_there(applying, settlement, request)
        if now is None:
            raise
        return await calendar.change(request.mailbox, now.event, change, now.version)


async def _found(applying: Applying, request: RoomRequest) -> tuple[EventId, Version]:
    """Find an occurrence that no run has seen in its own mailbox: the room's calendar alone has shown it."""
    assert request.occurrence is not None
    found = await applying.outside.calendar.read(request.mailbox, request.occurrence)
    if isinstance(found, Gone):
        raise Stale("the series is not in the calendar any more; read it again")
    return found.event, found.version


async def _still_there(applying: Applying, settlement: Settlement, request: RoomRequest) -> CalendarItem | None:
    """Return an occurrence that stands where it stood and has another version: the writing of another one gave it."""
    base = settlement.base
    of_series = base is not None and base.calendar is not None and base.calendar.key.original_start is not None
    if base is None or request.event is None or not (of_series or request.occurrence):
        return None
    found = await applying.outside.calendar.meeting(request.mailbox, request.event, applying.resource.address)
    if not isinstance(found, Meeting) or found.item.booking.when != base.when:
        return None
    return found.item


def change_of(step: Step, zone: str) -> EventChange:
    """Return the fields that a step writes to an event."""
    assert step.wanted is not None
    shown = ShowAs.TENTATIVE if step.wanted.requested else ShowAs.BUSY
    return EventChange(
        zone,
        step.wanted.when if Field.TIME in step.fields else None,
        step.wanted.title if Field.TITLE in step.fields else None,
        step.wanted.private if Field.PRIVATE in step.fields else None,
        shown if Field.STATUS in step.fields else None,
    )


def written(request: RoomRequest, item: CalendarItem) -> RoomRequest:
    """Return a request as its mailbox reported it when it was written."""
    return replace(
        request,
        event=item.event,
        version=item.version,
        ical_uid=item.ical_uid or request.ical_uid,
        written=item.modified or item.created,
    )


def waiting_for(settlement: Settlement, after: Mapping | None, now: datetime) -> Settlement:
    """Return a settlement that has asked the room with the open step that waits for its answer."""
    if after is None or after.request is None or after.state is not MappingState.AWAITING_ROOM or not settlement.steps:
        return settlement
    return replace(settlement, open=next_look(after.id, now))
