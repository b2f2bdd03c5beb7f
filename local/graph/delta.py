"""`/users/{id}/calendarView/delta` as it is observed (facts 2.1, 2.2).

Occurrences are bare, the master comes as an item with its first occurrence's times, any change to a series
sends all of it again, a series is not split over pages. What changed and is not in the window comes as
`@removed`, also when it was never there. A cancelled single occurrence leaves no trace unless
`occurrence_removals` is set. A first round may begin with an empty page. What changed less than the lag ago
is not there yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import quote

from local.graph.delta_token import Position, read_token, sync_state_lost, write_token
from local.graph.event_read import EVENT_TYPE, bare, full
from local.graph.events import ROOTS
from local.graph.faults import Fault
from local.graph.ids import occurrence_event_id, wire_form
from local.graph.lookup import reachable
from local.graph.query import option
from local.graph.series import expand, touches
from local.graph.simulation import Simulation
from local.graph.times import Lens, lens
from local.graph.values import Change, Event, EventId, Mailbox
from local.graph.windows import window
from local.graph.wire import Call, GraphError, Json, Reply, Route

UNSUPPORTED = (
    "The following parameters are not supported with change tracking over the 'CalendarView' resource: "
    "'$orderby, $filter, $select, $expand, $search'."
)
NO_TOP = (
    "The '$top' parameter is not supported with change tracking over the 'CalendarView' resource as page size cannot "
    "be guaranteed. Express page size preferences using the Prefer: odata.maxpagesize= header instead."
)


def routes() -> Iterable[Route]:
    """Delta on the mailbox's calendar; `delta()` and `microsoft.graph.delta()` are the same."""
    for root in ROOTS:
        base = f"/v1.0/users/{{user}}{root}/calendarView"
        yield Route("GET", f"{base}/delta", calendar_delta)
        yield Route("GET", f"{base}/graph.delta", calendar_delta)


async def calendar_delta(call: Call) -> Reply:
    """One page of a round."""
    mailbox = reachable(call)
    _refuse_options(call)
    position = _position(call, mailbox)
    look = lens(call)
    faults = call.sim.faults
    if faults.take(call, "sync_state_lost") is not None:
        raise sync_state_lost(position.generation)
    items: list[Json] = []
    after = position
    done = False
    if not _empty_page(call, position):
        items, after, done = _page(call, mailbox, position, look)
        if faults.take(call, "duplicate_items") is not None:
            items = [*items, *items]
    body = {"@odata.context": f"{call.base}/v1.0/$metadata#Collection(event)", "value": items}
    return Reply(200, body | _link(call, after, done), {"Preference-Applied": "odata.track-changes"})


def _refuse_options(call: Call) -> None:
    if option(call, "top") is not None:
        raise GraphError(400, "ErrorInvalidUrlQuery", NO_TOP)
    if any(option(call, name) is not None for name in ("select", "filter", "orderby", "expand", "search")):
        raise GraphError(400, "ErrorInvalidUrlQuery", UNSUPPORTED)


def _position(call: Call, mailbox: Mailbox) -> Position:
    store = call.sim.store
    skip, delta = option(call, "skiptoken"), option(call, "deltatoken")
    if skip:
        return read_token(store, mailbox.id, skip)
    if delta:
        position = read_token(store, mailbox.id, delta)
        return replace(position, since=position.until, until=_visible(call, mailbox, position.until))
    start, end = window(call)
    generation = store.generations.get(mailbox.id, 0)
    until = _visible(call, mailbox, 0)
    return Position(mailbox.id, start.isoformat(), end.isoformat(), None, until, generation)


def _visible(call: Call, mailbox: Mailbox, since: int) -> int:
    """The last change that delta shows already: with a lag, only those old enough."""
    store = call.sim.store
    fault: Fault | None = call.sim.faults.standing(call, "delta_lag")
    if fault is None:
        return store.last_seq(mailbox.id)
    old_enough = store.now() - timedelta(seconds=fault.seconds)
    shown = [change.seq for change in store.changes_since(mailbox.id, since) if change.at <= old_enough]
    return max(shown, default=since)


def _empty_page(call: Call, position: Position) -> bool:
    first_of_first = position.since is None and position.page == 0 and call.sim.settings.empty_first_page
    return first_of_first or call.sim.faults.take(call, "empty_page") is not None


def _page(call: Call, mailbox: Mailbox, position: Position, look: Lens) -> tuple[list[Json], Position, bool]:
    wanted = call.prefers().get("odata.maxpagesize", "")
    size = int(wanted) if wanted.isdecimal() and int(wanted) > 0 else call.sim.settings.delta_page_size
    items: list[Json] = []
    for event_id, changes in _groups(call.sim, mailbox, position):
        if len(items) >= size:
            return items, position, False
        items += _items(call.sim, (event_id, changes), position, look)
        position = replace(position, cursor=event_id)
    return items, position, True


def _groups(sim: Simulation, mailbox: Mailbox, position: Position) -> list[tuple[EventId, list[Change]]]:
    """Single events and series still to be sent, in the order of their ids, with what happened to each."""
    store = sim.store
    if position.since is None:
        ids = (event.id for event in store.events_of(mailbox.id) if event.series_master is None)
        return [(event_id, []) for event_id in sorted(ids) if event_id > position.cursor]
    changed: dict[EventId, list[Change]] = {}
    for change in store.changes_since(mailbox.id, position.since):
        if change.seq <= position.until and change.event > position.cursor:
            changed.setdefault(change.event, []).append(change)
    return sorted(changed.items())


def _items(sim: Simulation, group: tuple[EventId, list[Change]], position: Position, look: Lens) -> list[Json]:
    event_id, changes = group
    event = sim.store.event(event_id)
    inside = list(_inside(sim, event, position, look)) if event is not None and event.stored == "calendar" else []
    if not inside:
        return [] if position.since is None else [_removed(event_id, look)]
    return inside + list(_gone(sim, event_id, changes, look))


def _inside(sim: Simulation, event: Event, position: Position, look: Lens) -> Iterator[Json]:
    start, end = position.window()
    if event.kind != "seriesMaster":
        if touches(event, start, end):
            yield _full(event, look)
        return
    found = list(expand(sim.store, event, start, end))
    if found:
        yield _full(event, look)
    for item in found:
        yield bare(item, look) if item.kind == "occurrence" else _full(item, look)


def _full(event: Event, look: Lens) -> Json:
    return {"@odata.type": EVENT_TYPE, **full(event, look)}


def _gone(sim: Simulation, master: EventId, changes: Iterable[Change], look: Lens) -> Iterator[Json]:
    if not sim.settings.occurrence_removals:
        return
    days: list[date] = sorted({day for change in changes for day in change.gone})
    for day in days:
        yield _removed(occurrence_event_id(master, day), look)


def _removed(event_id: EventId, look: Lens) -> Json:
    name = wire_form(event_id, look.immutable)
    return {"@odata.type": EVENT_TYPE, "id": name, "@removed": {"reason": "deleted"}}


def _link(call: Call, position: Position, done: bool) -> Json:
    if done:
        following = replace(position, since=None, cursor="", page=0)
        return {"@odata.deltaLink": _address(call, "$deltatoken", following)}
    return {"@odata.nextLink": _address(call, "$skiptoken", replace(position, page=position.page + 1))}


def _address(call: Call, name: str, position: Position) -> str:
    return f"{call.base}{call.path}?{name}={quote(write_token(position), safe='')}"
