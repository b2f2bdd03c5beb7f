"""Write a series as one, and read it back in the same run: made, changed, split, given another end, or ended.

Each occurrence keeps a mapping of its own. A series is made under one transaction, which was noted with its mappings
before, or with the series of which it is the second half: after a crash the same series is found again. No error
leaves this module.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.app import ask_series
from shared.app.apply import run_settlement
from shared.app.applying import Applying, Outcome
from shared.app.comment import comment
from shared.app.leave_open import failed
from shared.app.link_occurrences import (
    copy_of,
    link,
    link_all,
    link_standing,
    not_wanted,
    original_of,
    take_back,
    without_buffers,
)
from shared.app.measuring import timed
from shared.app.unfinished_series import (
    NOTHING_SHOWN,
    Rewrites,
    around,
    end_before,
    note_id,
    put_in_place,
    rewrites_noted,
    shown_by,
)
from shared.domain.booking import CalendarItem, Person, Side, Window
from shared.domain.ids import MailboxId
from shared.domain.ledger import OpenStep
from shared.domain.plan import Plan, SeriesAction, SeriesWrite, Settlement
from shared.domain.policy import Booker
from shared.domain.wakeup import WakeCause, retry_delay
from shared.ports.calendar import SeriesChange, SeriesDraft, SeriesFound
from shared.ports.errors import NotFound, PortError, Rejected, Retry, Stale
from shared.ports.telemetry import Stage

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
            writing = _WRITING[write.action](applying, write, members, window)
            where, what = Side.CALENDAR.value, write.action.value
            outcomes += await timed(applying.outside, Stage.WRITE, writing, side=where, action=what)
            if write.action is SeriesAction.SPLIT:
                await _end_first_half(applying, write)
        except PortError as error:
            settled = {outcome.settlement.id for outcome in outcomes}
            open_members = [each for each in members if each.id not in settled]
            outcomes += [failed(applying, each, error) for each in open_members]
            step = noted.get(note_id(write.master)) if write.master else None
            if step is not None:
                unfinished[step.id] = replace(step, attempts=1, reason=type(error).__name__)
            if not open_members:
                await _come_again(applying, error)
    return SeriesWritten(tuple(outcomes), Rewrites(tuple(unfinished.values()), frozenset(noted) - unfinished.keys()))


async def _come_again(applying: Applying, error: PortError) -> None:
    """Let another run finish what broke off when every booking was settled: nothing else would wake one."""
    asked = error.after if isinstance(error, Retry) else None
    due = applying.outside.clock.now() + retry_delay(0, asked, _LONGEST_WAIT)
    await applying.outside.wakeups.send([applying.resource.id], WakeCause.DUE, due)


async def _made(applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window) -> list[Outcome]:
    if write.mailbox is not None:
        return await _asked(applying, write, members, window)
    found = await _new_series(applying, write, members, window)
    items = {item.key.original_start: item for item in found.items}
    return [await link(applying, settlement, items.get(original_of(settlement))) for settlement in members]


async def _asked(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Make a series in the booker's mailbox that invites the room; where it refuses, in the room's own calendar."""
    try:
        found = await _new_series(applying, write, members, window)
    except (Rejected, NotFound) as error:
        instead = ask_series.in_room_instead(members, error)
        if instead is None:
            raise
        return await _made(applying, replace(write, mailbox=None), instead, window)
    return await ask_series.await_all(applying, write, members, found)


