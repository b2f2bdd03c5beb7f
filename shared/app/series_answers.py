"""Look for a room's answers to series that were asked for in people's own mailboxes: each series is read once in a run.

What the organiser's series says of the room is told for each occurrence, what the room's own calendar has of it as
well. An occurrence that the series does not list in the window is looked for by itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from shared.app.sight import Sight
from shared.domain.asked_series import asked_place
from shared.domain.booking import Answer, Gone, Meeting, Proof
from shared.domain.ids import EventId, MailboxId, SeriesId, TransactionId, series_transaction
from shared.domain.ledger import Mapping, MappingState
from shared.domain.meeting_uid import series_uid
from shared.ports.errors import NotFound, Rejected

Asked = tuple[MailboxId, EventId]


async def look_at_series(sight: Sight, touched: Iterable[Mapping]) -> None:
    """Read the series of which some occurrences are due, or were changed by the platform."""
    for asked in sorted({asked for mapping in touched if (asked := _asked(mapping))}):
        members = [mapping for mapping in sight.mappings.values() if _asked(mapping) == asked]
        try:
            await _read(sight, asked, members)
        except (Rejected, NotFound):
            # A mailbox that may no longer be read answers nothing: the requests end with the time that they have.
            continue


def _asked(mapping: Mapping) -> Asked | None:
    key = asked_place(mapping)
    return (mapping.request.mailbox, key.event) if mapping.request and key else None


async def _read(sight: Sight, asked: Asked, members: Iterable[Mapping]) -> None:
    mailbox, master = asked
    room, window = sight.resource.address, sight.window
    told = await sight.outside.calendar.series_meetings(mailbox, master, room, window)
    meetings = {meeting.item.key: meeting for meeting in told or ()}
    if told and all(meeting.answer is Answer.DECLINED for meeting in told):
        sight.declined_series.add(master)
    waiting = []
    for mapping in members:
        key = asked_place(mapping)
        assert key is not None
        sight.meetings[mapping.id] = meetings.get(key) or await _by_itself(sight, mapping, whole=told is not None)
        if mapping.state is MappingState.AWAITING_ROOM:
            waiting.append(mapping)
    if waiting:
        await _read_copies(sight, waiting)


async def _by_itself(sight: Sight, mapping: Mapping, *, whole: bool) -> Meeting | Gone:
    key, request = asked_place(mapping), mapping.request
    assert key is not None
    assert request is not None
    if not whole:
        return Gone(key, Proof.NOT_FOUND)
    found = await sight.outside.calendar.read(request.mailbox, key)
    if isinstance(found, Gone):
        return found
    return await sight.outside.calendar.meeting(request.mailbox, found.event, sight.resource.address)


async def _read_copies(sight: Sight, waiting: Iterable[Mapping]) -> None:
    """Read the room's copies of what waits; of its other occurrences nothing is asked."""
    starts, known, uids = set(), [], set()
    for mapping in waiting:
        key, request = asked_place(mapping), mapping.request
        if key is not None and request is not None:
            starts.add(key.original_start)
            uids.add(series_uid(request.ical_uid))
        if mapping.calendar is not None:
            known.append(mapping.calendar.key)
    for uid in sorted(uids):
        found = await sight.outside.calendar.series_copy(sight.resource.mailbox, uid, sight.window)
        for item in found.items if found else ():
            if item.key.original_start in starts:
                sight.events.setdefault(item.key, item)
    for calendar_key in known:
        await sight.read_event(calendar_key)


async def find_asked_series(sight: Sight, mappings: Iterable[Mapping]) -> None:
    """Look for the series whose making was noted and whose result was not."""
    made: dict[tuple[MailboxId, SeriesId, int], list[Mapping]] = defaultdict(list)
    for mapping in mappings:
        request, platform = mapping.request, mapping.platform
        if request is not None and platform is not None and platform.series is not None:
            made[request.mailbox, platform.series, mapping.generation].append(mapping)
    for (mailbox, series, generation), members in sorted(made.items()):
        try:
            await _find(sight, mailbox, series_transaction(series, generation), members)
        except (Rejected, NotFound):
            continue


async def _find(sight: Sight, mailbox: MailboxId, transaction: TransactionId, members: Iterable[Mapping]) -> None:
    calendar, window = sight.outside.calendar, sight.window
    found = await calendar.find_series(mailbox, transaction, window)
    if found is None:
        return
    told = await calendar.series_meetings(mailbox, found.master, sight.resource.address, window)
    meetings = {meeting.item.key.original_start: meeting for meeting in told or ()}
    for mapping in members:
        meeting = meetings.get(mapping.platform.original_start) if mapping.platform else None
        if meeting is not None:
            sight.meetings[mapping.id] = meeting
