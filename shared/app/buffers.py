"""Buffers in the calendar: the entries around bookings are written, compared with what stands, and removed.

An entry that is gone already is done; one that people moved or deleted is put back where it belongs. Nothing
here touches what is not recorded as ours or does not carry our category in the resource's own calendar.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.app.outside import Outside
from shared.app.sight import Sight
from shared.domain.booking import CalendarItem, CalendarKey, Gone
from shared.domain.buffers import BUFFER_TITLE, buffer_transaction, in_order
from shared.domain.ids import MailboxId, MappingId
from shared.domain.ledger import BufferRecord, Mapping
from shared.domain.plan import Action, BufferStep, Settlement
from shared.domain.resource import Resource
from shared.domain.spans import Span, occupied
from shared.ports.calendar import EventChange, EventDraft
from shared.ports.errors import Rejected, Stale
from shared.ports.ledgers import MappingChange

_SPENT = "gone"
_AT_ONCE = 4  # requests that one mailbox serves at the same time
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class _Room:
    """Whose calendar is written, and for which booking."""

    outside: Outside
    mailbox: MailboxId
    zone: str
    mapping: MappingId


async def write_buffers(
    outside: Outside, resource: Resource, settlement: Settlement, after: Mapping | None
) -> Mapping | None:
    """Write the entries of a settlement and return its mapping with what stands now. Raises the ports' errors."""
    if not settlement.buffers:
        return after
    room = _Room(outside, resource.mailbox, resource.facts.zone, settlement.id)
    standing = {record.place: record for record in (after.buffers if after else ())}
    for step in settlement.buffers:
        if step.action is Action.CANCEL:
            await _remove(room, step.record)
            standing.pop(step.record.place, None)
        else:
            standing[step.record.place] = await _write(room, step)
    return replace(after, buffers=in_order(standing.values())) if after is not None else None


async def _write(room: _Room, step: BufferStep) -> BufferRecord:
    if step.action is Action.CREATE or step.record.event is None:
        return await _make(room, step.record)
    if step.record.version:
        try:
            return await _change(room, step.record)
        except Stale:
            # Somebody has touched the entry: what stands there now decides.
            pass
    found = await room.outside.calendar.read(room.mailbox, CalendarKey(step.record.event))
    if isinstance(found, Gone):
        return await _make(room, replace(step.record, generation=step.record.generation + 1))
    return await _change(room, replace(step.record, version=found.version))


async def _change(room: _Room, record: BufferRecord) -> BufferRecord:
    assert record.event is not None
    change = EventChange(room.zone, record.when, shown=record.shown)
    return _as_it_stands(record, await room.outside.calendar.change(room.mailbox, record.event, change, record.version))


async def _make(room: _Room, record: BufferRecord) -> BufferRecord:
    try:
        return _as_it_stands(record, await room.outside.calendar.create(room.mailbox, _draft(room, record)))
    except Rejected as error:
        if error.code != _SPENT:
            raise
    following = replace(record, generation=record.generation + 1)
    return _as_it_stands(following, await room.outside.calendar.create(room.mailbox, _draft(room, following)))


def _draft(room: _Room, record: BufferRecord) -> EventDraft:
    return EventDraft(
        record.when,
        BUFFER_TITLE,
        private=False,
        transaction=buffer_transaction(room.mapping, record),
        zone=room.zone,
        shown=record.shown,
        is_buffer=True,
    )


def _as_it_stands(record: BufferRecord, item: CalendarItem) -> BufferRecord:
    return replace(record, event=item.event, version=item.version)


async def _remove(room: _Room, record: BufferRecord) -> None:
    event = record.event
    if event is None:
        found = await room.outside.calendar.find(room.mailbox, buffer_transaction(room.mapping, record))
        event = found.event if found else None
    if event is not None:
        await room.outside.calendar.cancel(room.mailbox, event, "")


async def remove_all_buffers(outside: Outside, resource: Resource) -> tuple[MappingChange, ...]:
    """Take every entry out of the calendar of a resource that is unlinked; return what the ledger is to hold then.

    Each buffer is remembered as one that is yet to be made, so that linking again makes it anew.
    """
    surrounded = [mapping async for mapping in outside.ledgers.mappings(resource.id) if mapping.buffers]
    for place in range(0, len(surrounded), _AT_ONCE):
        few = surrounded[place : place + _AT_ONCE]
        await asyncio.gather(*(_remove_of(outside, resource, mapping) for mapping in few))
    changes = []
    for mapping in surrounded:
        coming = (
            replace(record, event=None, generation=record.generation + (record.event is not None))
            for record in mapping.buffers
        )
        days = occupied(mapping.when, resource.facts.zone).days()
        changes.append(MappingChange(mapping, replace(mapping, buffers=in_order(coming)), days, days))
    return tuple(changes)


async def _remove_of(outside: Outside, resource: Resource, mapping: Mapping) -> None:
    room = _Room(outside, resource.mailbox, resource.facts.zone, mapping.id)
    for record in mapping.buffers:
        await _remove(room, record)


async def compare_buffers(
    sight: Sight, events: Sequence[CalendarItem], mappings: Iterable[Mapping], span: Span
) -> None:
    """Note which entries do not stand where they were left, and which belong to no booking.

    ``events`` are all of ``span``, ``mappings`` those of its days: at its edges, whose entry it is may lie beyond.
    """
    standing = {event.event: event for event in events}
    inner = Span(span.start + _ONE_DAY, span.end - _ONE_DAY)
    known, unremembered = set(), set()
    for mapping in mappings:
        for record in mapping.buffers:
            known.add(record.event)
            unremembered.add(buffer_transaction(mapping.id, record))
            entry = standing.get(record.event) if record.event else None
            moved = entry is None or entry.booking.when != record.when or not entry.is_buffer
            if record.event is not None and moved and _is_within(inner, Span(record.when.start, record.when.end)):
                sight.astray.add(record.event)
                await _read_both(sight, mapping)
    for event in events:
        ours = event.is_buffer and event.is_organiser and event.key.original_start is None
        if not ours or event.event in known or event.transaction in unremembered:
            continue
        if _is_within(inner, occupied(event.booking.when, sight.resource.facts.zone)):
            sight.stray_buffers.append(event)


def _is_within(inner: Span, span: Span) -> bool:
    return inner.start <= span.start and span.end <= inner.end


async def _read_both(sight: Sight, mapping: Mapping) -> None:
    if mapping.calendar is not None:
        await sight.read_event(mapping.calendar.key)
    if mapping.platform is not None:
        await sight.read_booking(mapping.platform.id)
