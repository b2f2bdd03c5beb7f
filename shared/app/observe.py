"""Observe: what both sides show now, as far as this run must know it.

The head, the calendar's delta since the token, the platform's changes since the cursor, due open steps with
both sides read by id, the mappings touched, and their neighbours in time. Absence is only a hint here: each
is read by id before it becomes a report. Nothing is written.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta

from shared.app.feeds import read_feeds
from shared.app.neighbours import read_coming_day, read_neighbours, read_twins
from shared.app.orders import Orders
from shared.app.organisers_event import find_organisers_events
from shared.app.other_rooms import look_at_other_rooms
from shared.app.outside import Outside
from shared.app.proof import find_differences
from shared.app.read_organisers import read_organisers
from shared.app.room_answers import find_request, look_at_requests
from shared.app.series_sight import find_made_series, know_whole_series
from shared.app.sight import Sight, booking_changed, event_changed
from shared.domain.booking import Block, CalendarKey, PlatformItem, SetAside, Side, Window
from shared.domain.commands import Verb
from shared.domain.ids import EventId, transaction_id
from shared.domain.ledger import Cause, Head, Mapping, MappingState, OpenStep
from shared.domain.plan import CalendarReport, LedgerView, PlatformReport
from shared.domain.policy import Direction, Policy
from shared.domain.shadow import LOOKED_AT
from shared.domain.spans import Span, occupied
from shared.domain.wakeup import WakeCause
from shared.ports.calendar import CalendarChanges
from shared.ports.connector import ChangeBatch

_JUDGED_AGAIN = (Cause.CONFLICT, Cause.SETTLING)
_READS_ALL = (Verb.LINK, Verb.REBASE, Verb.SUBSCRIBE, Verb.POLICY, Verb.GO_LIVE)


@dataclass(frozen=True)
class Observed:
    """What a run saw.

    ``found_nothing`` tells that both feeds were read and neither showed a change. ``differences`` is how many
    bookings a proof read found unequal that no feed had named (None: this run was no proof read). ``all_known``
    tells that the view holds every mapping of the resource, ``rebased`` that both sides were read in full.
    ``unreadable`` is what the head remembers next.
    ``cause`` is what woke the run.
    """

    view: LedgerView
    calendar: tuple[CalendarReport, ...]
    platform: tuple[PlatformReport, ...]
    set_aside: tuple[SetAside, ...]
    understood: frozenset[str]
    token: str | None
    cursor: str | None
    window: Window
    orders: Orders
    due: frozenset[str] = frozenset()
    found_nothing: bool = False
    differences: int | None = None
    all_known: bool = False
    rebased: bool = False
    unreadable: MappingOf[str, datetime] = field(default_factory=dict)
    cause: str = ""


def horizon(policy: Policy, now: datetime) -> Window:
    """Return the window of a policy around ``now``, from midnight UTC to midnight UTC."""
    midnight = datetime.combine(now.date(), time(), now.tzinfo)
    return Window(midnight - timedelta(days=policy.days_back), midnight + timedelta(days=policy.days_ahead + 1))


async def observe(outside: Outside, orders: Orders, head: Head, cause: WakeCause) -> Observed:
    """Return what both sides show. Raises the ports' errors; nothing has been written then."""
    open_steps, commands = orders.open_steps, orders.commands
    reads_all = any(command.verb in _READS_ALL for command in commands)
    rebase = head.token is None or reads_all or _is_rebuild(orders, head)
    sight = await _first_sight(outside, orders, head, rebase)
    due = tuple(step for step in open_steps if step.due is not None and step.due <= sight.now)
    quiet = cause is WakeCause.PLATFORM and not rebase and not due and not commands
    changes, batch, full = await read_feeds(sight, head, rebase, platform_first=quiet)
    _take(sight, changes, batch)
    due += _judged_again(sight, orders, changes, batch, due)
    # An overlap that a person has permitted to settle is judged like an open one: with what stands beside it.
    judged = (step for step in due if step.cause is Cause.CONFLICT or step.permitted)
    sight.disputed = frozenset(step.mapping for step in judged if step.mapping)
    await _known_mappings(sight, changes, batch, full)
    await _absent(sight, changes, batch, full)
    await _open_steps(sight, due)
    await _let_go(sight, orders.let_go)
    await _unremembered_creations(sight)
    proving = any(command.verb is Verb.PROVE for command in commands)
    differences = await find_differences(sight) if proving else None
    await _other_sides(sight)
    await find_organisers_events(sight, open_steps)
    await look_at_requests(sight, open_steps, due)
    await look_at_other_rooms(sight, due, everything=full)
    again = frozenset(step.mapping for step in due if step.mapping)
    unreadable = await read_organisers(sight, head.unreadable, again, all_of_them=_policy_changed(orders))
    await read_coming_day(sight)
    await _successors(sight)
    await know_whole_series(sight)
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
        changes is not None and not (changes.items or changes.hints or changes.series or batch.items or batch.gone),
        differences,
        sight.all_mappings_known,
        rebase,
        unreadable,
        cause,
    )


