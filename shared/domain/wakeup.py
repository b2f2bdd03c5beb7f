"""Why a resource is woken, and which wake-ups are folded into one. Pure.

The first wake-up runs at once. A hint that comes less than a second after the start of the resource's last
run is folded into one trailing run at that start plus one second, unless another run begins before the trailing
wake-up is taken up: that one has seen what was folded. As long as a resource that failed waits for its next attempt
only an order runs: the attempt has a wake-up of its own, and every other one that failed too would leave another
behind it, for ever. Everything else always runs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.ledger import Head


class WakeCause(StrEnum):
    """Why a wake-up was sent."""

    NOTIFICATION = "notification"
    PLATFORM = "platform"
    SWEEP = "sweep"
    TRAILING = "trailing"
    DUE = "due"
    COMMAND = "command"


TRAILING = timedelta(seconds=1)
LOST_AFTER = timedelta(seconds=5)
LATE_DELTA = timedelta(seconds=30)
EARLY = timedelta(seconds=5)
"""By how much the queue's clock may be ahead of ours: a wake-up that seems early by less than this is taken for due."""

_HINTS = (WakeCause.NOTIFICATION, WakeCause.PLATFORM)


@dataclass(frozen=True)
class Folded:
    """A wake-up that needs no run of its own; ``send_at`` is when the trailing one has to be sent for, if at all."""

    send_at: datetime | None


def fold(cause: WakeCause, head: Head, now: datetime) -> Folded | None:
    """Return how a wake-up is folded, or None when the run takes place."""
    if cause is WakeCause.COMMAND:
        return None
    if cause is WakeCause.DUE:
        return Folded(None) if head.not_before is not None and now < head.not_before - EARLY else None
    if head.not_before is not None and now < head.not_before:
        return Folded(None)
    if cause is WakeCause.TRAILING:
        # Every run takes the note off the head. In a backlog several trailing wake-ups wait behind each other.
        return None if head.trailing is not None else Folded(None)
    if cause not in _HINTS or head.last_run is None or not now - head.last_run < TRAILING:
        return None
    if head.trailing is not None and head.trailing > now - LOST_AFTER:
        return Folded(None)
    return Folded(head.last_run + TRAILING)


def retry_delay(attempts: int, asked: timedelta | None, sweep: timedelta) -> timedelta:
    """Return how long to wait before the next attempt: as asked, else a second doubling up to the sweep."""
    if asked is not None:
        return min(max(asked, timedelta(milliseconds=100)), timedelta(days=1))
    return min(timedelta(seconds=2 ** min(attempts, 20)), sweep)
