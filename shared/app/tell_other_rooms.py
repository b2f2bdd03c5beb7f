"""Tell the other rooms of a meeting what became of this one: write its own outcome, then ask them to look.

It is done before the run is remembered: a crash in between does it again, since the next run sees the same. No other
room's ledger or copy is written; a room that is to look gets an order like any other, and judges for itself. Of a
series, that this room takes part is written once; what becomes of an occurrence is written for that one, and the
rooms of the series are asked. Where many occurrences end at once, they are asked to look at the whole series.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from shared.app.applying import Applying, Outcome
from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.domain.booking import CalendarKey
from shared.domain.commands import Verb
from shared.domain.decisions import Code
from shared.domain.ids import EventId, MeetingId, ResourceId, tenant_of
from shared.domain.ledger import SharedMeeting
from shared.domain.meeting_row import Attendance, MeetingRow, RoomOutcome
from shared.domain.resource import State
from shared.domain.room_outcome import meeting_of, outcome_of
from shared.domain.spans import Span, occupied
from shared.ports.errors import Rejected, Stale
from shared.ports.meetings import Meetings

logger = logging.getLogger("lockstep.meetings")

_TRIES = 8
"""More rooms than usually answer one meeting in the same moment."""
_ONE_BY_ONE = 4
"""So many occurrences of a series are told each by itself; more are told as the series."""
_TOLD = (Attendance.REFUSED, Attendance.GONE)


@dataclass(frozen=True)
class _News:
    """What became of this room in one meeting."""

    shared: SharedMeeting
    outcome: RoomOutcome
    until: datetime
    start: datetime | None


async def tell_other_rooms(applying: Applying, outcomes: Iterable[Outcome]) -> None:
    """Write the outcomes of this room in the meetings that it shares with others. Raises ``Retry``, ``Stale``."""
    meetings = applying.outside.meetings
    if meetings is None or applying.resource.policy.shadow:
        return
    by_series: dict[MeetingId | None, list[_News]] = defaultdict(list)
    for outcome in outcomes:
        news = _news(applying, outcome)
        if news is not None:
            by_series[news.shared.series].append(news)
    for series, told in by_series.items():
        try:
            if series is None:
                for each in told:
                    await _tell_meeting(applying, meetings, each)
            else:
                await _tell_series(applying, meetings, series, told)
        except Rejected as error:
            # A row that a newer Lockstep wrote, or that makes no sense: the other rooms are seen by their calendars.
            logger.warning("the rooms of a meeting of %s could not be told: %s", applying.resource.id, error)


def _news(applying: Applying, outcome: Outcome) -> _News | None:
    settlement = outcome.settlement
    shared = meeting_of(settlement)
    if shared is None or outcome.failed is not None:
        return None
    until = _span(applying, outcome).end
    attendance = outcome_of(settlement, outcome.after, until, applying.started)
    if attendance is None:
        return None
    key = _key(outcome)
    return _News(shared, _own(applying, outcome, attendance, key), until, key.original_start if key else None)


def _span(applying: Applying, outcome: Outcome) -> Span:
    settlement = outcome.settlement
    mapping = outcome.after or settlement.base
    when = mapping.when if mapping is not None else settlement.calendar.booking.when if settlement.calendar else None
    assert when is not None
    return occupied(when, applying.resource.facts.zone)


def _key(outcome: Outcome) -> CalendarKey | None:
    base, event = outcome.settlement.base, outcome.settlement.calendar
    if event is not None:
        return event.key
    return base.calendar.key if base is not None and base.calendar else None


def _own(applying: Applying, outcome: Outcome, attendance: Attendance, key: CalendarKey | None) -> RoomOutcome:
    resource = applying.resource
    reasons = (step.reason for step in outcome.settlement.steps)
    because = next((reason.facts["room"] for reason in reasons if reason.code is Code.OTHER_ROOM_REFUSED), "")
    at = None if attendance is Attendance.TAKES_PART else applying.started
    return RoomOutcome(resource.id, resource.address, resource.facts.name, str(key or ""), attendance, because, at)


async def _tell_meeting(applying: Applying, meetings: Meetings, news: _News) -> None:
    row = await _written(applying, meetings, news.shared.id, news.outcome, news.until)
    if news.outcome.attendance in _TOLD:
        await _ask_to_look(applying.outside, row.waiting(applying.resource.id), [None])


async def _tell_series(applying: Applying, meetings: Meetings, series: MeetingId, told: Sequence[_News]) -> None:
    taking_part = [each for each in told if each.outcome.attendance is Attendance.TAKES_PART]
    if taking_part:
        latest = max(each.until for each in taking_part)
        own = taking_part[0].outcome
        whole = replace(own, event=str(CalendarKey.parse(own.event).event))
        await _written(applying, meetings, series, whole, latest)
    others = [each for each in told if each not in taking_part]
    out = [each for each in others if each.outcome.attendance in _TOLD]
    if not out:
        return
    row = await meetings.get(applying.outside.tenant, series)
    waiting = row.waiting(applying.resource.id) if row else ()
    if not waiting:
        return
    if len(out) > _ONE_BY_ONE:
        await _ask_to_look(applying.outside, waiting, [None])
        return
    for each in out:
        await _written(applying, meetings, each.shared.id, each.outcome, each.until, is_new=True)
    await _ask_to_look(applying.outside, waiting, [each.start for each in out])


async def _written(
    applying: Applying,
    meetings: Meetings,
    meeting: MeetingId,
    own: RoomOutcome,
    until: datetime,
    *,
    is_new: bool = False,
) -> MeetingRow:
    """Return the row with this room's outcome, written where it says something new to somebody.

    ``is_new`` writes it though no room has a row of it yet: rooms of its series want to know.
    """
    for _ in range(_TRIES):
        known = await meetings.get(applying.outside.tenant, meeting)
        if known is None and not is_new and own.attendance not in (Attendance.REFUSED, Attendance.TAKES_PART):
            return MeetingRow(meeting, until)
        row = (known or MeetingRow(meeting, until)).with_outcome(own, until)
        if row == known:
            return row
        try:
            await meetings.put(applying.outside.tenant, row)
        except Stale:
            continue
        return row
    raise Stale("the other rooms of a meeting wrote its row again and again")


async def _ask_to_look(outside: Outside, rooms: Iterable[RoomOutcome], starts: Sequence[datetime | None]) -> None:
    """Ask rooms to look at the meeting by their own keys of it, or at these occurrences of a series."""
    for room in rooms:
        if await _is_linked(outside, room.resource):
            for start in starts:
                key = room.event if start is None else str(CalendarKey(EventId(room.event), start))
                await order_command(outside, room.resource, Verb.LOOK, {"event": key})


async def _is_linked(outside: Outside, resource: ResourceId) -> bool:
    if tenant_of(resource) != outside.tenant:
        return False
    row = await outside.resources.get(resource)
    return row is not None and row.state is not State.UNLINKED
