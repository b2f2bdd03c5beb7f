"""Look at the other rooms of a meeting, where this room attends only together with all of them.

Their calendars are read by the iCalUId that all copies share. Where a calendar shows nothing, what the room itself
has written into the meeting's row tells why, or the organiser's own copy, where that mailbox is open to us. A room
that cannot be seen at all says nothing; an unanswered copy attends as yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.app.outside import Outside
from shared.app.sight import Sight
from shared.domain.booking import Answer, CalendarItem, CalendarKey, Meeting
from shared.domain.commands import Command
from shared.domain.ids import EventId, MailboxId, ResourceId
from shared.domain.ledger import OpenStep
from shared.domain.meeting_row import Attendance, MeetingRow, meeting_id
from shared.domain.other_rooms import asks_others, is_look, look_now
from shared.domain.policy import SeveralRooms
from shared.domain.presence import Presence, RoomSeen, as_organiser_sees, by_its_word, in_calendar
from shared.ports.errors import NotFound, Rejected


async def look_at_other_rooms(sight: Sight, due: Iterable[OpenStep], *, everything: bool) -> None:
    """See the other rooms of meetings: of those whose look is due, of all in a full read."""
    if sight.resource.policy.several_rooms is SeveralRooms.ANY:
        return
    looked_for = {step.mapping for step in due if is_look(step)}
    keys = {mapping.calendar.key: mapping.id for mapping in sight.mappings.values() if mapping.calendar}
    for key, event in list(sight.events.items()):
        known = keys.get(key)
        wanted = known is not None and (everything or known in looked_for)
        if wanted and isinstance(event, CalendarItem) and asks_others(event):
            sight.other_rooms[key] = await _seen(sight, event)


async def with_look(
    outside: Outside, resource: ResourceId, steps: tuple[OpenStep, ...], command: Command
) -> tuple[OpenStep, ...]:
    """Return the open steps with the look that another room of a meeting asks for."""
    try:
        key = CalendarKey.parse(command.facts.get("event", ""))
    except ValueError:
        return steps
    for mapping in await outside.ledgers.by_calendar_keys(resource, [key]):
        known = next((step for step in steps if is_look(step) and step.mapping == mapping.id), None)
        kept = tuple(step for step in steps if step is not known)
        steps = (*kept, look_now(mapping, known, outside.clock.now()))
    return steps


async def _seen(sight: Sight, event: CalendarItem) -> tuple[RoomSeen, ...]:
    meetings = sight.outside.meetings
    row = await meetings.get(sight.outside.tenant, meeting_id(event.ical_uid)) if meetings is not None else None
    told = [outcome.address for outcome in row.outcomes] if row else []
    others = {address.casefold(): address for address in (*told, *event.rooms)}
    others.pop(sight.resource.address.casefold(), None)
    looking = _Looking(sight, event, row)
    return tuple([await looking.at(address) for address in others.values()])


@dataclass
class _Looking:
    """One look at the rooms of one meeting; its organiser's copy is found once, when it is first needed."""

    sight: Sight
    event: CalendarItem
    row: MeetingRow | None
    asked_organiser: bool = False
    organisers: tuple[MailboxId, EventId] | None = None

    async def at(self, address: str) -> RoomSeen:
        name, presence = await self._by_calendar(address)
        outcome = self.row.of(address) if self.row else None
        if presence in (Presence.ABSENT, Presence.UNKNOWN):
            presence = by_its_word(outcome) or await self._by_organiser(address) or presence
        if presence is Presence.ABSENT and outcome is not None and outcome.attendance is Attendance.GONE:
            presence = Presence.REFUSED
        blamed = outcome.because if outcome and presence is Presence.REFUSED else ""
        return RoomSeen(blamed or name, presence)

    async def _by_calendar(self, address: str) -> tuple[str, Presence]:
        outside = self.sight.outside
        try:
            room = await outside.directory.mailbox(address)
            if room.id == self.sight.resource.mailbox:
                return address, Presence.ATTENDS
            copy = await outside.calendar.find_copy(room.id, self.event.ical_uid)
        except (NotFound, Rejected):
            return address, Presence.UNKNOWN
        return room.facts.name or address, in_calendar(copy)

    async def _by_organiser(self, address: str) -> Presence | None:
        if not self.asked_organiser:
            self.asked_organiser = True
            self.organisers = await self._organisers_copy()
        if self.organisers is None:
            return None
        mailbox, event = self.organisers
        try:
            meeting = await self.sight.outside.calendar.meeting(mailbox, event, address)
        except (NotFound, Rejected):
            return None
        return as_organiser_sees(meeting) if isinstance(meeting, Meeting) else None

    async def _organisers_copy(self) -> tuple[MailboxId, EventId] | None:
        organiser = self.event.booking.organiser
        if organiser is None:
            return None
        try:
            owner = await self.sight.outside.directory.mailbox(organiser.address)
            copy = await self.sight.outside.calendar.find_copy(owner.id, self.event.ical_uid)
        except (NotFound, Rejected):
            return None
        return (owner.id, copy.event) if copy is not None and copy.answer is not Answer.DECLINED else None