def _is_rebuild(orders: Orders, head: Head) -> bool:
    """Tell whether the ledger is older than what its own runs have shown, or a person says that it is."""
    shown = orders.resource.last_look
    is_older = shown is not None and (head.last_look is None or head.last_look < shown)
    return is_older or any(command.verb is Verb.REBUILD for command in orders.commands)


def _of_shadow(steps: Iterable[OpenStep]) -> list[OpenStep]:
    """Return what another product may have settled meanwhile: so many as can be read again, the youngest."""
    found = [step for step in steps if step.cause is Cause.SHADOW]
    return sorted(found, key=lambda step: step.since, reverse=True)[:LOOKED_AT]


async def _first_sight(outside: Outside, orders: Orders, head: Head, rebase: bool) -> Sight:
    """Return a sight in which nothing has been seen: the window moves in a read in full only."""
    resource, now = orders.resource, outside.clock.now()
    assert resource.platform is not None
    key = await outside.secrets.fingerprint_key()
    window = horizon(resource.policy, now) if rebase else _window_of(head, resource.policy, now)
    return Sight(outside, resource, resource.platform, now, key, window)


def _judged_again(
    sight: Sight, orders: Orders, changes: CalendarChanges | None, batch: ChangeBatch, due: tuple[OpenStep, ...]
) -> tuple[OpenStep, ...]:
    """Return the open steps that are due as well because something changed: it may have freed the time they lost."""
    spoken = bool(orders.discarded) or any(step.permitted for step in due)
    hinted = changes is not None and bool(changes.hints or changes.series)
    if not (spoken or sight.events or sight.bookings or batch.gone or hinted):
        return ()
    lost = [step for step in orders.open_steps if step.cause in _JUDGED_AGAIN]
    return tuple(step for step in (*lost, *_of_shadow(orders.open_steps)) if step not in due)


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
        refusing=sight.refusing,
        discarded=orders.let_go,
        takes_requests=sight.outside.platform.capabilities.requests,
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


async def _known_mappings(sight: Sight, changes: CalendarChanges | None, batch: ChangeBatch, full: bool) -> None:
    """Read the mappings of everything that was reported: all of them where absence has to be noticed, else by key."""
    ledgers, resource = sight.outside.ledgers, sight.resource.id
    if full or batch.snapshot_of is not None:
        sight.know([mapping async for mapping in ledgers.mappings(resource)])
        sight.all_mappings_known = True
        return
    if changes is not None:
        singles = [key for key in sight.events if key.original_start is None]
        singles += [CalendarKey(hint) for hint in changes.hints]
        masters = {key.event for key in sight.events if key.original_start is not None} | set(changes.series)
        masters |= set(changes.hints)
        if singles:
            sight.know(await ledgers.by_calendar_keys(resource, singles))
        for mappings in await asyncio.gather(*(ledgers.by_series(resource, master) for master in sorted(masters))):
            sight.know(mappings)
    bookings = [*sight.bookings, *batch.gone]
    if bookings:
        sight.know(await ledgers.by_booking_ids(resource, bookings))


async def _absent(sight: Sight, changes: CalendarChanges | None, batch: ChangeBatch, full: bool) -> None:
    """Read by id what a feed hinted to be gone: its own word, a series without it, a snapshot without it.

    No feed of the window tells of what was moved beyond it: a full read looks there by id.
    """
    masters: set[EventId] = set(changes.series) | set(changes.hints) if changes else set()
    window = Span(sight.window.start, sight.window.end)
    for mapping in list(sight.mappings.values()):
        span = occupied(mapping.when, sight.resource.facts.zone)
        inside, beyond = span.overlaps(window), full and span.start >= window.end
        record = mapping.calendar
        if record is not None and record.key not in sight.events:
            hinted = record.key.event in masters or (full and changes is not None and (inside or beyond))
            if hinted:
                await sight.read_event(record.key)
        booking = mapping.platform
        if booking is not None and booking.id not in sight.bookings:
            snapshot = batch.snapshot_of is not None and (inside or beyond)
            if snapshot or booking.id in batch.gone:
                await sight.read_booking(booking.id)


