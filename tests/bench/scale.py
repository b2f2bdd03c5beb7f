"""How much is measured. A quick run has the same figures on less work; its numbers are for developing only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Rounds are repetitions of which the median counts; the rest are sizes."""

    rounds: int
    import_rounds: int
    bookings: int
    changes: int
    linked_rooms: int
    notifications: int
    notified_rooms: int
    ledgers: tuple[int, int, int]
    buildings: tuple[int, int]
    swept_rooms: int
    slots: tuple[int, ...]
    standing: int
    occurrences: int
    paints: int
    seen_changes: int


FULL = Scale(
    rounds=5,
    import_rounds=7,
    bookings=10_000,
    changes=200,
    linked_rooms=20,
    notifications=1000,
    notified_rooms=100,
    ledgers=(10, 1000, 20_000),
    buildings=(10, 1000),
    swept_rooms=150,
    slots=(8, 16, 64),
    standing=200,
    occurrences=250,
    paints=9,
    seen_changes=30,
)
QUICK = Scale(
    rounds=2,
    import_rounds=3,
    bookings=2000,
    changes=30,
    linked_rooms=6,
    notifications=200,
    notified_rooms=20,
    ledgers=(10, 100, 1000),
    buildings=(10, 60),
    swept_rooms=30,
    slots=(8, 64),
    standing=20,
    occurrences=20,
    paints=3,
    seen_changes=6,
)
