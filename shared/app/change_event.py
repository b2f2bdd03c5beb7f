"""Write fields of an event that this run has read, although its version was replaced meanwhile.

A version may be replaced where nothing that counts has changed: Exchange writes of its own accord, and whoever writes
one occurrence gives all others of its series a new version. What stands there is read again; only where it is exactly
what this run has seen is it written, once more and at once. Never is anything overwritten that nobody has looked at.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import CalendarItem, Gone
from shared.domain.ids import MailboxId
from shared.ports.calendar import Calendar, EventChange
from shared.ports.errors import Stale


async def change_event(calendar: Calendar, mailbox: MailboxId, seen: CalendarItem, change: EventChange) -> CalendarItem:
    """Write a change of what was seen, and return what stands. Raises ``Stale`` where something else stands there."""
    try:
        return await calendar.change(mailbox, seen.event, change, seen.version)
    except Stale:
        now = await calendar.read(mailbox, seen.key)
        if isinstance(now, Gone) or not _is_same(now, seen):
            raise
        return await calendar.change(mailbox, now.event, change, now.version)


def _is_same(now: CalendarItem, seen: CalendarItem) -> bool:
    """Tell whether only marks of a later write differ."""
    return replace(now, event=seen.event, version=seen.version, modified=seen.modified) == seen