async def _open_steps(sight: Sight, due: Iterable[OpenStep]) -> None:
    """Read both sides of each due open step by id; a creation that may have happened is looked for."""
    due = tuple(due)
    for step in due:
        if step.calendar is not None:
            await sight.read_event(step.calendar)
        if step.platform is not None:
            await sight.read_booking(step.platform)
    steps = {step.mapping: step for step in due if step.mapping is not None}
    missing = [mapping for mapping in steps if mapping not in sight.mappings]
    if missing:
        sight.know(await sight.outside.ledgers.by_ids(sight.resource.id, missing))
    for mapping_id in steps:
        mapping = sight.mappings.get(mapping_id)
        if mapping is None:
            continue
        if mapping.calendar is not None:
            await sight.read_event(mapping.calendar.key)
        if mapping.platform is not None:
            await sight.read_booking(mapping.platform.id)


async def _let_go(sight: Sight, steps: Iterable[OpenStep]) -> None:
    """Read what a person discarded as it stands now: both sides of what is tied, the row alone of what never was."""
    known = [step.mapping for step in steps if step.mapping is not None]
    missing = [mapping for mapping in known if mapping not in sight.mappings]
    if missing:
        sight.know(await sight.outside.ledgers.by_ids(sight.resource.id, missing))
    for mapping_id in known:
        mapping = sight.mappings.get(mapping_id)
        if mapping is not None and mapping.calendar is not None and mapping.platform is not None:
            await sight.read_event(mapping.calendar.key)
            await sight.read_booking(mapping.platform.id)


async def _unremembered_creations(sight: Sight) -> None:
    """Look for the copy of every booking seen whose creation was noted and whose result was not."""
    await find_made_series(sight, list(sight.mappings.values()))
    for mapping in list(sight.mappings.values()):
        calendar, platform = mapping.calendar, mapping.platform
        seen = (calendar and calendar.key in sight.events) or (platform and platform.id in sight.bookings)
        if seen and mapping.state is MappingState.CREATING and not mapping.in_series:
            await _find_creation(sight, mapping)


async def _find_creation(sight: Sight, mapping: Mapping) -> None:
    if mapping.request is not None:
        await find_request(sight, mapping)
        return
    side = mapping.origin.other
    transaction = transaction_id(mapping.id, side, mapping.generation)
    if side is Side.CALENDAR:
        event = await sight.outside.calendar.find(sight.resource.mailbox, transaction)
        if event is not None:
            # The delta's copy of the same event may not carry the mark by which it is paired.
            sight.events[event.key] = replace(event, transaction=transaction)
        return
    booking = await sight.outside.platform.find(sight.platform_id, transaction)
    if booking is not None:
        sight.bookings[booking.id] = booking


async def _other_sides(sight: Sight) -> None:
    """Read the other side of each changed booking where the plan depends on it.

    The platform is read before it is written. The calendar is read where the platform changed what is not
    ours to write or may not change; else the version remembered is enough.
    """
    for mapping in list(sight.mappings.values()):
        if mapping.calendar is None or mapping.platform is None:
            continue
        event = sight.events.get(mapping.calendar.key)
        booking = sight.bookings.get(mapping.platform.id)
        if event is not None and booking is None and event_changed(event, mapping, sight.key):
            await sight.read_booking(mapping.platform.id)
            booking = sight.bookings.get(mapping.platform.id)
        follows = mapping.calendar.is_organiser and sight.resource.policy.direction is Direction.BOTH
        alone = booking is not None and event is None and booking_changed(booking, mapping, sight.key)
        if alone and not (follows and mapping.calendar.print.is_known):
            await sight.read_event(mapping.calendar.key)


async def _successors(sight: Sight) -> None:
    """Read what known bookings moved on to, where the platform moves one by making another."""
    known = {mapping.platform.id for mapping in sight.mappings.values() if mapping.platform}
    rows = [sight.bookings[booking] for booking in known & sight.bookings.keys()]
    while following := {r.successor for r in rows if isinstance(r, PlatformItem) and r.successor} - known:
        for booking in sorted(following):
            await sight.read_booking(booking)
        known |= following
        rows = [sight.bookings[booking] for booking in following & sight.bookings.keys()]
        if not sight.all_mappings_known:
            sight.know(await sight.outside.ledgers.by_booking_ids(sight.resource.id, sorted(following)))
