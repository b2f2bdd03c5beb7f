"""Signals as a cancellation: the first one lets everything be taken down in order, later ones change nothing.

A terminal's Ctrl-C often arrives twice, from the terminal and from make; the second must not interrupt the taking down.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def run_until_signalled(work: Coroutine[Any, Any, int]) -> int | None:
    """Run `work` to its end, or to its end after a signal has cancelled it: then the answer is None."""
    return asyncio.run(_watched(work))


async def _watched(work: Coroutine[Any, Any, int]) -> int | None:
    task = asyncio.create_task(work)
    signalled = False

    def end() -> None:
        nonlocal signalled
        if not signalled:
            signalled = True
            task.cancel()

    for number in _SIGNALS:
        asyncio.get_running_loop().add_signal_handler(number, end)
    try:
        return await task
    except asyncio.CancelledError:
        return None
