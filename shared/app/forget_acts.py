"""Forget what people did longer ago than the tenant keeps it."""

from __future__ import annotations

from shared.app.outside import Outside


async def forget_acts(outside: Outside) -> int:
    """Remove the acts that are past the tenant's number of days; return how many."""
    if outside.acts is None:
        return 0
    return await outside.acts.forget(outside.tenant, outside.retention.ends(outside.clock.now()))
