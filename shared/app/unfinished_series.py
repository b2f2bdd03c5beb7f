"""Rewrites of standing series that broke off: what was noted before the first write is finished before a run looks.

Exchange drops the exceptions of a series that gets another rule or end, and between two writes a split has both halves
at once. An open step says beforehand which series that is about, from which start on it is replaced, under which
transaction its second half is made, and what is to be put back: keys and times, never content. What an occurrence
shows by itself is read before the write, and once that is over told by its booking. A run that finds such a step
finishes it first; seen half done, what Exchange dropped would look like somebody's edit. What a person moved or
took out since is left as it is.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

from shared.app.outside import Outside
from shared.app.sight import Sight
from shared.domain.booking import Booking, CalendarItem, CalendarKey, PlatformItem, Window
from shared.domain.ids import EventId, TransactionId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.plan import Plan, SeriesAction
from shared.domain.projection import to_calendar
from shared.domain.recurrence import begin
from shared.domain.resource import Resource
from shared.domain.spans import occupied
from shared.domain.standing import PutBack
from shared.ports.calendar import EventChange, SeriesChange, SeriesFound
from shared.ports.errors import Rejected, Stale

logger = logging.getLogger("lockstep.series")

_ONE_DAY = timedelta(days=1)
NOTHING_SHOWN: Mapping[datetime, Booking] = MappingProxyType({})


def note_id(master: EventId) -> str:
    """Return the id of the open step that says that a series is being rewritten."""
    return f"series-{hashlib.sha256(master.encode()).hexdigest()[:24]}"


def rewrites_noted(plan: Plan, now: datetime) -> tuple[OpenStep, ...]:
    """Return what is to be remembered of the rewrites of a plan before the first of them."""
    return tuple(
        OpenStep(
            note_id(write.master),
            Cause.SERIES,
            now,
            now,
            calendar=CalendarKey(write.master, write.cut),
            actions=tuple(map(str, write.put_back)),
            wants=write.transaction or "",
        )
        for write in plan.series
        if write.master is not None and (write.put_back or write.action is SeriesAction.SPLIT)
    )


@dataclass(frozen=True)
class Rewrites:
    """What became of the rewrites of a run, for ``remember``: the open steps that stay, and the ids of those done."""

    unfinished: tuple[OpenStep, ...] = ()
    finished: frozenset[str] = frozenset()


async def finish_rewrites(outside: Outside, resource: Resource, open_steps: Iterable[OpenStep]) -> None:
    """Finish the rewrites that broke off. Raises the ports' errors but a refusal, which the next look shows."""
    for step in open_steps:
        if step.cause is Cause.SERIES and step.calendar is not None:
            try:
                await _finish(outside, resource, step, step.calendar)
            except Rejected as error:
                logger.warning("a rewrite of a series of %s stays as it is: %s", resource.id, error)


async def _finish(outside: Outside, resource: Resource, step: OpenStep, key: CalendarKey) -> None:
    put_back = [PutBack.parse(text) for text in step.actions]
    if step.wants:
        moment = Window(step.since, step.since + _ONE_DAY)
        second = await outside.calendar.find_series(resource.mailbox, TransactionId(step.wants), moment)
        if second is None or key.original_start is None:
            return
        await end_before(outside, resource, key.event, key.original_start, put_back)
        return
    await put_in_place(outside, resource, key.event, put_back)


async def end_before(
    outside: Outside, resource: Resource, master: EventId, cut: datetime, put_back: Sequence[PutBack]
) -> None:
    """End a series before one of its starts, and put back what Exchange drops of the rest. It can be repeated."""
    calendar = outside.calendar
    found = await calendar.series(resource.mailbox, master, around(put_back, cut))
    if found is None:
        return
    if found.rule is None:
        raise Rejected("the series has a rule that is not understood, so it cannot be ended early", "rule")
    last = found.rule.day_of(cut) - _ONE_DAY
    if last < found.rule.first:
        await calendar.cancel(resource.mailbox, master, "")
        return
    shown = shown_by(found)
    if found.last is None or found.last > last:
        await calendar.change_series(
            resource.mailbox, master, SeriesChange(found.rule.ending(last)), around(put_back, cut)
        )
    await put_in_place(outside, resource, master, put_back, shown)


def shown_by(found: SeriesFound | None) -> dict[datetime, Booking]:
    """Return what each occurrence of a series shows before it is written, by original starts."""
    items = found.items if found else ()
    return {item.key.original_start: item.booking for item in items if item.key.original_start}


async def put_in_place(
    outside: Outside,
    resource: Resource,
    master: EventId,
    put_back: Sequence[PutBack],
    shown: Mapping[datetime, Booking] = NOTHING_SHOWN,
) -> None:
    """Put back what Exchange dropped of a series; what a person has put elsewhere meanwhile is left as it is.

    ``shown`` is what its occurrences showed before the write, where this run has seen it.
    """
    if not put_back:
        return
    found = await outside.calendar.series(resource.mailbox, master, around(put_back, put_back[-1].start))
    items = {item.key.original_start: item for item in found.items} if found else {}
    for each in put_back:
        item = items.get(each.start)
        if item is None or (begin(item.booking.when) != each.start and item.booking.when != each.when):
            continue
        own = await _own(outside, resource, item, shown.get(each.start)) if each.own else None
        if item.booking.when != each.when or (own is not None and _differs(own, item.booking)):
            await _put(outside, resource, item, each, own)


async def _own(outside: Outside, resource: Resource, item: CalendarItem, before: Booking | None) -> Booking | None:
    """Return what an occurrence showed by itself: as this run saw it, else as its booking says."""
    if before is not None and not before.private and before.title != item.booking.title:
        return before
    for mapping in await outside.ledgers.by_calendar_keys(resource.id, [item.key]):
        if mapping.platform is not None and resource.platform is not None:
            booking = await outside.platform.read(resource.platform, mapping.platform.id)
            return to_calendar(booking) if isinstance(booking, PlatformItem) else None
    return None


def _differs(own: Booking, now: Booking) -> bool:
    return own.private != now.private or (not own.private and own.title != now.title)


async def _put(outside: Outside, resource: Resource, item: CalendarItem, wanted: PutBack, own: Booking | None) -> None:
    calendar, mailbox = outside.calendar, resource.mailbox
    if wanted.when is None:
        await calendar.cancel(mailbox, item.event, "")
        return
    now = await calendar.read(mailbox, item.key)
    if not isinstance(now, CalendarItem):
        raise Stale("an occurrence was removed while its series was changed")
    when = wanted.when if now.booking.when != wanted.when else None
    change = EventChange(resource.facts.zone, when, own.title if own else None, own.private if own else None)
    await calendar.change(mailbox, now.event, change, now.version)


def around(put_back: Sequence[PutBack], cut: datetime) -> Window:
    """Return a window that shows every occurrence that may have to be put back, at its place."""
    spans = [occupied(each.when, "UTC") for each in put_back if each.when]
    starts = [each.start for each in put_back]
    first = min([cut, *starts, *(span.start for span in spans)])
    return Window(first - _ONE_DAY, max([cut, *starts, *(span.end for span in spans)]) + _ONE_DAY)


async def find_second_halves(sight: Sight, open_steps: Iterable[OpenStep]) -> None:
    """Look for the second half of each split that was noted: the feed may not show it yet."""
    for step in open_steps:
        if step.cause is Cause.SERIES and step.wants:
            transaction = TransactionId(step.wants)
            found = await sight.outside.calendar.find_series(sight.resource.mailbox, transaction, sight.window)
            for item in found.items if found else ():
                sight.events.setdefault(item.key, item)
