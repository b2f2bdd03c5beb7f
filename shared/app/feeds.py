"""Both feeds of a resource since its token and its cursor, or in full where one of them is no longer honoured.

Nothing is concluded here: a change is what a side says, and what a feed leaves out is not gone. A calendar that did
not answer the continuation of its round in time, run after run, is read in full: a full read can be asked for in
smaller parts, a continuation cannot.
"""

from __future__ import annotations

import asyncio

from shared.app.sight import Sight
from shared.domain.ledger import Head
from shared.ports.calendar import CalendarChanges
from shared.ports.connector import ChangeBatch
from shared.ports.errors import CursorExpired, TimedOut

_IN_VAIN = 4
"""How many runs in a row may fail until a continuation that is not answered in time is given up."""


async def read_feeds(
    sight: Sight, head: Head, rebase: bool, *, platform_first: bool
) -> tuple[CalendarChanges | None, ChangeBatch, bool]:
    """Read both feeds; the calendar's is left unread where the platform alone woke us and shows nothing."""
    if platform_first:
        batch, platform_full = await _platform_changes(sight, head.cursor)
        if not batch.items and not batch.gone and batch.snapshot_of is None:
            return None, batch, False
        changes, calendar_full = await _calendar_changes(sight, head.token, head.attempts)
        return changes, batch, platform_full or calendar_full
    (changes, calendar_full), (batch, platform_full) = await asyncio.gather(
        _calendar_changes(sight, None if rebase else head.token, head.attempts),
        _platform_changes(sight, None if rebase else head.cursor),
    )
    return changes, batch, calendar_full or platform_full


async def _calendar_changes(sight: Sight, token: str | None, failures: int) -> tuple[CalendarChanges, bool]:
    calendar, mailbox = sight.outside.calendar, sight.resource.mailbox
    if token is not None:
        try:
            return await calendar.changes(mailbox, token, sight.window), False
        except CursorExpired:
            # The window stays where it is: it slides in a re-base, where both sides are read anew.
            pass
        except TimedOut:
            if failures + 1 < _IN_VAIN:
                raise
    return await calendar.changes(mailbox, None, sight.window), True


async def _platform_changes(sight: Sight, cursor: str | None) -> tuple[ChangeBatch, bool]:
    platform = sight.outside.platform
    if cursor is not None:
        try:
            return await platform.changes(sight.platform_id, cursor, sight.window), False
        except CursorExpired:
            pass
    return await platform.changes(sight.platform_id, None, sight.window), True
