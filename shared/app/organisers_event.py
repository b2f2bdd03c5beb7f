"""Find the organiser's own event of a meeting to which the platform gave another time or another title.

Only there can they be changed: the room's copy is overwritten by the organiser's next update. Where the policy
does not ask for it, nothing is looked for; where the mailbox is not of this tenant or not ours to use, nothing is
found, and the planner puts the platform back with that reason. A title is written only where the platform shows the
organiser's own, and never over a private one. Of a series one occurrence gets another time or another title, as an
exception of the organiser's series; where several get another title at once it is that of the series, and stays.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from shared.app.copies_elsewhere import CopiesElsewhere
from shared.app.sight import Sight
from shared.domain.booking import CalendarItem, Meeting, PlatformItem, Side
from shared.domain.fingerprint import Field, fingerprint, person_digest
from shared.domain.ledger import Cause, Mapping, OpenStep, RoomRequest
from shared.domain.policy import MeetingEdits, Titles
from shared.ports.errors import NotFound, Rejected

NOT_OF_TENANT = "it is no user's mailbox of this tenant"
NOT_OPEN = "it is not open to Lockstep"
NOT_THERE = "the meeting was not found in it"
REFUSED = "it refused the change"
OF_SERIES = "the title of somebody's series is not changed from here"


async def find_organisers_events(sight: Sight, open_steps: Iterable[OpenStep]) -> None:
    """Tie each linked meeting that the platform changed to its organiser's event, where that may be written."""
    if sight.resource.policy.meeting_edits is not MeetingEdits.ORGANIZER:
        return
    refused = {step.mapping for step in open_steps if step.cause is Cause.REJECTED}
    edits = list(_edits(sight))
    retitled = Counter(copy.key.event for _, copy, changed in edits if Field.TITLE in changed)
    copies = CopiesElsewhere(sight.outside, [copy for _, copy, _ in edits])
    for mapping, copy, changed in edits:
        alone = changed - {Field.TITLE} if retitled[copy.key.event] > 1 else changed
        found = REFUSED if mapping.id in refused else await _found(sight, mapping, copy, alone, copies)
        if isinstance(found, RoomRequest):
            sight.requests[mapping.id] = replace(found, retitles=found.retitles and Field.TITLE in alone)
        else:
            sight.unwritable[mapping.id] = found


def _edits(sight: Sight) -> Iterable[tuple[Mapping, CalendarItem, frozenset[Field]]]:
    """Return the meetings of somebody that the platform changed, with the room's copy and what was changed."""
    for mapping in list(sight.mappings.values()):
        changed = _edited(sight, mapping)
        copy = sight.events.get(mapping.calendar.key) if mapping.calendar and changed else None
        if isinstance(copy, CalendarItem) and not copy.is_organiser:
            yield mapping, copy, changed


def _edited(sight: Sight, mapping: Mapping) -> frozenset[Field]:
    """Return what the platform changed of a meeting that its organiser's mailbox could take."""
    if mapping.origin is not Side.CALENDAR or not mapping.is_linked or mapping.platform is None:
        return frozenset()
    booking = sight.bookings.get(mapping.platform.id)
    if not isinstance(booking, PlatformItem):
        return frozenset()
    changed = mapping.platform.print.changed_to(fingerprint(booking, sight.key))
    # What is shown as a title follows from whether the booking is private: that word is no title of the meeting.
    hidden = Field.PRIVATE in changed or booking.booking.private or sight.resource.policy.titles is not Titles.FULL
    return changed & ({Field.TIME} if hidden else {Field.TIME, Field.TITLE})


async def _found(
    sight: Sight, mapping: Mapping, copy: CalendarItem, changed: frozenset[Field], copies: CopiesElsewhere
) -> RoomRequest | str:
    """Return the request by which the organiser's event is written, or why it cannot be."""
    organiser = copy.booking.organiser
    if organiser is None or not copy.ical_uid:
        return NOT_THERE
    if not changed:
        return OF_SERIES
    owner = await copies.mailbox(organiser.address)
    if owner is None:
        return NOT_OF_TENANT
    try:
        event = await copies.of(owner.id, copy)
        if event is None or not event.is_organiser:
            return NOT_THERE
        meeting = await sight.outside.calendar.meeting(owner.id, event.event, sight.resource.address)
    except (NotFound, Rejected):
        return NOT_OPEN
    if not isinstance(meeting, Meeting) or not meeting.invited:
        return NOT_THERE
    sight.meetings[mapping.id] = meeting
    person, item = person_digest(owner.address, sight.key), meeting.item
    request = RoomRequest(owner.id, person, event.event, item.version, copy.ical_uid, item.modified)
    return replace(request, retitles=not item.booking.private)
