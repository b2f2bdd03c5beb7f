"""A queue with sessions, served by instances that are added as it grows: how long wake-ups wait. Pure.

An instance takes a fixed number of wake-ups a second. As the scale controller of Flex Consumption does for sessions,
one instance is wanted for each ``SESSIONS`` messages that wait; it looks every ten seconds and adds what is missing,
ready some seconds later. Instances are not taken away meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SESSIONS = 64
LOOKED_EVERY = 10
READY_AFTER = 5
INSTANCES = 40
"""The most that an installation has, as deployed."""


@dataclass(frozen=True)
class Served:
    """How long wake-ups waited, in seconds, until when the last was taken up, and the most instances at work."""

    p50: float
    p95: float
    longest: float
    done_after: float
    instances: int


def serve(arrivals: Sequence[float], per_second: float, first: int = 1, most: int = INSTANCES) -> Served:
    """Return what becomes of wake-ups that arrive at these seconds."""
    waiting = sorted(arrivals)
    instances, ordered = first, list[tuple[float, int]]()
    taken, credit, now = 0, 0.0, 0.0
    waits: list[float] = []
    while taken < len(waiting):
        instances += sum(count for ready, count in ordered if ready <= now)
        ordered = [(ready, count) for ready, count in ordered if ready > now]
        due = _due(waiting, taken, now)
        credit = min(credit + instances * per_second, due)
        for _ in range(int(credit)):
            waits.append(now - waiting[taken])
            taken, credit = taken + 1, credit - 1
        if now % LOOKED_EVERY == 0:
            coming = instances + sum(count for _, count in ordered)
            wanted = min(-(-(due - int(credit)) // SESSIONS), most)
            if wanted > coming:
                ordered.append((now + READY_AFTER, wanted - coming))
        now += 1
    waits.sort()
    last = waiting[-1] if waiting else 0.0
    longest = waits[-1] if waits else 0.0
    return Served(_part(waits, 0.5), _part(waits, 0.95), longest, max(now, last), instances)


def _due(waiting: Sequence[float], taken: int, now: float) -> int:
    """Return how many of those that are not taken yet have arrived."""
    low, high = taken, len(waiting)
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if waiting[middle] <= now else (low, middle)
    return low - taken


def _part(ordered: Sequence[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0
