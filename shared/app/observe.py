"""Observe: what both sides show now, as far as this run must know it.

The head, the calendar's delta since the token, the platform's changes since the cursor, due open steps with
both sides read by id, the mappings touched, and their neighbours in time. Absence is only a hint here: each
is read by id before it becomes a report. Nothing is written.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from datetime import datetime, time, timedelta

from shared.app.blocked_times import find_opened
from shared.app.feeds import read_feeds
from shared.app.find_creations import find_creations
from shared.app.find_drift import find_drift
from shared.app.neighbours import read_coming_day, read_neighbours, read_twins
from shared.app.observed import Observed
from shared.app.orders import Orders
from shared.app.organisers_event import find_organisers_events
from shared.app.other_rooms import look_at_other_rooms
from shared.app.outside import Outside
from shared.app.proof import find_differences
from shared.app.read_mappings import read_absent, read_mappings, read_other_sides, read_successors
from shared.app.read_open_steps import judged_again, read_let_go, read_open_steps
from shared.app.read_organisers import read_organisers
from shared.app.room_answers import look_at_requests
from shared.app.series_sight import know_whole_series
from shared.app.sight import Sight, places_of
from shared.app.standing_series import read_standing_series
from shared.app.unfinished_series import find_second_halves
from shared.domain.booking import Block, Window
from shared.domain.commands import Verb
from shared.domain.ledger import Cause, Head, OpenStep
from shared.domain.lost_before import was_to_go
from shared.domain.plan import LedgerView
from shared.domain.policy import Policy
from shared.domain.wakeup import WakeCause
from shared.ports.calendar import CalendarChanges
from shared.ports.connector import ChangeBatch

_READS_ALL = (Verb.LINK, Verb.REBASE, Verb.SUBSCRIBE, Verb.POLICY, Verb.GO_LIVE)


def horizon(policy: Policy, now: datetime) -> Window:
    """Return the window of a policy around ``now``, from midnight UTC to midnight UTC."""
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    return Window(midnight - timedelta(days=policy.days_back), midnight + timedelta(days=policy.days_ahead + 1))


async def observe(outside: Outside, orders: Orders, head: Head, cause: WakeCause) -> Observed:
    """Return what both sides show. Raises the ports' errors; nothing has been written then."""
    rebase = _is_rebase(orders, head)
    sight = await _first_sight(outside, orders, head, rebase)
    due = _due(orders, sight.now)
    quiet = cause is WakeCause.PLATFORM and not rebase and not due and not orders.commands
    changes, batch, full = await read_feeds(sight, head, rebase, platform_first=quiet)
    _take(sight, changes, batch)
    due += judged_again(sight, orders, changes, batch, due) or await find_opened(sight, orders.open_steps)
    # An overlap that a person has permitted to settle is judged like an open one: with what stands beside it.
    judged = (step for step in due if step.cause is Cause.CONFLICT or step.permitted or was_to_go(step))
    sight.disputed = frozenset(step.mapping for step in judged if step.mapping)
    await read_mappings(sight, changes, batch, full)
    await read_absent(sight, changes, batch, full)
    await read_open_steps(sight, due)
    await read_let_go(sight, orders.let_go)
    await find_creations(sight)
    await find_second_halves(sight, orders.open_steps)
    proving = any(command.verb is Verb.PROVE for command in orders.commands)
    differences = await find_differences(sight) if proving else None
    unreadable = await _read_beside(sight, orders, head, due, everything=full or proving)
    blocks = await read_neighbours(sight)
    await read_twins(sight)
    return Observed(
        _view(sight, orders, head, blocks, bulk=full or proving),
        tuple(sight.events.values()),
        tuple(sight.bookings.values()),
        (*(changes.set_aside if changes else ()), *batch.set_aside, *sight.set_aside),
        _understood(changes, batch),
        changes.token if changes else head.token,
        batch.cursor,
        sight.window,
        orders,
        frozenset(step.id for step in due),
        _found_nothing(changes, batch),
        differences,
        sight.all_mappings_known,
        rebase,
        unreadable,
        cause,
        find_drift(sight, head),
        not full and changes is not None and bool(changes.items or changes.hints or changes.series),
    )


def _due(orders: Orders, now: datetime) -> tuple[OpenStep, ...]:
    """Return the open steps that are due. A mail concerns what is told of a booking, and not what becomes of it."""
    steps = (step for step in orders.open_steps if step.cause is not Cause.MAIL)
    return tuple(step for step in steps if step.due is not None and step.due <= now)


