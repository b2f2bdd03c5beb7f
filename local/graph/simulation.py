"""One running simulator: its store, its settings and the parts that act on their own.

Handlers reach everything through `call.sim`. Background work is started with `spawn`, so that the application
can end it; nothing runs before the application starts.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp

from local.graph.faults import Faults
from local.graph.request_log import RequestLog
from local.graph.settings import Settings
from local.graph.store import Store
from local.graph.throttling import Throttle
from local.graph.values import MailboxId
from local.graph.wire import Call, Handler, Reply

log = logging.getLogger("local.graph")


class Simulation:
    """The store and what acts on it."""

    def __init__(self, store: Store, settings: Settings | None = None) -> None:
        self.store = store
        self._initial = settings or Settings()
        self.settings = replace(self._initial)
        self.faults = Faults(store)
        self.log = RequestLog()
        self.throttle = Throttle()
        self.dispatch: Handler = _not_built
        self._inboxes: dict[MailboxId, asyncio.Lock] = {}
        self._http: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def apply_settings(self, settings: Settings) -> None:
        """Let other settings hold from now on."""
        self.settings = settings
        self.store.clock_offset = timedelta(seconds=settings.clock_offset_s)

    def forget(self) -> None:
        """Back to the first settings, without faults, request log and what is under way; the store is not
        touched.
        """
        self.apply_settings(replace(self._initial))
        self.faults.clear()
        self.log.clear()
        self._inboxes.clear()

    def inbox(self, mailbox: MailboxId) -> asyncio.Lock:
        """What orders the meeting mails that arrive at one mailbox."""
        return self._inboxes.setdefault(mailbox, asyncio.Lock())

    def http(self) -> aiohttp.ClientSession:
        """The client for handshakes and notifications; made at first use."""
        if self._http is None:
            self._http = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        return self._http

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run work in the background until it is done or the simulator stops; its failure is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("Background work of the simulator failed.", exc_info=task.exception())

    async def stop(self) -> None:
        """End all background work."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._http is not None:
            await self._http.close()
            self._http = None


async def _not_built(call: Call) -> Reply:
    raise RuntimeError(f"The simulator has no routes yet; build_app sets them ({call.method} {call.path}).")
