"""A clock that stands where it is put, with random ids that repeat for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from shared.domain.ids import ulid


class StandingClock:
    """``Clock`` for tests. ``ulid`` keeps its order even when the clock is put back."""

    def __init__(self, now: datetime = datetime(2026, 11, 20, 9, 0, tzinfo=UTC), seed: int = 0) -> None:
        self._now = now.astimezone(UTC)
        self._random = random.Random(seed)
        self._last = 0

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Put the clock to an aware time."""
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Move the clock on and return its new time."""
        self._now += by
        return self._now

    def ulid(self) -> str:
        self._last = max(self._last + 1, int(self._now.timestamp() * 1000))
        return ulid(self._last, self._random.randbytes(10))
