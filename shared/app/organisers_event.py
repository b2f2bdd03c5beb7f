"""Find the organiser's own event of a meeting to which the platform gave another time.

Only there can the time be changed: the room's copy is overwritten by the organiser's next update. Where the policy
does not ask for it, or the mailbox is not of this tenant or not ours to use, nothing is found, and the planner
puts the platform back. Occurrences of a series are not looked for: their copies share no id that can be found.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.sight import Sight
from shared.domain.booking import CalendarItem, Meeting, PlatformItem, Side
from shared.domain.fingerprint import Field, fingerprint, person_digest
from shared.domain.ledger import Cause, Mapping, OpenStep, RoomRequest
from shared.domain.policy import MeetingEdits
from shared.ports.errors import NotFound, Rejected


async def find_organisers_events(sight: Sight, open_steps: Iterable[OpenStep]) -> None:
    """Tie each linked meeting that the platform moved to its organiser's event, where that may be written."""
    refused = {step.mapping for step in open_steps if step.cause is Cause.REJECTED}
    for mapping in list(sight.mappings.values()):
        if mapping.origin is not Side.CALENDAR or not mapping.is_linked:
            continue
        copy = _moved_copy(sight, mapping)
        found = None if copy is None or mapping.id in refused else await _found(sight, mapping, copy)
        if found is not None:
            sight.requests[mapping.id] = found


def _moved_copy(sight: Sight, mapping: Mapping) -> CalendarItem | None:
    """Return the room's copy of a meeting whose time the platform changed and whose organiser is a person."""
    if sight.resource.policy.meeting_edits is not MeetingEdits.ORGANIZER or mapping.platform is None:
        return None
    booking = sight.bookings.get(mapping.platform.id)
    if not isinstance(booking, PlatformItem) or mapping.calendar is None:
        return None
    moved = Field.TIME in mapping.platform.print.changed_to(fingerprint(booking, sight.key))
    copy = sight.events.get(mapping.calendar.key)
    single = mapping.calendar.key.original_start is None
    return copy if moved and single and isinstance(copy, CalendarItem) and not copy.is_organiser else None


async def _found(sight: Sight, mapping: Mapping, copy: CalendarItem) -> RoomRequest | None:
    organiser = copy.booking.organiser
    if organiser is None or not copy.ical_uid:
        return None
    try:
        owner = await sight.outside.directory.mailbox(organiser.address)
        event = await sight.outside.calendar.find_copy(owner.id, copy.ical_uid)
        if event is None or not event.is_organiser:
            return None
        meeting = await sight.outside.calendar.meeting(owner.id, event.event, sight.resource.address)
    except (NotFound, Rejected):
        return None
    if not isinstance(meeting, Meeting) or not meeting.invited:
        return None
    sight.meetings[mapping.id] = meeting
    person = person_digest(owner.address, sight.key)
    return RoomRequest(owner.id, person, event.event, meeting.item.version, copy.ical_uid, meeting.item.modified)
