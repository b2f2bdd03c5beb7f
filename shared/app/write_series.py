"""Write a series as one: made, and read back with its exceptions put in place in the same run; or ended as a whole.

Each occurrence keeps a mapping of its own. The series is made under one transaction, which was noted with its mappings
before: after a crash the same series is found again. An occurrence that the calendar has and no booking wants is taken
back at once; one that it does not have is written by itself. No error leaves this module.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from shared.app.apply import run_settlement
from shared.app.applying import Applying, Outcome
from shared.app.buffers import write_buffers
from shared.app.leave_open import failed
from shared.app.wording import sentence
from shared.domain.booking import CalendarItem, Window
from shared.domain.fingerprint import Field
from shared.domain.ids import EventId
from shared.domain.ledger import MappingState
from shared.domain.plan import Plan, SeriesAction, SeriesWrite, Settlement
from shared.domain.policy import Booker
from shared.domain.records import calendar_record
from shared.domain.spans import occupied
from shared.domain.undo import as_made
from shared.ports.calendar import EventChange, SeriesChange, SeriesDraft, SeriesFound
from shared.ports.errors import PortError, Stale


def invites(applying: Applying) -> bool:
    """Tell whether the person of a booking is invited to what is made in the calendar."""
    return applying.resource.policy.booker is Booker.INVITED and not applying.bulk


async def write_series(applying: Applying, plan: Plan, window: Window) -> tuple[Outcome, ...]:
    """Run the writes of whole series; return what became of each of their bookings."""
    known = {settlement.id: settlement for settlement in plan.settlements}
    outcomes: list[Outcome] = []
    for write in plan.series:
        members = [known[member] for member in write.members]
        try:
            if write.action is SeriesAction.CREATE:
                outcomes += await _made(applying, write, members, window)
            elif write.action is SeriesAction.CHANGE:
                outcomes += await _changed(applying, write, members, window)
            else:
                outcomes += await _ended(applying, write, members, window)
        except PortError as error:
            outcomes += [failed(applying, settlement, error) for settlement in members]
    return tuple(outcomes)


async def _made(applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window) -> list[Outcome]:
    assert write.wanted is not None
    assert write.rule is not None
    assert write.transaction is not None
    in_bulk = any(applying.plan_of(member.id) for member in members)
    invited = write.wanted.organiser if invites(applying) and not in_bulk else None
    draft = SeriesDraft(write.rule, write.wanted.title, write.wanted.private, write.transaction, invited)
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    found = await calendar.create_series(mailbox, draft, window)
    if await _take_back(applying, found, members):
        found = await calendar.series(mailbox, found.master, window) or found
    items = {item.key.original_start: item for item in found.items}
    return [await _linked(applying, settlement, items.get(_original(settlement))) for settlement in members]


def _original(settlement: Settlement) -> datetime:
    assert settlement.platform is not None
    assert settlement.platform.series is not None
    return settlement.platform.series.original_start


async def _changed(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Write a series that has not begun, and put back what Exchange drops; one that has begun changes one by one."""
    assert write.master is not None
    assert write.cut is not None
    assert write.wanted is not None
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    found = await calendar.series(mailbox, write.master, window)
    if found is None or found.first < write.cut:
        return [await run_settlement(applying, settlement) for settlement in members]
    change = SeriesChange(write.rule if write.resets else None, write.wanted.title, write.wanted.private)
    found = await calendar.change_series(mailbox, write.master, change, window)
    if write.resets and await _take_back(applying, found, members):
        found = await calendar.series(mailbox, write.master, window) or found
    items = {item.key.original_start: item for item in found.items}
    outcomes = []
    for settlement in members:
        item = items.get(_original(settlement))
        gone = Stale("the series does not have this occurrence any more; read it again")
        known = await _linked(applying, settlement, item) if item else failed(applying, settlement, gone)
        outcomes.append(known)
    return outcomes


async def _take_back(applying: Applying, found: SeriesFound, members: Sequence[Settlement]) -> bool:
    """Cancel the occurrences that stand for no booking; return whether there were any."""
    wanted = {_original(settlement) for settlement in members}
    extra = [item for item in found.items if item.key.original_start not in wanted and _is_to_come(applying, item)]
    if extra:
        mappings = await applying.outside.ledgers.by_series(applying.resource.id, found.master)
        ids = {settlement.id for settlement in members}
        known = {mapping.calendar.key for mapping in mappings if mapping.calendar and mapping.id not in ids}
        extra = [item for item in extra if item.key not in known]
    for item in extra:
        await applying.outside.calendar.cancel(applying.resource.mailbox, item.event, "")
    return bool(extra)


def _is_to_come(applying: Applying, item: CalendarItem) -> bool:
    return occupied(item.booking.when, applying.resource.facts.zone).end > applying.started


async def _linked(applying: Applying, settlement: Settlement, item: CalendarItem | None) -> Outcome:
    """Link an occurrence to its booking, put where the booking is; where the series lacks it, write it by itself."""
    if item is None:
        return await run_settlement(applying, settlement)
    after = settlement.after
    assert after is not None
    try:
        item = await _put(applying, settlement, item)
        after = as_made(replace(after, calendar=calendar_record(item, applying.key), state=MappingState.LINKED))
        after = await write_buffers(applying.outside, applying.resource, settlement, after) or after
    except PortError as error:
        return failed(applying, settlement, error)
    return Outcome(settlement, settlement.before, after)


async def _put(applying: Applying, settlement: Settlement, item: CalendarItem) -> CalendarItem:
    """Bring an occurrence to what its booking wants, where it differs."""
    wanted, shown = settlement.steps[0].wanted, item.booking
    assert wanted is not None
    fields = {
        Field.TIME: wanted.when != shown.when,
        Field.TITLE: wanted.title != shown.title and not (shown.private and wanted.private),
        Field.PRIVATE: wanted.private != shown.private,
    }
    if not any(fields.values()):
        return item
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
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


async def _ended(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Cancel or decline a series as one where nothing of it is over or lies beyond the window, else one by one."""
    assert write.master is not None
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    found = await calendar.series(mailbox, write.master, window)
    is_whole = found is None or _is_whole(found, write, window)
    if not is_whole:
        return [await run_settlement(applying, settlement) for settlement in members]
    comment = sentence(members[0].steps[0].reason, applying.resource.facts.zone)
    await _end(applying, write.action, write.master, comment)
    return [await _without_buffers(applying, settlement) for settlement in members]


async def _without_buffers(applying: Applying, settlement: Settlement) -> Outcome:
    """Take the entries around an occurrence away that went with its series."""
    try:
        await write_buffers(applying.outside, applying.resource, settlement, settlement.after)
    except PortError as error:
        return failed(applying, settlement, error)
    return Outcome(settlement, settlement.before, settlement.after)


def _is_whole(found: SeriesFound, write: SeriesWrite, window: Window) -> bool:
    assert write.cut is not None
    is_inside = found.last is not None and found.last < window.end.date()
    return found.first >= write.cut and (is_inside or write.action is SeriesAction.CANCEL)


async def _end(applying: Applying, action: SeriesAction, master: EventId, comment: str) -> None:
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    if action is SeriesAction.DECLINE:
        await calendar.decline(mailbox, master, comment)
    else:
        await calendar.cancel(mailbox, master, comment)
