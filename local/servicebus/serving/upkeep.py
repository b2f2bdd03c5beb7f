"""The clock of a connection: who does not open it in time or falls silent is cut, and who asks is told that we live."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from local.servicebus.amqp.types import UInt

if TYPE_CHECKING:
    from local.servicebus.serving.connection import Connection

IDLE_MS = 240_000
HANDSHAKE_SECONDS = 30.0


class Upkeep:
    """What is due on a connection without anything being received. Nothing runs after `end`."""

    def __init__(self, connection: Connection):
        self._connection = connection
        self._timers: list[asyncio.TimerHandle] = []
        self._heard_at = time.monotonic()
        self._is_open = False

    def begin(self) -> None:
        """Starts the clock of the handshake."""
        self._later(HANDSHAKE_SECONDS, self._check_handshake)

    def heard(self) -> None:
        """Something came from the client."""
        self._heard_at = time.monotonic()

    def opened(self, idle_time_out: UInt | None) -> None:
        """The handshake is done; a client that names its patience, in milliseconds, hears of us twice within it."""
        self._is_open = True
        self._later(IDLE_MS / 1000, self._check_idle)
        if idle_time_out:
            self._keep_alive(max(int(idle_time_out), 100) / 2000)

    def end(self) -> None:
        """The connection is gone."""
        for timer in self._timers:
            timer.cancel()

    def _later(self, seconds: float, act: Callable[[], None]) -> None:
        self._timers = [timer for timer in self._timers if timer.when() > asyncio.get_running_loop().time()]
        self._timers.append(asyncio.get_running_loop().call_later(seconds, act))

    def _check_handshake(self) -> None:
        if not self._is_open:
            self._connection.cut(f"a client that did not open its connection within {HANDSHAKE_SECONDS:g} seconds")

    def _check_idle(self) -> None:
        silent = time.monotonic() - self._heard_at
        if silent > 2 * IDLE_MS / 1000 and not self._connection.faults.frozen:
            self._connection.cut(f"a client that was silent for {silent:.0f} seconds")
        else:
            self._later(IDLE_MS / 1000, self._check_idle)

    def _keep_alive(self, seconds: float) -> None:
        self._connection.keep_alive()
        self._later(seconds, lambda: self._keep_alive(seconds))
