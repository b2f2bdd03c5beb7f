"""Look at a resource of which nothing is to be written: both sides are read, what would be done is counted and shown.

Neither a side nor a mapping, an open step or a position in a feed is written, so that the run which may write again
finds all that happened meanwhile. A look that fails is shown and leaves the resource at rest: failing must never be
what lets it write again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from shared.app.outside import Outside
from shared.app.preview_plan import preview_plan
from shared.domain.ledger import Head
from shared.domain.preview import Fate
from shared.domain.resource import PAUSED, Resource, State
from shared.ports.errors import PortError, Stale
from shared.ports.ledgers import Writes

READ_ONLY = "this installation is read-only; nothing is written"


_WHEN = " when it is resumed"


@dataclass(frozen=True)
class Look:
    """What a look found: the sentence that is shown, and how many bookings would be written; None where it failed."""

    why: str
    waiting: int | None


async def look_on(
    outside: Outside, resource: Resource, head: Head, started: datetime, rest: str = PAUSED, *, orders: int = 0
) -> Look:
    """Read both sides and show on the resource's row what waits. ``rest`` says why nothing is written, ``orders``
    how many orders wait too.

    Raises the ports' errors only where the ledger or the row cannot be written.
    """
    look = await _look(outside, resource, rest)
    look = replace(look, why=f"{look.why}{_orders(orders)}")
    shown, after = replace(resource, why=look.why), replace(head, last_run=started, trailing=None)
    if look.waiting is not None:
        now = outside.clock.now()
        # Both say so: a ledger whose last look is older than the row's counts as one that was restored.
        shown, after = replace(shown, last_look=now, open_steps=look.waiting), replace(after, last_look=now)
    await outside.ledgers.commit(resource.id, head, after, Writes())
    if shown != resource:
        await _put(outside, shown)
    return look


async def _look(outside: Outside, resource: Resource, rest: str) -> Look:
    try:
        seen = await preview_plan(outside, resource)
    except Stale:
        raise
    except PortError as error:
        return Look(f"{rest}; at the last look: {error}", None)
    waiting = seen.counts(Fate.RUNS, Fate.HELD).bookings
    return Look(f"{rest}; {_bookings(waiting)}{_WHEN if rest == PAUSED else ''}", waiting)


def _orders(number: int) -> str:
    if not number:
        return ""
    return "; 1 order waits until then" if number == 1 else f"; {number} orders wait until then"


def _bookings(number: int) -> str:
    if not number:
        return "nothing would be"
    return f"{number} booking would be" if number == 1 else f"{number} bookings would be"


async def _put(outside: Outside, shown: Resource) -> None:
    """Write what was seen. Where the row was written meanwhile, another look follows that order."""
    try:
        await outside.resources.put(shown)
    except Stale:
        row = await outside.resources.get(shown.id)
        if row is not None and row.state is State.PAUSED:
            seen = replace(row, why=shown.why, last_look=shown.last_look, open_steps=shown.open_steps)
            await outside.resources.put(seen)