def _is_rebase(orders: Orders, head: Head) -> bool:
    """Tell whether both sides are read in full."""
    reads_all = any(command.verb in _READS_ALL for command in orders.commands)
    return head.token is None or reads_all or _is_rebuild(orders, head)


async def _read_beside(
    sight: Sight, orders: Orders, head: Head, due: tuple[OpenStep, ...], *, everything: bool
) -> MappingOf[str, datetime]:
    """Read what the plan of the bookings seen depends on: their other sides, organisers, rooms, successors, series.

    Returns the organisers whose mailboxes cannot be read, and until when they are not asked.
    """
    await read_other_sides(sight)
    await look_at_requests(sight, orders.open_steps, due)
    await look_at_other_rooms(sight, due, everything=everything)
    again = frozenset(step.mapping for step in due if step.mapping)
    unreadable = await read_organisers(sight, head.unreadable, again, all_of_them=_policy_changed(orders))
    await read_coming_day(sight)
    await read_successors(sight)
    await know_whole_series(sight)
    await read_standing_series(sight)
    # Last, because a booking that was read on the way may be one that the platform has changed.
    await find_organisers_events(sight, orders.open_steps)
    return unreadable


def _found_nothing(changes: CalendarChanges | None, batch: ChangeBatch) -> bool:
    """Tell that both feeds were read and neither showed a change."""
    if changes is None:
        return False
    return not (changes.items or changes.hints or changes.series or batch.items or batch.gone)


def _is_rebuild(orders: Orders, head: Head) -> bool:
    """Tell whether the ledger is older than what its own runs have shown, or a person says that it is."""
    shown = orders.resource.last_look
    is_older = shown is not None and (head.last_look is None or head.last_look < shown)
    return is_older or any(command.verb is Verb.REBUILD for command in orders.commands)


async def _first_sight(outside: Outside, orders: Orders, head: Head, rebase: bool) -> Sight:
    """Return a sight in which nothing has been seen: the window moves in a read in full only."""
    resource, now = orders.resource, outside.clock.now()
    assert resource.platform is not None
    key = await outside.secrets.fingerprint_key()
    window = horizon(resource.policy, now) if rebase else _window_of(head, resource.policy, now)
    return Sight(outside, resource, resource.platform, now, key, window, elsewhere=places_of(orders.open_steps))


def _policy_changed(orders: Orders) -> bool:
    return any(command.verb in (Verb.POLICY, Verb.LINK) for command in orders.commands)


def _view(sight: Sight, orders: Orders, head: Head, blocks: tuple[Block, ...], *, bulk: bool) -> LedgerView:
    """Return what the planner sees of the ledger, and of what was read beside both feeds."""
    return LedgerView(
        tuple(sight.mappings.values()),
        orders.open_steps,
        blocks,
        sight.key,
        sight.resource.facts.zone,
        sight.window,
        sight.resource.facts.name,
        bulk=bulk,
        policy_changed=_policy_changed(orders),
        stray_buffers=tuple(sight.stray_buffers),
        astray=frozenset(sight.astray),
        meetings=sight.meetings,
        first=head.token is None,
        known=head.mappings,
        foreseen=orders.foreseen,
        rebuild=_is_rebuild(orders, head),
        requests=sight.requests,
        other_rooms=sight.other_rooms,
        unwritable=sight.unwritable,
        discarded=orders.let_go,
        takes_requests=sight.outside.platform.capabilities.requests,
        series=sight.series,
        declined_series=frozenset(sight.declined_series),
    )


def _window_of(head: Head, policy: Policy, now: datetime) -> Window:
    if head.window_start is None or head.window_end is None:
        return horizon(policy, now)
    return Window(head.window_start, head.window_end)


def _understood(changes: CalendarChanges | None, batch: ChangeBatch) -> frozenset[str]:
    """Return the keys of all items that a feed showed and that made sense, or that it called removed."""
    events = () if changes is None else (*(str(item.key) for item in changes.items), *map(str, changes.hints))
    return frozenset((*events, *(str(item.id) for item in batch.items), *map(str, batch.gone)))


def _take(sight: Sight, changes: CalendarChanges | None, batch: ChangeBatch) -> None:
    if changes is not None:
        sight.events.update({item.key: item for item in changes.items})
    sight.bookings.update({item.id: item for item in batch.items})