async def _new_series(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> SeriesFound:
    """Make a series without the occurrences that stand for no booking; one made before is found again."""
    assert write.wanted is not None
    assert write.rule is not None
    assert write.transaction is not None
    in_bulk = any(applying.plan_of(member.id) for member in members)
    is_told = invites(applying) and not in_bulk and write.mailbox is None
    room = Person(applying.resource.address, applying.resource.facts.name) if write.mailbox is not None else None
    draft = SeriesDraft(
        write.rule, write.wanted.title, write.wanted.private, write.transaction,
        write.wanted.organiser if is_told else None, room,
    )  # fmt: skip
    calendar, mailbox = applying.outside.calendar, write.mailbox or applying.resource.mailbox
    found = await calendar.create_series(mailbox, draft, window)
    if await _take_back(applying, write, found, members):
        found = await calendar.series(mailbox, found.master, window) or found
    return found


async def _take_back(applying: Applying, write: SeriesWrite, found: SeriesFound, members: Sequence[Settlement]) -> bool:
    """Cancel what a series has beside its bookings; return whether there was any."""
    if write.mailbox is None:
        return await take_back(applying, found, members)
    extra = await ask_series.unknown_to_the_ledger(applying, not_wanted(applying, found, members))
    for item in extra:
        await applying.outside.calendar.cancel(write.mailbox, item.event, "")
    return bool(extra)


async def _changed(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Write a series as it stands, and put back what Exchange drops."""
    assert write.master is not None
    assert write.wanted is not None
    calendar, mailbox = applying.outside.calendar, write.mailbox or applying.resource.mailbox
    change = SeriesChange(write.rule if write.resets else None, write.wanted.title, write.wanted.private)
    found = await calendar.change_series(mailbox, write.master, change, window)
    if write.mailbox is not None:
        return await ask_series.await_all(applying, write, members, found)
    if not write.resets:
        return await link_standing(applying, write, members, found)
    if await take_back(applying, found, members):
        found = await calendar.series(mailbox, write.master, window) or found
    return await link_all(applying, write, members, found)


async def _split(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Make the second half of a series; the first one is ended when every booking has its copy."""
    found = await _new_series(applying, write, members, window)
    if found.master == write.master:
        raise Stale("the second half of the series was made as the series itself; plan it again")
    return await link_all(applying, write, members, found)


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
    shown = NOTHING_SHOWN
    if any(each.own for each in write.put_back):
        before = around(write.put_back, write.put_back[-1].start)
        shown = shown_by(await calendar.series(mailbox, write.master, before))
    await calendar.change_series(mailbox, write.master, SeriesChange(write.rule), window)
    await put_in_place(applying.outside, applying.resource, write.master, write.put_back, shown)
    found = await calendar.series(mailbox, write.master, window)
    if found is None:
        raise Stale("the series is not in the calendar any more; read it again")
    if await take_back(applying, found, members):
        found = await calendar.series(mailbox, write.master, window) or found
    return await link_all(applying, write, members, found)


async def _shortened(applying: Applying, write: SeriesWrite, members: Sequence[Settlement], _: Window) -> list[Outcome]:
    """Let a series end earlier, and put back what Exchange drops."""
    assert write.master is not None
    assert write.cut is not None
    await end_before(applying.outside, applying.resource, write.master, write.cut, write.put_back)
    return [await without_buffers(applying, settlement) for settlement in members]


async def _ended(
    applying: Applying, write: SeriesWrite, members: Sequence[Settlement], window: Window
) -> list[Outcome]:
    """Cancel or decline a series as one where nothing of it is over or lies beyond the window, else one by one."""
    assert write.master is not None
    calendar, mailbox = applying.outside.calendar, write.mailbox or applying.resource.mailbox
    found = await calendar.series(mailbox, write.master, window)
    is_whole = found is None or _is_whole(found, write, window)
    if write.mailbox is not None and found is not None:
        is_whole = is_whole and not _others(found, members)
    if not is_whole:
        return [await run_settlement(applying, settlement) for settlement in members]
    step = next(step for step in members[0].steps if step.side is Side.CALENDAR)
    words = await comment(applying, members[0], step) if write.mailbox is None else ""
    await _end(applying, write, mailbox, words)
    return [await _ended_beside(applying, settlement) for settlement in members]


async def _ended_beside(applying: Applying, settlement: Settlement) -> Outcome:
    """End on the platform too what ended there with the series."""
    beside = tuple(step for step in settlement.steps if step.side is Side.PLATFORM)
    if not beside:
        return await without_buffers(applying, settlement)
    outcome = await run_settlement(applying, replace(settlement, steps=beside))
    return outcome if outcome.failed else replace(outcome, settlement=settlement)


def _is_whole(found: SeriesFound, write: SeriesWrite, window: Window) -> bool:
    assert write.cut is not None
    is_inside = found.last is not None and found.last < window.end.date()
    return found.first >= write.cut and (is_inside or write.action is SeriesAction.CANCEL)


def _others(found: SeriesFound, members: Sequence[Settlement]) -> list[CalendarItem]:
    """Return what stands of a series beside the bookings that end: it may be of their organiser's own making."""
    ending = {copy_of(settlement) for settlement in members}
    return [item for item in found.items if item.key not in ending]


async def _end(applying: Applying, write: SeriesWrite, mailbox: MailboxId, words: str) -> None:
    calendar = applying.outside.calendar
    assert write.master is not None
    if write.action is SeriesAction.DECLINE:
        await calendar.decline(mailbox, write.master, words)
    else:
        await calendar.cancel(mailbox, write.master, words)


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
