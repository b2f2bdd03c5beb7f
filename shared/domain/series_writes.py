"""Series are planned occurrence by occurrence, and written as one where their occurrences come to the same. Pure.

``fold`` turns the steps of one series into one write. What the calendar has no pattern for, and what it would not keep
within a series, stays alone, and the decision says why. What is over is never written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from shared.domain.asked_series import asked_place, own_key
from shared.domain.booking import Booking, CalendarKey, PlatformSeries, Side
from shared.domain.decisions import Code, Reason
from shared.domain.ids import EventId, series_transaction
from shared.domain.ledger import Mapping, WriteMode
from shared.domain.plan import (
    Action,
    LedgerView,
    Plan,
    SeriesAction,
    SeriesWrite,
    Settlement,
)
from shared.domain.recurrence import Rule
from shared.domain.series_places import leaves_its_place, rest
from shared.domain.series_reshape import reshape
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
    reshaped = reshape(plan, ledger, why_not, now)
    found = {settlement.id: settlement for settlement in plan.settlements} | dict(reshaped.settlements)
    writes = [_told(write, invites=invites) for write in reshaped.writes]
    taken = frozenset(member for write in reshaped.writes for member in write.members)
    others = replace(plan, settlements=tuple(s for s in plan.settlements if s.id not in taken))
    for group in _creations(others, now):
        write, changed = _creation(group, _generation(group, ledger, plan), why_not, invites=invites)
        found |= {settlement.id: settlement for settlement in changed}
        writes += [write] if write else []
    writes += (_told(write, invites=invites) for write in _cancellations(others, ledger, now))
    settlements = tuple(found[settlement.id] for settlement in plan.settlements)
    return replace(plan, settlements=settlements, series=tuple(writes))


def _told(write: SeriesWrite, *, invites: bool) -> SeriesWrite:
    """Return a write of a standing series with its mails: its organiser is told once, so is whom we invited."""
    is_told = write.action is SeriesAction.DECLINE or invites
    silent = write.action is SeriesAction.CHANGE and not write.resets
    halves = 1 + (write.action is SeriesAction.SPLIT)
    # What a changed series has elsewhere is put back there; the halves of a split are put back each by itself.
    again = len(write.exceptions) + (0 if write.action is SeriesAction.CHANGE else len(write.put_back))
    return replace(write, mails=0 if silent or not is_told else halves + again)


def _creations(plan: Plan, now: datetime) -> list[list[Settlement]]:
    groups: dict[object, list[Settlement]] = defaultdict(list)
    for settlement in plan.settlements:
        actions = [(step.action, step.side) for step in settlement.steps]
        after, item = settlement.after, settlement.platform
        if actions != [(Action.CREATE, Side.CALENDAR)] or after is None or item is None or item.series is None:
            continue
        asks = after.request
        if item.series.original_start > now and not (asks and asks.singly):
            mailbox = asks.mailbox if asks else None
            groups[mailbox, item.series.id, item.series.rule, after.generation].append(settlement)
    return [sorted(group, key=_start) for group in groups.values() if len(group) >= _FEWEST]


def _start(settlement: Settlement) -> datetime:
    return _series(settlement).original_start


def _series(settlement: Settlement) -> PlatformSeries:
    assert settlement.platform is not None
    assert settlement.platform.series is not None
    return settlement.platform.series


def _creation(
    group: list[Settlement], generation: int, why_not: WhyNot, *, invites: bool
) -> tuple[SeriesWrite | None, list[Settlement]]:
    """Return the write that makes a series, and its members as they are to be noted; or why they stay alone."""
    places = [_series(settlement) for settlement in group]
    apart = [s for s in group if leaves_its_place(_wanted(s).when, _series(s), places)]
    alone = [_singly(settlement, NEIGHBOURS) for settlement in apart]
    group = [settlement for settlement in group if settlement not in apart]
    if len(group) < _FEWEST:
        return None, alone
    first = _series(group[0])
    rule = rest(first.rule, first.original_start)
    why = BEGUN if rule is None else why_not(rule)
    if rule is None or why:
        return None, alone + [_singly(settlement, why) for settlement in group]
    members = [_noted(settlement, generation) for settlement in group]
    wanted = members[0].steps[0].wanted
    exceptions = tuple(s.id for s in members if _is_exception(s, members[0]))
    first_after = members[0].after
    asks = first_after.request if first_after else None
    in_room = first_after is not None and first_after.mode is WriteMode.ROOM
    write = SeriesWrite(
        SeriesAction.CREATE,
        tuple(settlement.id for settlement in members),
        series_transaction(first.id, generation),
        rule,
        wanted,
        exceptions,
        mails=(1 + len(exceptions)) * (invites and in_room and wanted is not None and wanted.organiser is not None),
        mailbox=asks.mailbox if asks else None,
    )
    return write, alone + members


def _generation(group: Sequence[Settlement], ledger: LedgerView, plan: Plan) -> int:
    """Return the generation under which a series is made: the next one where an earlier one stands already.

    One that stands may have been made by a run that died, so that no mapping tells its generation: its copies do.
    """
    after, series = group[0].after, _series(group[0])
    assert after is not None
    members = {settlement.id for settlement in group}
    standing = [
        mapping.generation
        for mapping in ledger.mappings
        if mapping.platform is not None and mapping.platform.series == series.id and mapping.in_series
        if own_key(mapping) is not None and mapping.id not in members
    ]
    generation = max([after.generation, *(generation + 1 for generation in standing)])
    made = {settlement.calendar.transaction for settlement in plan.settlements if settlement.calendar}
    while series_transaction(series.id, generation) in made:
        generation += 1
    return generation


def _noted(settlement: Settlement, generation: int) -> Settlement:
    assert settlement.after is not None
    return replace(settlement, after=replace(settlement.after, generation=generation, in_series=True))


def _singly(settlement: Settlement, why: str) -> Settlement:
    reason = Reason(Code.WRITTEN_SINGLY, {"why": why})
    after = replace(settlement.after, in_series=False) if settlement.after else None
    return replace(settlement, after=after, decisions=(*settlement.decisions, reason))


def _wanted(settlement: Settlement) -> Booking:
    wanted = settlement.steps[0].wanted
    assert wanted is not None
    return wanted


def _is_exception(settlement: Settlement, first: Settlement) -> bool:
    series, wanted, like = _series(settlement), _wanted(settlement), _wanted(first)
    at_its_place = wanted.when == series.rule.on(series.rule.day_of(series.original_start))
    return not at_its_place or (wanted.title, wanted.private) != (like.title, like.private)


def _cancellations(plan: Plan, ledger: LedgerView, now: datetime) -> Iterable[SeriesWrite]:
    """Fold the cancellations and refusals of a series that leave none of what is still to come of it."""
    groups: dict[tuple[EventId, Action], list[Settlement]] = defaultdict(list)
    keys = {settlement.id: _calendar_key(settlement) for settlement in plan.settlements}
    for settlement in plan.settlements:
        key = keys[settlement.id]
        ends = [step.action for step in settlement.steps if step.side is Side.CALENDAR]
        beside = {step.action for step in settlement.steps if step.side is Side.PLATFORM}
        is_ending = len(ends) == 1 and ends[0] in (Action.CANCEL, Action.DECLINE) and beside <= {Action.CANCEL}
        if key is not None and is_ending:
            groups[key.event, ends[0]].append(settlement)
    members = _by_own_series(ledger.mappings) if groups else {}
    for (master, action), group in groups.items():
        ending = {settlement.id for settlement in group}
        stays = any(
            mapping.id not in ending and occupied(mapping.when, ledger.zone).end > now
            for mapping in members.get(master, ())
        )
        starts = [key.original_start for s in group if (key := keys[s.id]) and key.original_start]
        if len(group) >= _FEWEST and not stays and min(starts) > now:
            kind = SeriesAction.CANCEL if action is Action.CANCEL else SeriesAction.DECLINE
            asks = group[0].base.request if group[0].base and kind is SeriesAction.CANCEL else None
            mailbox = asks.mailbox if asks else None
            yield SeriesWrite(kind, tuple(s.id for s in group), master=master, cut=min(starts), mailbox=mailbox)


def _by_own_series(mappings: Iterable[Mapping]) -> dict[EventId, list[Mapping]]:
    """Return the mappings of occurrences by the series that is written for them."""
    found: dict[EventId, list[Mapping]] = defaultdict(list)
    for mapping in mappings:
        key = own_key(mapping)
        if key is not None and key.original_start is not None:
            found[key.event].append(mapping)
    return found


def _calendar_key(settlement: Settlement) -> CalendarKey | None:
    """Return the occurrence that is written for a settlement, in the room's or in a person's own mailbox."""
    asks = settlement.base.request if settlement.base else None
    if settlement.base is not None and asks is not None and settlement.base.origin is Side.PLATFORM:
        return asked_place(settlement.base)
    record = settlement.base.calendar if settlement.base else None
    key = settlement.calendar.key if settlement.calendar else record.key if record else None
    return key if key is not None and key.original_start is not None else None
