"""Write a series as one: made, and read back with its exceptions put in place in the same run; or ended as a whole.

Each occurrence keeps a mapping of its own. The series is made under one transaction, which was noted with its mappings
before: after a crash the same series is found again. An occurrence that the calendar has and no booking wants is taken
back at once; one that it does not have is written by itself. No error leaves this module.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.app.apply import run_settlement
from shared.app.applying import Applying, Outcome
from shared.app.buffers import write_buffers
from shared.app.leave_open import failed
from shared.app.unfinished_series import Rewrites, end_before, note_id, put_in_place, rewrites_noted
from shared.app.wording import sentence
from shared.domain.booking import Booking, CalendarItem, Window
from shared.domain.fingerprint import Field
from shared.domain.ids import EventId
from shared.domain.ledger import Cause, MappingState, OpenStep
from shared.domain.plan import Plan, SeriesAction, SeriesWrite, Settlement
from shared.domain.policy import Booker
from shared.domain.projection import to_calendar
from shared.domain.records import calendar_record
from shared.domain.spans import occupied
from shared.domain.undo import as_made
from shared.domain.wakeup import WakeCause, retry_delay
from shared.ports.calendar import EventChange, SeriesChange, SeriesDraft, SeriesFound
from shared.ports.errors import PortError, Retry, Stale

_LONGEST_WAIT = timedelta(minutes=5)


def invites(applying: Applying) -> bool:
    """Tell whether the person of a booking is invited to what is made in the calendar."""
    return applying.resource.policy.booker is Booker.INVITED and not applying.bulk


@dataclass(frozen=True)
class SeriesWritten:
    """What became of the bookings that were written as series, and of the rewrites that were noted beforehand."""

    outcomes: tuple[Outcome, ...]
    rewrites: Rewrites


async def write_series(applying: Applying, plan: Plan, window: Window) -> SeriesWritten:
    """Run the writes of whole series; return what became of each of their bookings."""
    known = {settlement.id: settlement for settlement in plan.settlements}
    noted = {step.id: step for step in rewrites_noted(plan, applying.started)}
    outcomes: list[Outcome] = []
    unfinished: dict[str, OpenStep] = {}
    for write in plan.series:
        members = [known[member] for member in write.members]
        try:
            outcomes += await _WRITING[write.action](applying, write, members, window)
            if write.action is SeriesAction.SPLIT:
                await _end_first_half(applying, write)
        except PortError as error:
            settled = {outcome.settlement.id for outcome in outcomes}
            outcomes += [failed(applying, each, error) for each in members if each.id not in settled]
            step = noted.get(note_id(write.master)) if write.master else None
            if step is not None:
                unfinished[step.id] = replace(step, attempts=1, reason=type(error).__name__)
                await _come_again(applying, error)
    return SeriesWritten(tuple(outcomes), Rewrites(tuple(unfinished.values()), frozenset(noted) - unfinished.keys()))


async def _come_again(applying: Applying, error: PortError) -> None:
    """Let the next run finish what broke off; the members of the write may be settled already."""
    asked = error.after if isinstance(error, Retry) else None
    due = applying.outside.clock.now() + retry_delay(0, asked, _LONGEST_WAIT)
    await applying.outside.wakeups.send([applying.resource.id], WakeCause.DUE, due)


async def _made(applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window) -> list[Outcome]:
    found = await _new_series(applying, write, members, window)
    items = {item.key.original_start: item for item in found.items}
    return [await _linked(applying, settlement, items.get(_original(settlement))) for settlement in members]


async def _new_series(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> SeriesFound:
    """Make a series without the occurrences that stand for no booking; one made before is found again."""
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
    return found


def _original(settlement: Settlement) -> datetime:
    assert settlement.platform is not None
    assert settlement.platform.series is not None
    return settlement.platform.series.original_start


async def _changed(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Write a series as it stands, and put back what Exchange drops."""
    assert write.master is not None
    assert write.wanted is not None
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    change = SeriesChange(write.rule if write.resets else None, write.wanted.title, write.wanted.private)
    found = await calendar.change_series(mailbox, write.master, change, window)
    if write.resets and await _take_back(applying, found, members):
        found = await calendar.series(mailbox, write.master, window) or found
    return await _all_linked(applying, write, members, found)


