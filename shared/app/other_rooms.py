"""Look at the other rooms of a meeting, where this room attends only together with all of them.

Their calendars are read by the iCalUId that all copies share. Where a calendar shows nothing, what the room itself
has written into the meeting's row tells why, or the organiser's own copy, where that mailbox is open to us. A room
that cannot be seen at all says nothing; an unanswered copy attends as yet. Each occurrence of a series is a meeting of
its own, and the series of the other rooms are read as a whole. A full read and the proof of the night look at all
meetings that they read: of a room that is asked again, or that declines before its own run has seen the meeting, no
feed tells the others.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from shared.app.copies_elsewhere import CopiesElsewhere
from shared.app.outside import Outside
from shared.app.sight import Sight
from shared.domain.booking import Answer, CalendarItem, CalendarKey, Meeting
from shared.domain.commands import Command
from shared.domain.ids import EventId, MailboxId, ResourceId
from shared.domain.ledger import Mapping, OpenStep
from shared.domain.meeting_row import Attendance, MeetingRow
from shared.domain.other_rooms import asks_others, is_look, look_now, shared_by
from shared.domain.plan import CalendarReport
from shared.domain.policy import SeveralRooms
from shared.domain.presence import Presence, RoomSeen, as_organiser_sees, in_calendar, is_of_old, without_traces
from shared.domain.spans import occupied
from shared.ports.errors import NotFound, Rejected

_UNSEEN = (Presence.ABSENT, Presence.UNKNOWN)


async def look_at_other_rooms(sight: Sight, due: Iterable[OpenStep], *, everything: bool) -> None:
    """See the other rooms of meetings: of those whose look is due, of all in a full read or a proof."""
    if sight.resource.policy.several_rooms is SeveralRooms.ANY:
        return
    looked_for = {step.mapping for step in due if is_look(step)}
    known = {mapping.calendar.key: mapping for mapping in sight.mappings.values() if mapping.calendar}
    wanted = [
        event
        for key, event in sight.events.items()
        if isinstance(event, CalendarItem)
        and key in known
        and (everything or known[key].id in looked_for)
        and asks_others(event)
    ]
    if wanted:
        looking = _Looking(sight, CopiesElsewhere(sight.outside, wanted))
        for event in wanted:
            sight.other_rooms[event.key] = await looking.seen(event, known[event.key].held_since)


def meetings_with_others(sight: Sight, events: Iterable[CalendarItem]) -> dict[CalendarKey, CalendarReport]:
    """Return the events of meetings at whose other rooms a proof looks too."""
    if sight.resource.policy.several_rooms is SeveralRooms.ANY:
        return {}
    return {event.key: event for event in events if asks_others(event)}


async def with_look(
    outside: Outside, resource: ResourceId, steps: tuple[OpenStep, ...], command: Command
) -> tuple[OpenStep, ...]:
    """Return the open steps with the look that another room of a meeting, or of a series of meetings, asks for."""
    try:
        key = CalendarKey.parse(command.facts.get("event", ""))
    except ValueError:
        return steps
    for mapping in await _meant(outside, resource, key):
        known = next((step for step in steps if is_look(step) and step.mapping == mapping.id), None)
        kept = tuple(step for step in steps if step is not known)
        steps = (*kept, look_now(mapping, known, outside.clock.now()))
    return steps


async def _meant(outside: Outside, resource: ResourceId, key: CalendarKey) -> tuple[Mapping, ...]:
    found = await outside.ledgers.by_calendar_keys(resource, [key])
    if found or key.original_start is not None:
        return found
    now = outside.clock.now()
    members = await outside.ledgers.by_series(resource, key.event)
    return tuple(each for each in members if occupied(each.when, "UTC").end > now)


@dataclass
class _Looking:
    """The looks of one run; the copy of each organiser is found once, when it is first needed."""

    sight: Sight
    copies: CopiesElsewhere
    _rows: dict[CalendarKey, MeetingRow | None] = field(default_factory=dict)
    _organisers: dict[CalendarKey, tuple[MailboxId, EventId] | None] = field(default_factory=dict)

    async def seen(self, event: CalendarItem, asked: datetime) -> tuple[RoomSeen, ...]:
        """Return the other rooms of a meeting as they are seen now, ``asked`` being since when this one is in it."""
        # The row of a single meeting also names rooms that were asked since. One per occurrence is read only where a
        # calendar leaves a question.
        row = None if event.key.original_start else await self._row(event)
        told = [each.address for each in row.outcomes if not is_of_old(each, asked)] if row else []
        others = {address.casefold(): address for address in (*told, *event.rooms)}
        others.pop(self.sight.resource.address.casefold(), None)
        return tuple([await self._at(event, address, asked) for address in others.values()])

    async def _at(self, event: CalendarItem, address: str, asked: datetime) -> RoomSeen:
        name, presence = await self._by_calendar(event, address)
        is_plain = presence not in _UNSEEN and event.key.original_start is not None
        row = None if is_plain else await self._row(event)
        said = row.of(address) if row else None
        word = None if said is None or is_of_old(said, asked) else said
        if presence in _UNSEEN:
            is_refused = word is not None and word.attendance is Attendance.REFUSED
            by_organiser = None if is_refused else await self._by_organiser(event, address)
            presence = without_traces(word, by_organiser, is_empty=presence is Presence.ABSENT) or presence
        blamed = word.because if word and presence is Presence.REFUSED else ""
        return RoomSeen(blamed or name, presence)

    async def _by_calendar(self, event: CalendarItem, address: str) -> tuple[str, Presence]:
        room = await self.copies.mailbox(address)
        if room is None:
            return address, Presence.UNKNOWN
        if room.id == self.sight.resource.mailbox:
            return address, Presence.ATTENDS
        try:
            copy = await self.copies.of(room.id, event)
        except Rejected:
            return address, Presence.UNKNOWN
        return room.facts.name or address, in_calendar(copy)

    async def _by_organiser(self, event: CalendarItem, address: str) -> Presence | None:
        if event.key not in self._organisers:
            self._organisers[event.key] = await self._organisers_copy(event)
        found = self._organisers[event.key]
        if found is None:
            return None
        mailbox, copy = found
        try:
            meeting = await self.sight.outside.calendar.meeting(mailbox, copy, address)
        except (NotFound, Rejected):
            return None
        return as_organiser_sees(meeting) if isinstance(meeting, Meeting) else None

    async def _organisers_copy(self, event: CalendarItem) -> tuple[MailboxId, EventId] | None:
        organiser = event.booking.organiser
        owner = await self.copies.mailbox(organiser.address) if organiser is not None else None
        if owner is None:
            return None
        try:
            copy = await self.copies.of(owner.id, event)
        except Rejected:
            return None
        return (owner.id, copy.event) if copy is not None and copy.answer is not Answer.DECLINED else None

    async def _row(self, event: CalendarItem) -> MeetingRow | None:
        """Return what the rooms have written down of a meeting. Raises ``Retry``."""
        meetings, shared = self.sight.outside.meetings, shared_by(event)
        if meetings is None or shared is None:
            return None
        if event.key not in self._rows:
            self._rows[event.key] = await meetings.get(self.sight.outside.tenant, shared.id)
        return self._rows[event.key]
