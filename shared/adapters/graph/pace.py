"""How many requests of a tenant are on their way at once: as many as come, until Graph throttles the tenant.

A mailbox that is throttled alone has a limit of its own and slows no other, and so have the directory and the
subscriptions. Where three of them are throttled within ten seconds it is the tenant: what is on its way at once is
halved, and grows again by one with each round of successes. Until the time that Graph named nothing is asked at all;
whoever would have to wait longer than a moment for its turn is told to come back, because a run that waits is paid for
and holds its session.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from shared.domain.trouble import Trouble
from shared.ports.errors import NotDone

MOST = 64
"""As many as one instance serves resources at once: without throttling nobody waits."""
_TOGETHER = timedelta(seconds=10)
_FEWEST = 3
_PATIENCE_SECONDS = 2.0
_UNNAMED = timedelta(seconds=10)
_LONGEST = timedelta(minutes=10)


class Pace:
    """The pace of one tenant in one process."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.allowed = float(MOST)
        self._clock = clock
        self._on_their_way = 0
        self._closed_until: datetime | None = None
        self._slowed_at: datetime | None = None
        self._throttled: dict[str, datetime] = {}
        self._freed = asyncio.Condition()

    @asynccontextmanager
    async def turn(self, doing: str) -> AsyncIterator[None]:
        """Wait for a turn, for a moment at most. Raises ``NotDone`` with the time to come back."""
        self._refuse_while_closed(doing)
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS), self._freed:
                await self._freed.wait_for(lambda: self._on_their_way < int(self.allowed))
                self._on_their_way += 1
        except TimeoutError:
            raise _later(doing, _UNNAMED) from None
        try:
            yield
        finally:
            async with self._freed:
                self._on_their_way -= 1
                self._freed.notify_all()

    def answered(self) -> None:
        """A request was answered and not throttled."""
        self.allowed = min(self.allowed + 1 / self.allowed, MOST)

    def throttled(self, about: str, after: timedelta | None) -> None:
        """A request about a mailbox (or, about none, of this kind) was answered with 429."""
        now = self._clock()
        self._throttled = {each: at for each, at in self._throttled.items() if now - at <= _TOGETHER}
        self._throttled[about] = now
        if len(self._throttled) < _FEWEST:
            return
        until = now + min(after if after is not None else _UNNAMED, _LONGEST)
        self._closed_until = max(until, self._closed_until or until)
        if self._slowed_at is None or now - self._slowed_at >= timedelta(seconds=1):
            self.allowed, self._slowed_at = max(self.allowed / 2, 1.0), now

    def _refuse_while_closed(self, doing: str) -> None:
        left = self._closed_until - self._clock() if self._closed_until else timedelta()
        if left > timedelta():
            raise _later(doing, left)


def _later(doing: str, after: timedelta) -> NotDone:
    sentence = f"Graph was not asked to {doing}: it throttles this tenant."
    return NotDone(sentence, after).by(Trouble.CALENDAR_THROTTLES)
