"""`/users/{id}/calendarView`: what touches a window, series expanded, soft-deleted items left out (facts
3.1).
"""

from __future__ import annotations

from collections.abc import Iterable

from local.graph.attendant import instances
from local.graph.event_read import full
from local.graph.events import ROOTS
from local.graph.lookup import reachable
from local.graph.query import answer_list, option
from local.graph.times import Lens, lens
from local.graph.values import Event
from local.graph.windows import window
from local.graph.wire import Call, Json, Reply, Route

_NOT_SELECTABLE = ("createdDateTime", "lastModifiedDateTime")


def routes() -> Iterable[Route]:
    """The view of the mailbox's calendar."""
    for root in ROOTS:
        yield Route("GET", f"/v1.0/users/{{user}}{root}/calendarView", calendar_view)


async def calendar_view(call: Call) -> Reply:
    """One page, by start; `createdDateTime` and `lastModifiedDateTime` cannot be selected here (facts 3.1)."""
    mailbox = reachable(call)
    start, end = window(call)
    found = sorted(instances(call.sim.store, mailbox, start, end), key=lambda event: (event.span.start, event.id))
    return answer_list(call, found, lens(call), _render_selected if option(call, "select") else full)


def _render_selected(event: Event, look: Lens) -> Json:
    return {name: value for name, value in full(event, look).items() if name not in _NOT_SELECTABLE}
