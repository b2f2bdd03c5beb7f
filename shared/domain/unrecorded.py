"""Items that a waiting settlement was about and its row does not name: the open step names them instead. Pure.

A booking whose move waits keeps its row as it was. Where it moved on to another occurrence of its series, or to another
row of the platform, nothing else would tell where it is: the feeds have named it once.
"""

from __future__ import annotations

from dataclasses import replace

from shared.domain.plan import Settlement


def named(settlement: Settlement) -> Settlement:
    """Return a settlement whose open step names what its row does not."""
    step, row = settlement.open, settlement.after
    if step is None or row is None:
        return settlement
    event, booking = settlement.calendar, settlement.platform
    key = event.key if event and (row.calendar is None or row.calendar.key != event.key) else step.calendar
    row_id = booking.id if booking and (row.platform is None or row.platform.id != booking.id) else step.platform
    if (key, row_id) == (step.calendar, step.platform):
        return settlement
    return replace(settlement, open=replace(step, calendar=key, platform=row_id))
