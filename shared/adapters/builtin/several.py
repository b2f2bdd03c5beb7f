"""Changes of several bookings at once: as many in one transaction as fit, each judged as if it came alone, in turn.

What one of them leaves is free for those after it. A booking that is refused is answered with its refusal, and the
others go on. Nothing holds the feed: each transaction leaves the platform as it is to be seen.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from shared.adapters.builtin import edits, rows, series_rows
from shared.adapters.builtin.booking_rules import check_booking, check_free, takes_time
from shared.adapters.builtin.desk import Desk, required
from shared.adapters.builtin.entries import Entry
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.series_work import FULL
from shared.adapters.builtin.store import Operation
from shared.domain.booking import Block, Booking, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, TransactionId, Version
from shared.domain.spans import Span, occupied
from shared.ports.errors import PortError, Rejected, Stale
from shared.ports.ledgers import Clock

UNKNOWN_BOOKING = "unknown_booking"
_AT_ONCE = 24


@dataclass(frozen=True)
class Asked:
    """What is to become of a booking; with ``transaction``, of the one made under it, which may not be there yet."""

    booking: BookingId
    edit: Callable[[Entry | None], Entry]
    transaction: TransactionId | None = None


def to_be_made(booking: Booking, transaction: TransactionId, clock: Clock) -> Asked:
    """Ask for a booking to be made; the one made before under the same transaction is brought to it."""
    new_id = BookingId(clock.ulid())
    return Asked(
        new_id, edits.booked(PlatformItem(new_id, Version(""), booking, clock.now(), transaction)), transaction
    )


def checked(
    resource: PlatformId, booking: BookingId, edit: edits.Edit, version: Version | None
) -> Callable[[Entry | None], Entry]:
    """Return an edit of a booking that has to be there, in the version that was seen (None: in any)."""

    def made(before: Entry | None) -> Entry:
        if before is None:
            raise Rejected(f"there is no booking {booking} in resource {resource}", code=UNKNOWN_BOOKING)
        after = edit(before)
        # A booking that is as wanted already needs no permission: the first answer may have been lost.
        if after != before and version not in (None, before.item.version):
            raise Stale("the booking was changed meanwhile; look at it again and repeat the change if it still fits")
        return after

    return made


async def change_several(desk: Desk, resource: PlatformId, asked: Sequence[Asked]) -> list[Entry | PortError]:
    """Make of several bookings what is asked; return each as it stands then, or why it does not."""
    answers: list[Entry | PortError] = []
    while len(answers) < len(asked):
        answers += await _in_one(desk, resource, asked[len(answers) : len(answers) + _AT_ONCE])
    return answers


async def _in_one(desk: Desk, resource: PlatformId, asked: Sequence[Asked]) -> list[Entry | PortError]:
    """Make in one transaction what fits of what is asked; return the answers to that much of it."""
    part = _Part()

    async def prepare(state: ResourceState) -> tuple[Operation, ...]:
        nonlocal part
        part = await _prepared(desk, state, asked)
        return series_rows.changes_operations(state, part.changes) if part.changes else ()

    await desk.decide(resource, prepare)
    return part.answers


@dataclass
class _Part:
    """One transaction: what it changes, and the answers to those that it is about."""

    changes: list[tuple[Entry | None, Entry]] = field(default_factory=list)
    answers: list[Entry | PortError] = field(default_factory=list)


async def _prepared(desk: Desk, state: ResourceState, asked: Sequence[Asked]) -> _Part:
    present = await _present(desk, state.resource.id, asked)
    wanted = [_edited(each, before) for each, before in zip(asked, present, strict=True)]
    others, blocks = await _around(desk, state, present, wanted)
    part, size, sequence = _Part(), 0, state.sequence
    for before, after in zip(present, wanted, strict=True):
        refused = _refusal(state, before, after, others, blocks) if isinstance(after, Entry) else None
        if isinstance(after, PortError) or after == before or refused is not None:
            part.answers.append(refused or after)
            continue
        stamped = replace(after, item=replace(after.item, version=Version(str(sequence + 1))))
        size += len(rows.change_operations(replace(state, sequence=sequence + 1), before, stamped)) - 1
        if size > FULL and part.changes:
            break
        sequence += 1
        part.changes.append((before, after))
        part.answers.append(stamped)
        others.pop(after.item.id, None)
        if not after.item.booking.cancelled:
            others[after.item.id] = after.item
    return part


async def _present(desk: Desk, resource: PlatformId, asked: Sequence[Asked]) -> list[Entry | None]:
    known = await asyncio.gather(*(_known(desk, resource, each) for each in asked))
    found = iter(await desk.entries(resource, [each for each in known if each is not None]))
    return [next(found) if each is not None else None for each in known]


async def _known(desk: Desk, resource: PlatformId, asked: Asked) -> BookingId | None:
    return await desk.made_under(resource, asked.transaction) if asked.transaction else asked.booking


def _edited(asked: Asked, before: Entry | None) -> Entry | PortError:
    try:
        after = asked.edit(before)
        check_booking(after.item.booking)
    except PortError as error:
        return error
    return after


async def _around(
    desk: Desk, state: ResourceState, present: Sequence[Entry | None], wanted: Sequence[Entry | PortError]
) -> tuple[dict[BookingId, PlatformItem], tuple[Block, ...]]:
    """Return what stands around the times that are to be taken, and the blocked times there."""
    zone = state.resource.zone
    spans = [
        occupied(after.item.booking.when, zone)
        for before, after in zip(present, wanted, strict=True)
        if isinstance(after, Entry) and takes_time(before.item.booking if before else None, after.item.booking, zone)
    ]
    if not spans:
        return {}, ()
    whole = Span(min(span.start for span in spans), max(span.end for span in spans))
    listed = await desk.listed(state, Window(whole.start, whole.end))
    found = (required(rows.entry, row).item for row in listed)
    return {item.id: item for item in found}, await desk.blocks(state, whole)


def _refusal(
    state: ResourceState,
    before: Entry | None,
    after: Entry,
    others: dict[BookingId, PlatformItem],
    blocks: tuple[Block, ...],
) -> PortError | None:
    """Return why a booking cannot become what is asked; nothing where it can."""
    booking = after.item.booking
    if not takes_time(before.item.booking if before else None, booking, state.resource.zone):
        return None
    try:
        check_free(state.resource, booking.when, (item for key, item in others.items() if key != after.item.id), blocks)
    except PortError as error:
        return error
    return None
