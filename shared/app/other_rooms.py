"""Look at the other rooms of a meeting, where this room attends only together with all of them.

Only their calendars are read, by the iCalUId that all copies share. A room that is not of this tenant, or whose
calendar may not be read, says nothing; an unanswered copy attends as yet.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.sight import Sight
from shared.domain.booking import Answer, CalendarItem
from shared.domain.ledger import OpenStep
from shared.domain.other_rooms import asks_others, is_look
from shared.domain.policy import SeveralRooms
from shared.ports.errors import NotFound, Rejected


async def look_at_other_rooms(sight: Sight, due: Iterable[OpenStep], *, everything: bool) -> None:
    """Find meetings of which another room does not attend: those whose look is due, all in a full read."""
    if sight.resource.policy.several_rooms is SeveralRooms.ANY:
        return
    looked_for = {step.mapping for step in due if is_look(step)}
    keys = {mapping.calendar.key: mapping.id for mapping in sight.mappings.values() if mapping.calendar}
    for key, event in list(sight.events.items()):
        known = keys.get(key)
        wanted = known is not None and (everything or known in looked_for)
        if not wanted or not isinstance(event, CalendarItem) or not asks_others(event):
            continue
        refusing = await _refusing(sight, event)
        if refusing:
            sight.refusing[key] = refusing


async def _refusing(sight: Sight, event: CalendarItem) -> str:
    """Return the name of a room that was asked too and does not attend; empty where none is known."""
    for address in event.rooms:
        if address.casefold() == sight.resource.address.casefold():
            continue
        try:
            room = await sight.outside.directory.mailbox(address)
            copy = await sight.outside.calendar.find_copy(room.id, event.ical_uid)
        except (NotFound, Rejected):
            continue
        if copy is None or copy.booking.cancelled or copy.answer is Answer.DECLINED:
            return room.facts.name or address
    return ""
