"""Occurrences of a series that was written, brought to the bookings whose they are.

An occurrence that the calendar has and no booking wants is taken back at once; one that it does not have is made by
itself. No error leaves ``link`` and ``without_buffers``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.app.apply import run_settlement
from shared.app.applying import Applying, Outcome
from shared.app.buffers import write_buffers
from shared.app.leave_open import failed
from shared.domain.asked_series import own_key
from shared.domain.booking import Booking, CalendarItem, CalendarKey
from shared.domain.fingerprint import Field
from shared.domain.ids import MailboxId
from shared.domain.ledger import Cause, MappingState, OpenStep
from shared.domain.plan import SeriesWrite, Settlement
from shared.domain.projection import to_calendar
from shared.domain.records import calendar_record
from shared.domain.spans import occupied
from shared.domain.undo import as_made
from shared.ports.calendar import EventChange, SeriesFound
from shared.ports.errors import PortError, Stale


def original_of(settlement: Settlement) -> datetime:
    """Return where the rule of its series has an occurrence."""
    assert settlement.platform is not None
    assert settlement.platform.series is not None
    return settlement.platform.series.original_start


async def link_standing(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], found: SeriesFound
) -> list[Outcome]:
    """Link every booking of a series that kept its rule to the copy that it has: that one stands where it stood.

    Where the platform's rule has the booking says nothing here: the copies may all have been moved by themselves.
    """
    items = {item.key: item for item in found.items}
    return [await link(applying, each, items.get(copy_of(each)), write.generation) for each in members]


def copy_of(settlement: Settlement) -> CalendarKey:
    """Return the event that stands for a booking, in the room's or in a person's own mailbox."""
    key = own_key(settlement.base) if settlement.base else None
    assert key is not None
    return key


async def link_all(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], found: SeriesFound
) -> list[Outcome]:
    """Link every booking to the occurrence at its place in the rule that was written.

    One for which the series has no occurrence is made by itself in the next run.
    """
    items = {item.key.original_start: item for item in found.items}
    outcomes = []
    for settlement in members:
        item = items.get(original_of(settlement)) if settlement.after is not None else None
        if settlement.after is None:
            outcomes.append(await without_buffers(applying, settlement))
        elif item is None:
            outcomes.append(_apart(applying, settlement))
        else:
            outcomes.append(await link(applying, settlement, item, write.generation))
    return outcomes


def _apart(applying: Applying, settlement: Settlement) -> Outcome:
    """Return a booking whose series has no occurrence for it as one whose copy is still to be made, by itself."""
    after, now = settlement.after, applying.outside.clock.now()
    assert after is not None
    alone = replace(after, calendar=None, generation=after.generation + 1, state=MappingState.CREATING, in_series=False)
    platform = settlement.platform.id if settlement.platform else None
    step = OpenStep(f"{Cause.STALE}-{settlement.id}", Cause.STALE, now, now, settlement.id, platform=platform)
    return Outcome(settlement, settlement.before, alone, applying.carried(step, settlement.id))


async def take_back(applying: Applying, found: SeriesFound, members: Sequence[Settlement]) -> bool:
    """Cancel the occurrences that stand for no booking; return whether there were any."""
    extra = not_wanted(applying, found, members)
    if extra:
        mappings = await applying.outside.ledgers.by_series(applying.resource.id, found.master)
        ids = {settlement.id for settlement in members}
        known = {mapping.calendar.key for mapping in mappings if mapping.calendar and mapping.id not in ids}
        extra = [item for item in extra if item.key not in known]
    for item in extra:
        await applying.outside.calendar.cancel(applying.resource.mailbox, item.event, "")
    return bool(extra)


def not_wanted(applying: Applying, found: SeriesFound, members: Sequence[Settlement]) -> list[CalendarItem]:
    """Return the occurrences to come that none of the bookings has in its rule."""
    wanted = {original_of(settlement) for settlement in members if settlement.after is not None}
    return [item for item in found.items if item.key.original_start not in wanted and _is_to_come(applying, item)]


def _is_to_come(applying: Applying, item: CalendarItem) -> bool:
    return occupied(item.booking.when, applying.resource.facts.zone).end > applying.started


async def link(applying: Applying, settlement: Settlement, item: CalendarItem | None, generation: int = 1) -> Outcome:
    """Link an occurrence to its booking, put where the booking is; where the series lacks it, write it by itself."""
    if item is None:
        return await run_settlement(applying, settlement)
    after = settlement.after
    assert after is not None
    try:
        item = await brought_to(applying, settlement, item, applying.resource.mailbox)
        linked = replace(after, calendar=calendar_record(item, applying.key), state=MappingState.LINKED)
        after = as_made(replace(linked, generation=max(linked.generation, generation)))
        after = await write_buffers(applying.outside, applying.resource, settlement, after) or after
    except PortError as error:
        return failed(applying, settlement, error)
    return Outcome(settlement, settlement.before, after)


def _wanted(settlement: Settlement) -> Booking:
    """Return what an occurrence is to show; one that stays as it is shows what its booking does."""
    if settlement.steps and settlement.steps[0].wanted is not None:
        return settlement.steps[0].wanted
    assert settlement.platform is not None
    return to_calendar(settlement.platform)


async def brought_to(
    applying: Applying, settlement: Settlement, item: CalendarItem, mailbox: MailboxId
) -> CalendarItem:
    """Bring an occurrence to what its booking wants, where it differs."""
    wanted, shown = _wanted(settlement), item.booking
    fields = {
        Field.TIME: wanted.when != shown.when,
        Field.TITLE: wanted.title != shown.title and not (shown.private and wanted.private),
        Field.PRIVATE: wanted.private != shown.private,
    }
    if not any(fields.values()):
        return item
    calendar = applying.outside.calendar
    now = await calendar.read(mailbox, item.key)
    if not isinstance(now, CalendarItem):
        raise Stale("an occurrence was removed while its series was made")
    change = EventChange(
        applying.resource.facts.zone,
        wanted.when if fields[Field.TIME] else None,
        wanted.title if fields[Field.TITLE] else None,
        wanted.private if fields[Field.PRIVATE] else None,
    )
    changed = await calendar.change(mailbox, now.event, change, now.version)
    return replace(changed, key=item.key)


async def without_buffers(applying: Applying, settlement: Settlement) -> Outcome:
    """Take the entries around an occurrence away that went with its series."""
    try:
        await write_buffers(applying.outside, applying.resource, settlement, settlement.after)
    except PortError as error:
        return failed(applying, settlement, error)
    return Outcome(settlement, settlement.before, settlement.after)
