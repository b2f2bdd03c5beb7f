"""Blocked times that stand no more: what was reported because of one is judged again. Nothing is written.

No feed tells that a time was opened again or that opening hours have changed. While an overlap with such a time is
open, each run that nothing else makes judge it asks the platform once whether that time still stands as it did.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.sight import Sight
from shared.domain.booking import Window
from shared.domain.ledger import Cause, OpenStep
from shared.domain.spans import occupied


async def find_opened(sight: Sight, steps: Iterable[OpenStep]) -> tuple[OpenStep, ...]:
    """Return the open steps that wait for a blocked time which has gone, or has other bounds by now."""
    waiting = {step.id: (step, step.blocked) for step in steps if step.cause is Cause.CONFLICT and step.blocked}
    if not waiting:
        return ()
    blocked = [span for _, span in waiting.values()]
    window = Window(min(span.start for span in blocked), max(span.end for span in blocked))
    standing = await sight.outside.platform.blocks(sight.platform_id, window)
    kept = {occupied(block.when, sight.resource.facts.zone) for block in standing}
    return tuple(step for step, span in waiting.values() if span not in kept)
