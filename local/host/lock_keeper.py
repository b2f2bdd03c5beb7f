"""Keeps a lock while a function runs, as the .NET processor does: renews shortly before it ends, up to a longest time.

Renewing stops, without a word, after `maxAutoLockRenewalDuration`; a renewal that fails is told once and not tried
again, because the lock is then lost or the broker away, and in both cases the message comes again. When the function
has ended, the keeper is stopped before the message is settled, so the connection has one user at a time.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from types import TracebackType
from typing import Final, Self

_log = logging.getLogger("host.servicebus")
Renew = Callable[[], Awaitable[datetime]]
_MARGIN: Final = 10.0
_LEAST: Final = 0.4


class LockKeeper:
    """`async with LockKeeper(...)`: the lock is renewed inside. `most` in seconds, 0 for never."""

    def __init__(self, renew: Renew, until: datetime | None, most: float, what: str) -> None:
        self._renew = renew
        self._until = until
        self._most = most
        self._what = what
        self._renewing = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        if self._until is not None and self._most > 0:
            self._task = asyncio.create_task(self._keep(self._until), name=f"keep the lock on {self._what}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._task is None:
            return
        async with self._renewing:
            self._task.cancel()
        with suppress(asyncio.CancelledError):
            await self._task

    async def _keep(self, until: datetime) -> None:
        end = asyncio.get_running_loop().time() + self._most
        while True:
            await asyncio.sleep(delay_before_renewal((until - datetime.now(UTC)).total_seconds()))
            if asyncio.get_running_loop().time() >= end:
                return
            async with self._renewing:
                try:
                    until = await self._renew()
                except Exception as error:  # whatever the SDK raises: the lock is not ours any more
                    _log.warning("the lock on %s was not renewed: %s", self._what, " ".join(str(error).split()))
                    return


def delay_before_renewal(remaining: float) -> float:
    """Seconds to wait while `remaining` are left on the lock (`ReceiverManager.CalculateRenewDelay`)."""
    if remaining < _LEAST:
        return 0.0
    return remaining - min(remaining / 2, _MARGIN)
