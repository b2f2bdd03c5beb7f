"""The entries that show a booking's buffers in the resource's calendar: which are made, moved and removed. Pure.

    the booking                          its entries
    -----------------------------------  ---------------------------------------------------------
    takes its time on both sides         one before and one after it, as long as the policy says
    moved, lengthened                    the same entries are moved along
    gone, refused, not yet settled       removed
    over                                 left where they are

An entry is ours, belongs to one booking and is never one itself. What stands in the calendar is remembered with
the booking, before it is made: an entry that was made and not remembered is found again by its transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from shared.domain.booking import CalendarItem, ShowAs, Side
from shared.domain.cases import Setting
from shared.domain.ids import MappingId, TransactionId, transaction_id
from shared.domain.ledger import BufferPlace, BufferRecord, MappingState
from shared.domain.plan import Action, BufferStep, LedgerView, Settlement
from shared.domain.policy import BufferEntries, Direction, Policy
from shared.domain.spans import Span, Timed, When, occupied

BUFFER_TITLE = "Buffer"


def buffer_transaction(mapping: MappingId, record: BufferRecord) -> TransactionId:
    """Return the transaction under which one generation of a buffer's entry is made."""
    return transaction_id(mapping, f"{Side.CALENDAR}/buffer-{record.place}", record.generation)


def with_buffers(settlements: Sequence[Settlement], ledger: LedgerView, setting: Setting) -> list[Settlement]:
    """Return the settlements with what has to be written so that the entries stand around their bookings."""
    is_off = setting.policy.buffer_entries is BufferEntries.NONE
    if is_off and not ledger.stray_buffers and not any(mapping.buffers for mapping in ledger.mappings):
        return list(settlements)
    surrounded = [_surrounded(settlement, ledger, setting) for settlement in settlements]
    return surrounded + [_stray(entry) for entry in ledger.stray_buffers if isinstance(entry.booking.when, Timed)]


def _surrounded(settlement: Settlement, ledger: LedgerView, setting: Setting) -> Settlement:
    mapping = settlement.after or settlement.before
    if mapping is None or occupied(mapping.when, ledger.zone).end <= setting.now:
        return settlement
    recorded = {record.place: record for record in mapping.buffers}
    wanted = _wanted(settlement, ledger.zone, setting.policy)
    steps = [step for place in BufferPlace if (step := _step(recorded.get(place), wanted.get(place), ledger))]
    return replace(settlement, buffers=tuple(steps))


def _wanted(settlement: Settlement, zone: str, policy: Policy) -> dict[BufferPlace, BufferRecord]:
    mapping = settlement.after
    if mapping is None or policy.buffer_entries is BufferEntries.NONE or policy.direction is Direction.TO_PLATFORM:
        return {}
    coming = mapping.state is MappingState.CREATING and bool(settlement.steps)
    if not mapping.is_linked and not coming:
        return {}
    shown = ShowAs.FREE if policy.buffer_entries is BufferEntries.FREE else ShowAs.BUSY
    spans = buffers_of(mapping.when, zone, policy)
    return {place: BufferRecord(place, Timed(span.start, span.end), shown) for place, span in spans.items()}


def buffers_of(when: When, zone: str, policy: Policy) -> dict[BufferPlace, Span]:
    """Return the buffers around a booking; none that has no length."""
    span, none = occupied(when, zone), timedelta()
    found = {}
    if policy.buffer_before > none:
        found[BufferPlace.BEFORE] = Span(span.start - policy.buffer_before, span.start)
    if policy.buffer_after > none:
        found[BufferPlace.AFTER] = Span(span.end, span.end + policy.buffer_after)
    return found


def _step(recorded: BufferRecord | None, wanted: BufferRecord | None, ledger: LedgerView) -> BufferStep | None:
    if wanted is None:
        return BufferStep(Action.CANCEL, recorded) if recorded is not None else None
    if recorded is None:
        return BufferStep(Action.CREATE, wanted)
    as_wanted = replace(recorded, when=wanted.when, shown=wanted.shown)
    if recorded.event is None:
        return BufferStep(Action.CREATE, as_wanted)
    if recorded.event in ledger.astray:
        return BufferStep(Action.CHANGE, replace(as_wanted, version=wanted.version))
    return BufferStep(Action.CHANGE, as_wanted) if as_wanted != recorded else None


def _stray(entry: CalendarItem) -> Settlement:
    """Return what removes an entry that belongs to no booking any more."""
    assert isinstance(entry.booking.when, Timed)  # entries of buffers are
    record = BufferRecord(BufferPlace.AFTER, entry.booking.when, entry.show_as, entry.event, entry.version)
    known_as = MappingId(f"stray-{hashlib.sha256(entry.event.encode()).hexdigest()[:20]}")
    return Settlement(known_as, None, None, buffers=(BufferStep(Action.CANCEL, record),))


def with_noted_buffers(settlement: Settlement) -> Settlement:
    """Return a settlement as it stands once its new entries are in the ledger as about to be made."""
    if settlement.after is None or not any(step.action is Action.CREATE for step in settlement.buffers):
        return settlement
    before = settlement.before or settlement.after
    coming = {s.record.place: replace(s.record, event=None) for s in settlement.buffers if s.action is Action.CREATE}
    kept = {record.place: record for record in before.buffers}
    return replace(settlement, before=replace(before, buffers=in_order((kept | coming).values())))


def in_order(records: Iterable[BufferRecord]) -> tuple[BufferRecord, ...]:
    """Return buffers in the order of their places, so that equal ones compare equal."""
    found = {record.place: record for record in records}
    return tuple(found[place] for place in BufferPlace if place in found)
