"""Forget what the rooms of meetings told each other, once those meetings are over."""

from __future__ import annotations

from datetime import timedelta

from shared.app.outside import Outside

KEPT = timedelta(days=7)


async def forget_meetings(outside: Outside) -> int:
    """Remove the rows of meetings that ended more than a week ago; return how many."""
    if outside.meetings is None:
        return 0
    return await outside.meetings.forget(outside.tenant, outside.clock.now() - KEPT)
