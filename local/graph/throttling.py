"""Outlook's limits per application and mailbox: four requests at a time, 10,000 in ten minutes (facts 4).

Every request takes the service time of the settings, because a limit on concurrency means nothing where
requests take no time. Directory and place requests are not counted here.
"""

from __future__ import annotations

import asyncio
from collections import deque
from datetime import datetime, timedelta

from local.graph.faults import mailbox_name
from local.graph.wire import Call, GraphError, Handler, Reply

WINDOW = timedelta(minutes=10)


class Throttle:
    """What is in flight and what was asked lately, by application and mailbox."""

    def __init__(self) -> None:
        self.in_flight: dict[tuple[str, str], int] = {}
        self.recent: dict[tuple[str, str], deque[datetime]] = {}

    def enter(self, key: tuple[str, str], limits: tuple[int, int], now: datetime) -> None:
        """Count a request in; 429 over a limit."""
        concurrent, per_window = limits
        recent = self.recent.setdefault(key, deque())
        while recent and recent[0] < now - WINDOW:
            recent.popleft()
        recent.append(now)
        if self.in_flight.get(key, 0) >= concurrent:
            raise _refused("Application is over its MailboxConcurrency limit.", "1")
        if len(recent) > per_window:
            wait = (recent[0] + WINDOW - now).total_seconds()
            raise _refused("Application is over its MailboxRequests limit.", str(max(int(wait), 1)))
        self.in_flight[key] = self.in_flight.get(key, 0) + 1

    def leave(self, key: tuple[str, str]) -> None:
        """Count a request out."""
        self.in_flight[key] -= 1
        if not self.in_flight[key]:
            del self.in_flight[key]


def _refused(message: str, retry_after: str) -> GraphError:
    return GraphError(429, "ApplicationThrottled", message, headers={"Retry-After": retry_after})


async def middleware(call: Call, proceed: Handler) -> Reply:
    """Let a mailbox request through where the limits allow it."""
    settings = call.sim.settings
    name = mailbox_name(call)
    if name is None:
        return await proceed(call)
    mailbox = call.sim.store.find_mailbox(name)
    key = (call.caller.app_id if call.caller else "", mailbox.id if mailbox else name.lower())
    limits = (settings.concurrency_per_mailbox, settings.requests_per_mailbox)
    call.sim.throttle.enter(key, limits, call.sim.store.now())
    try:
        fault = call.sim.faults.take(call, "latency")
        await asyncio.sleep(settings.latency_ms / 1000 + (fault.seconds if fault else 0))
        return await proceed(call)
    finally:
        call.sim.throttle.leave(key)
