"""The stretch of time that a tick of a timer answers for: from its last tick until now, so that a pause is made up for.

The host says when a timer ran last, but keeps no account of a schedule of less than a minute: for such a one each
process remembers its own ticks. A tick that knows of no other looks a minute back, and so does one whose last lies
further back than that in this process: another process may have had the timer meanwhile.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import azure.functions as func

from shared.composition import Composed

_USUAL_GAP = timedelta(minutes=1)


@contextmanager
def stretch(name: str, timer: func.TimerRequest, composition: Composed) -> Iterator[tuple[datetime, datetime]]:
    """Yield the last tick of a tenant's timer and now, both UTC. A tick whose work fails is not remembered."""
    now = composition.outside.clock.now()
    yield _last(timer, now) or max(now - _USUAL_GAP, composition.ticks.get(name, now - _USUAL_GAP)), now
    composition.ticks[name] = now


def _last(timer: func.TimerRequest, now: datetime) -> datetime | None:
    """Return when this timer ran last by the host's account, None where it keeps none that makes sense."""
    status = getattr(timer, "schedule_status", None) or {}
    try:
        last = datetime.fromisoformat(str(status.get("Last", "")))
    except ValueError:
        return None
    return None if last.tzinfo is None or last.year < now.year - 1 else last
