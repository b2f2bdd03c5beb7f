"""Series are planned occurrence by occurrence, and written as one where their occurrences come to the same. Pure.

``fold`` turns the steps of one series into one write. What the calendar has no pattern for, and what it would not keep
within a series, stays alone, and the decision says why. What is over is never written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.booking import CalendarKey, PlatformSeries, Side
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.ids import EventId, SeriesId, series_transaction
from shared.domain.plan import (
    Action,
    LedgerView,
    Plan,
    SeriesAction,
    SeriesWrite,
    Settlement,
)
from shared.domain.recurrence import Rule, begin
from shared.domain.series import by_master
from shared.domain.spans import occupied

NEIGHBOURS = "Outlook keeps an occurrence between those before and after it"
BEGUN = "a series that counts its occurrences cannot be continued in the middle"
_FEWEST = 2

WhyNot = Callable[[Rule], str]
"""Says why the calendar cannot express a rule; nothing where it can."""


def fold(plan: Plan, ledger: LedgerView, why_not: WhyNot, now: datetime, *, invites: bool) -> Plan:
    """Return the plan with the steps of each series made one write where that can be done.

    ``invites`` tells that the person of a booking is invited to what is made in the calendar.
    """
    found = {settlement.id: settlement for settlement in plan.settlements}
    writes: list[SeriesWrite] = []
    for group in _creations(plan, now):
        write, changed = _creation(group, ledger, why_not, invites=invites)
        found |= {settlement.id: settlement for settlement in changed}
        writes += [write] if write else []
    writes += (_told(write, invites=invites) for write in _cancellations(plan, ledger, now))
    changes = (write for write in _changes(plan, ledger, now) if write.rule and not why_not(write.rule))
    writes += (_told(write, invites=invites) for write in changes)
    settlements = tuple(found[settlement.id] for settlement in plan.settlements)
    return replace(plan, settlements=settlements, series=tuple(writes))


def _told(write: SeriesWrite, *, invites: bool) -> SeriesWrite:
    """Return a write of a standing series with its mails: its organiser is told once, so is whom we invited."""
    is_told = write.action is SeriesAction.DECLINE or invites
    silent = write.action is SeriesAction.CHANGE and not write.resets
    return replace(write, mails=0 if silent or not is_told else 1 + len(write.exceptions))


def _creations(plan: Plan, now: datetime) -> list[list[Settlement]]:
    groups: dict[object, list[Settlement]] = defaultdict(list)
    for settlement in plan.settlements:
        actions = [(step.action, step.side) for step in settlement.steps]
        after, item = settlement.after, settlement.platform
        if actions != [(Action.CREATE, Side.CALENDAR)] or after is None or item is None or item.series is None:
            continue
        if after.request is None and item.series.original_start > now:
            groups[item.series.id, item.series.rule, after.generation].append(settlement)
    return [sorted(group, key=_start) for group in groups.values() if len(group) >= _FEWEST]


def _start(settlement: Settlement) -> datetime:
    return _series(settlement).original_start


def _series(settlement: Settlement) -> PlatformSeries:
    assert settlement.platform is not None
    assert settlement.platform.series is not None
    return settlement.platform.series


def _creation(
    group: list[Settlement], ledger: LedgerView, why_not: WhyNot, *, invites: bool
) -> tuple[SeriesWrite | None, list[Settlement]]:
    """Return the write that makes a series, and its members as they are to be noted; or why they stay alone."""
    apart = [settlement for settlement in group if _leaves_its_place(settlement, group)]
    alone = [_singly(settlement, NEIGHBOURS) for settlement in apart]
    group = [settlement for settlement in group if settlement not in apart]
    if len(group) < _FEWEST:
        return None, alone
    first = _series(group[0])
    rule = _rest(first.rule, first.original_start)
    why = BEGUN if rule is None else why_not(rule)
    if rule is None or why:
        return None, alone + [_singly(settlement, why) for settlement in group]
    generation = _generation(group, ledger)
    members = [_noted(settlement, generation) for settlement in group]
    wanted = members[0].steps[0].wanted
    exceptions = tuple(s.id for s in members if _is_exception(s, members[0]))
    write = SeriesWrite(
        SeriesAction.CREATE,
        tuple(settlement.id for settlement in members),
        series_transaction(first.id, generation),
        rule,
        wanted,
        exceptions,
        mails=(1 + len(exceptions)) * (invites and wanted is not None and wanted.organiser is not None),
    )
    return write, alone + members


def _rest(rule: Rule, start: datetime) -> Rule | None:
    """Return what a rule has from one of its starts on; None where it would have to be counted anew."""
    day = rule.day_of(start)
    if day == rule.first:
        return rule
    return None if rule.count is not None else rule.starting(day)


def _generation(group: Sequence[Settlement], ledger: LedgerView) -> int:
    """Return the generation under which a series is made: the next one where an earlier one stands already."""
    after, series = group[0].after, _series(group[0])
    assert after is not None
    members = {settlement.id for settlement in group}
    standing = [
        mapping.generation
        for mapping in ledger.mappings
        if mapping.platform is not None and mapping.platform.series == series.id and mapping.in_series
        if mapping.calendar is not None and mapping.id not in members
    ]
    return max([after.generation, *(generation + 1 for generation in standing)])


def _noted(settlement: Settlement, generation: int) -> Settlement:
    assert settlement.after is not None
    return replace(settlement, after=replace(settlement.after, generation=generation, in_series=True))


def _singly(settlement: Settlement, why: str) -> Settlement:
    reason = Reason(Code.WRITTEN_SINGLY, {"why": why})
    after = replace(settlement.after, in_series=False) if settlement.after else None
    return replace(settlement, after=after, decisions=(*settlement.decisions, reason))


def _leaves_its_place(settlement: Settlement, group: Sequence[Settlement]) -> bool:
    """Tell whether an occurrence was moved to or past the day of the one before or after it."""
    series, wanted = _series(settlement), settlement.steps[0].wanted
    assert wanted is not None
    if type(wanted.when) is not type(series.rule.on(series.rule.first)):
        return True
    if begin(wanted.when) == series.original_start:
        return False
    day = series.rule.day_of(begin(wanted.when))
    others = [series.rule.day_of(_start(other)) for other in group if other is not settlement]
    own = series.rule.day_of(series.original_start)
    return any(day <= other for other in others if other < own) or any(day >= other for other in others if other > own)


def _is_exception(settlement: Settlement, first: Settlement) -> bool:
    series, wanted, like = _series(settlement), settlement.steps[0].wanted, first.steps[0].wanted
    assert wanted is not None
    assert like is not None
    at_its_place = wanted.when == series.rule.on(series.rule.day_of(series.original_start))
    return not at_its_place or (wanted.title, wanted.private) != (like.title, like.private)


def _cancellations(plan: Plan, ledger: LedgerView, now: datetime) -> Iterable[SeriesWrite]:
    """Fold the cancellations and refusals of a series that leave none of what is still to come of it."""
    groups: dict[tuple[EventId, Action], list[Settlement]] = defaultdict(list)
    for settlement in plan.settlements:
        key = _calendar_key(settlement)
        ends = [step.action for step in settlement.steps if step.side is Side.CALENDAR]
        if key is not None and len(settlement.steps) == 1 and ends and ends[0] in (Action.CANCEL, Action.DECLINE):
            groups[key.event, ends[0]].append(settlement)
    members = by_master(ledger.mappings) if groups else {}
    for (master, action), group in groups.items():
        ending = {settlement.id for settlement in group}
        stays = any(
            mapping.id not in ending and occupied(mapping.when, ledger.zone).end > now
            for mapping in members.get(master, ())
        )
        starts = [key.original_start for s in group if (key := _calendar_key(s)) and key.original_start]
        if len(group) >= _FEWEST and not stays and min(starts) > now:
            kind = SeriesAction.CANCEL if action is Action.CANCEL else SeriesAction.DECLINE
            yield SeriesWrite(kind, tuple(s.id for s in group), master=master, cut=min(starts))


def _changes(plan: Plan, ledger: LedgerView, now: datetime) -> Iterable[SeriesWrite]:
    """Fold the changes of a series of ours that has not begun and of which every occurrence changes."""
    groups: dict[tuple[EventId, SeriesId], list[Settlement]] = defaultdict(list)
    for settlement in plan.settlements:
        key, item, after = _calendar_key(settlement), settlement.platform, settlement.after
        actions = [(step.action, step.side) for step in settlement.steps]
        ours = after is not None and after.in_series and after.request is None
        if ours and key and item and item.series and actions == [(Action.CHANGE, Side.CALENDAR)]:
            groups[key.event, item.series.id].append(settlement)
    members = by_master(ledger.mappings) if groups else {}
    for (master, _), group in groups.items():
        group.sort(key=_start)
        changing = {settlement.id for settlement in group}
        others = any(mapping.id not in changing for mapping in members.get(master, ()))
        if len(group) >= _FEWEST and not others:
            write = _change(master, group, now)
            if write is not None:
                yield write


def _change(master: EventId, group: list[Settlement], now: datetime) -> SeriesWrite | None:
    rule, first = _series(group[0]).rule, _series(group[0]).original_start
    old = [key.original_start for s in group if (key := _calendar_key(s)) and key.original_start]
    apart = any(_leaves_its_place(settlement, group) for settlement in group)
    exceptions = tuple(settlement.id for settlement in group if _is_exception(settlement, group[0]))
    rest = _rest(rule, first)
    if rest is None or min([first, *old]) <= now or apart or len(exceptions) * 2 > len(group):
        return None
    moves = any(Field.TIME in settlement.steps[0].fields for settlement in group)
    return SeriesWrite(
        SeriesAction.CHANGE,
        tuple(settlement.id for settlement in group),
        rule=rest,
        wanted=group[0].steps[0].wanted,
        exceptions=exceptions,
        master=master,
        cut=min(old),
        resets=moves,
    )


def _calendar_key(settlement: Settlement) -> CalendarKey | None:
    record = settlement.base.calendar if settlement.base else None
    key = settlement.calendar.key if settlement.calendar else record.key if record else None
    return key if key is not None and key.original_start is not None else None
