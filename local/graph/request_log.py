"""What was asked of the simulator: every Graph request, those inside a batch included, in order, with counts
by kind.

A kind is the method and the route, such as `GET /users/{user}/calendarView/delta`. The log is the simulator's
own and is not kept over a restart.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from local.graph.faults import mailbox_name
from local.graph.wire import Call, Handler, Reply

_KEPT = 50_000


@dataclass(frozen=True)
class Request:
    """One request as it was answered; `ms` is the time in the simulator, `mailbox` the object id where known."""

    seq: int
    at: datetime
    method: str
    path: str
    kind: str
    mailbox: str | None
    status: int
    ms: float
    in_batch: bool
    app: str | None


class RequestLog:
    """The last requests, and counts of all of them."""

    def __init__(self) -> None:
        self.entries: deque[Request] = deque(maxlen=_KEPT)
        self.last = 0

    def clear(self) -> None:
        """Forget all; the numbering goes on, so that a `since` stays valid."""
        self.entries.clear()

    def since(self, seq: int) -> list[Request]:
        """The requests after that number."""
        return [entry for entry in self.entries if entry.seq > seq]

    def shown(self, seq: int) -> Mapping[str, Any]:
        """The requests after that number with their counts, as `/sim/requests` answers."""
        found = self.since(seq)
        return {
            "last": self.last,
            "total": len(found),
            "counts": dict(Counter(entry.kind for entry in found)),
            "statuses": {str(status): n for status, n in Counter(entry.status for entry in found).items()},
            "value": [{**asdict(entry), "at": entry.at.isoformat()} for entry in found],
        }


async def middleware(call: Call, proceed: Handler) -> Reply:
    """Log a Graph request with the status it got; the simulator's own paths are not logged."""
    if not call.path.lower().startswith("/v1.0/"):
        return await proceed(call)
    log = call.sim.log
    started = time.perf_counter()
    status = 0
    try:
        reply = await proceed(call)
        status = reply.status
        return reply
    finally:
        log.last += 1
        log.entries.append(_entry(call, log.last, status, (time.perf_counter() - started) * 1000))


def _entry(call: Call, seq: int, status: int, ms: float) -> Request:
    name = mailbox_name(call)
    mailbox = call.sim.store.find_mailbox(name) if name else None
    return Request(
        seq=seq,
        at=call.sim.store.now(),
        method=call.method,
        path=call.path,
        kind=f"{call.method} {call.route.removeprefix('/v1.0') or call.path}",
        mailbox=mailbox.id if mailbox else name,
        status=status,
        ms=round(ms, 3),
        in_batch=call.in_batch,
        app=call.caller.app_id if call.caller else None,
    )