async def _split(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Make the second half of a series; the first one is ended when every booking has its copy."""
    found = await _new_series(applying, write, members, window)
    if found.master == write.master:
        raise Stale("the second half of the series was made as the series itself; plan it again")
    return await _all_linked(applying, write, members, found)


async def _end_first_half(applying: Applying, write: SeriesWrite) -> None:
    assert write.master is not None
    assert write.cut is not None
    await end_before(applying.outside, applying.resource, write.master, write.cut, write.put_back)


async def _extended(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Let a series end later, put back what Exchange drops, and link what is new."""
    assert write.master is not None
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    await calendar.change_series(mailbox, write.master, SeriesChange(write.rule), window)
    await put_in_place(applying.outside, applying.resource, write.master, write.put_back)
    found = await calendar.series(mailbox, write.master, window)
    if found is None:
        raise Stale("the series is not in the calendar any more; read it again")
    if await _take_back(applying, found, members):
        found = await calendar.series(mailbox, write.master, window) or found
    return await _all_linked(applying, write, members, found)


async def _shortened(applying: Applying, write: SeriesWrite, members: Sequence[Settlement], _: Window) -> list[Outcome]:
    """Let a series end earlier, and put back what Exchange drops."""
    assert write.master is not None
    assert write.cut is not None
    await end_before(applying.outside, applying.resource, write.master, write.cut, write.put_back)
    return [await _without_buffers(applying, settlement) for settlement in members]


async def _all_linked(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], found: SeriesFound
) -> list[Outcome]:
    """Link every booking to its occurrence; one that the series does not have is made by itself in the next run."""
    items = {item.key.original_start: item for item in found.items}
    outcomes = []
    for settlement in members:
        item = items.get(_original(settlement)) if settlement.after is not None else None
        if settlement.after is None:
            outcomes.append(await _without_buffers(applying, settlement))
        elif item is None:
            outcomes.append(_apart(applying, settlement))
        else:
            outcomes.append(await _linked(applying, settlement, item, write.generation))
    return outcomes


def _apart(applying: Applying, settlement: Settlement) -> Outcome:
    """Return a booking whose series has no occurrence for it as one whose copy is still to be made, by itself."""
    after, now = settlement.after, applying.outside.clock.now()
    assert after is not None
    alone = replace(after, calendar=None, generation=after.generation + 1, state=MappingState.CREATING, in_series=False)
    platform = settlement.platform.id if settlement.platform else None
    step = OpenStep(f"{Cause.STALE}-{settlement.id}", Cause.STALE, now, now, settlement.id, platform=platform)
    return Outcome(settlement, settlement.before, alone, applying.carried(step, settlement.id))


async def _take_back(applying: Applying, found: SeriesFound, members: Sequence[Settlement]) -> bool:
    """Cancel the occurrences that stand for no booking; return whether there were any."""
    wanted = {_original(settlement) for settlement in members if settlement.after is not None}
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


async def _linked(
    applying: Applying, settlement: Settlement, item: CalendarItem | None, generation: int = 1
) -> Outcome:
    """Link an occurrence to its booking, put where the booking is; where the series lacks it, write it by itself."""
    if item is None:
        return await run_settlement(applying, settlement)
    after = settlement.after
    assert after is not None
    try:
        item = await _put(applying, settlement, item)
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


async def _put(applying: Applying, settlement: Settlement, item: CalendarItem) -> CalendarItem:
    """Bring an occurrence to what its booking wants, where it differs."""
    wanted, shown = _wanted(settlement), item.booking
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


_Writing = Callable[[Applying, SeriesWrite, Sequence[Settlement], Window], Awaitable[list[Outcome]]]

_WRITING: dict[SeriesAction, _Writing] = {
    SeriesAction.CREATE: _made,
    SeriesAction.CHANGE: _changed,
    SeriesAction.CANCEL: _ended,
    SeriesAction.DECLINE: _ended,
    SeriesAction.SPLIT: _split,
    SeriesAction.EXTEND: _extended,
    SeriesAction.SHORTEN: _shortened,
}
