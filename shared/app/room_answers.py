"""Look for the room's answers: nothing tells of a refusal, and a copy in the room does not name who asked for it.

A request is read in its organiser's mailbox where its next look is due, or where the platform changed what was
asked for; the room's own copy is found by the iCalUId that both share, that of an occurrence by its series and its
original start.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.series_answers import look_at_series
from shared.app.sight import Sight, booking_changed
from shared.domain.asked_series import asked_place
from shared.domain.booking import CalendarItem, Meeting
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.ports.errors import NotFound, Rejected


async def look_at_requests(sight: Sight, open_steps: Iterable[OpenStep], due: Iterable[OpenStep]) -> None:
    """Read the requests whose answer is due, and know all that wait where an event turned up that may be a copy."""
    waiting = [step.mapping for step in open_steps if step.cause is Cause.AWAITING_ROOM and step.mapping]
    unknown = [mapping for mapping in waiting if mapping not in sight.mappings]
    if unknown and sight.events:
        sight.know(await sight.outside.ledgers.by_ids(sight.resource.id, unknown))
    looked_for = {step.mapping for step in due}
    asking = (mapping for mapping in sight.mappings.values() if mapping.request is not None)
    touched = [mapping for mapping in asking if mapping.id in looked_for or _is_written(sight, mapping)]
    await look_at_series(sight, touched)
    for mapping in touched:
        if asked_place(mapping) is None and mapping.request is not None and mapping.request.event is not None:
            await _read(sight, mapping)


def _is_written(sight: Sight, mapping: Mapping) -> bool:
    """Tell whether the platform changed what the request asks for: it will be written, under its present version."""
    booking = sight.bookings.get(mapping.platform.id) if mapping.platform else None
    return booking is not None and booking_changed(booking, mapping, sight.key)


async def _read(sight: Sight, mapping: Mapping) -> None:
    calendar, request = sight.outside.calendar, mapping.request
    assert request is not None
    assert request.event is not None
    try:
        sight.meetings[mapping.id] = await calendar.meeting(request.mailbox, request.event, sight.resource.address)
    except (Rejected, NotFound):
        # A mailbox that may no longer be read answers nothing: the request ends with the time that it has.
        return
    if mapping.calendar is not None and mapping.calendar.key.original_start is not None:
        await sight.read_event(mapping.calendar.key)
    elif mapping.state is MappingState.AWAITING_ROOM and not _has_copy(sight, request.ical_uid):
        copy = await calendar.find_copy(sight.resource.mailbox, request.ical_uid)
        if copy is not None:
            sight.events[copy.key] = copy


def _has_copy(sight: Sight, ical_uid: str) -> bool:
    return any(isinstance(event, CalendarItem) and event.ical_uid == ical_uid for event in sight.events.values())


async def find_request(sight: Sight, mapping: Mapping) -> None:
    """Look for the request whose making was noted and whose result was not."""
    assert mapping.request is not None
    transaction = mapping.mark(mapping.origin.other)
    calendar, mailbox = sight.outside.calendar, mapping.request.mailbox
    try:
        event = await calendar.find(mailbox, transaction)
        if event is not None:
            # What it tells of the room is read by its id, with the proof that it still stands.
            found = await calendar.meeting(mailbox, event.event, sight.resource.address)
            if isinstance(found, Meeting):
                sight.meetings[mapping.id] = found
    except (Rejected, NotFound):
        return
