"""Guards: rules that hold steps back until a person lifts them. Pure predicates over a plan.

rule                                                            holds
--------------------------------------------------------------  ------------------------------------
the ledger was lost or restored from an earlier day             every step of the run
a first read where the policy asks for a preview                every step of the run
more writes than the policy allows                              every step of the run
more cancellations than the policy allows                       every cancellation of the run
ten or more, and a larger part of all than the policy allows    every cancellation of the run
a first or full read finds nothing of three or more             every cancellation of the run
more mails of others would follow than the policy allows        every step that a mail follows
twenty or more new bookings, and more than the policy allows    every creation of the run, but in a
of those that were known (of twenty, where fewer were)          first read
what waits already, where it still asks for the same            that booking
a cancellation where a person permitted something else          that booking
a new booking over the time of one whose cancellation is held   that booking, until the other is settled

What belongs to one series counts once, as its organiser does it by one act; only the writes of a full read are
    free = [s for s in plan.settlements if s.writes and not _runs_unasked(s, setting)]
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from shared.domain.approval import asked, asks_to_remove, is_as_permitted, withdraws
from shared.domain.cases import Setting
from shared.domain.holding import hold, waiting_for
from shared.domain.ids import MappingId
from shared.domain.mails import mails_of
from shared.domain.plan import Action, LedgerView, Plan, Settlement
from shared.domain.policy import Imports
from shared.domain.rebuild import LOST
from shared.domain.series import is_taken_back
from shared.domain.spans import Span, occupied
from shared.domain.undo import is_undone

_FEWEST_OF_AN_EMPTIED_SIDE = 3
_FEWEST_OF_A_SHARE = 10
_FEWEST_OF_A_GROWTH = 20

Held = dict[MappingId, str]
"""What a rule holds, and why: a sentence for the person who lifts it."""


@dataclass(frozen=True)
class Guarded:
    """A plan of which some settlements are held, and why (a sentence for the person who lifts it)."""

    plan: Plan
    why: str = ""


def guard(plan: Plan, ledger: LedgerView, setting: Setting) -> Guarded:
    """Return the plan with the steps that may run; the others are open steps that wait for a person."""
    free = [s for s in plan.settlements if s.writes and not _runs_unasked(s, setting)]
    held: Held = {}
    for rule in _RULES:
        for settlement_id, why in rule(free, ledger, setting):
            held.setdefault(settlement_id, why)
    waiting = _over_held(plan.settlements, held, ledger, setting)
    if not held and not waiting:
        return Guarded(plan)
    settlements = tuple(hold(s, held[s.id], setting) if s.id in held else s for s in plan.settlements)
    settlements = tuple(waiting_for(s, waiting[s.id], setting) if s.id in waiting else s for s in settlements)
    return Guarded(replace(plan, settlements=settlements), next(iter(held.values()), ""))


def _runs_unasked(settlement: Settlement, setting: Setting) -> bool:
    permitted = is_as_permitted(settlement, setting)
    return permitted or is_undone(settlement.before) or is_taken_back(settlement)


Found = Iterator[tuple[MappingId, str]]
_Rule = Callable[[list[Settlement], LedgerView, Setting], Found]


def _previewed(free: list[Settlement], ledger: LedgerView, setting: Setting) -> Found:
    if ledger.first and setting.policy.imports is Imports.PREVIEW:
        yield from _all(free, "the first read waits for a preview, as the policy asks")


def _writes(free: list[Settlement], ledger: LedgerView, setting: Setting) -> Found:
    allowed = setting.policy.writes_held_above
    if ledger.bulk:
        writes = sum(settlement.cost for settlement in free)
        if writes > allowed:
            yield from _all(free, f"a full read would write {writes} times; the policy allows {allowed}")
        return
    acts = _acts(free)
    if acts > allowed:
        yield from _all(free, f"{acts} changes would be written at once; the policy allows {allowed}")


def _cancellations(free: list[Settlement], _: LedgerView, setting: Setting) -> Found:
    withdrawals = [settlement for settlement in free if withdraws(settlement)]
    cancelled, allowed = _acts(withdrawals), setting.policy.cancellations_held_above
    if cancelled > allowed:
        bookings = "booking" if cancelled == 1 else "bookings"
        yield from _all(withdrawals, f"{cancelled} {bookings} would be cancelled at once; the policy allows {allowed}")


def _share(free: list[Settlement], ledger: LedgerView, setting: Setting) -> Found:
    withdrawals = [settlement for settlement in free if withdraws(settlement)]
    known, allowed = max(ledger.known, len(ledger.mappings)), setting.policy.cancellations_share_held_above
    if _acts(withdrawals) >= _FEWEST_OF_A_SHARE and len(withdrawals) * 100 > allowed * known:
        why = f"{len(withdrawals)} of {known} bookings would be cancelled at once; the policy allows {allowed} percent"
        yield from _all(withdrawals, why)


def _emptied(free: list[Settlement], ledger: LedgerView, _: Setting) -> Found:
    withdrawals = [settlement for settlement in free if withdraws(settlement)]
    if not ledger.bulk or len(withdrawals) < _FEWEST_OF_AN_EMPTIED_SIDE:
        return
    window = Span(ledger.window.start, ledger.window.end)
    linked = sum(
        mapping.is_linked and occupied(mapping.when, ledger.zone).overlaps(window) for mapping in ledger.mappings
    )
    if len(withdrawals) == linked:
        yield from _all(withdrawals, f"one side shows none of {linked} bookings any more")


def _mails(free: list[Settlement], ledger: LedgerView, setting: Setting) -> Found:
    told = {each.id: mails_of(each, setting.policy, bulk=ledger.bulk) for each in free}
    # A series is made as one, and invites once.
    by_act = {_as_one(each) if _creates(each) else each.id: told[each.id] for each in free}
    mails, allowed = sum(by_act.values()), setting.policy.mails_held_above
    if mails > allowed:
        why = f"{mails} mails would follow at once; the policy allows {allowed}"
        yield from _all((each for each in free if told[each.id]), why)


def _growth(free: list[Settlement], ledger: LedgerView, setting: Setting) -> Found:
    creations = [settlement for settlement in free if settlement.before is None and _creates(settlement)]
    known, allowed = max(ledger.known, len(ledger.mappings)), setting.policy.growth_held_above
    new = _acts(creations)
    if not ledger.first and new >= _FEWEST_OF_A_GROWTH and new * 100 > allowed * max(known, _FEWEST_OF_A_GROWTH):
        why = f"{new} new bookings came at once where {known} were known; the policy allows {allowed} percent"
        yield from _all(creations, why)


def _still_held(free: list[Settlement], _: LedgerView, setting: Setting) -> Found:
    for settlement in free:
        step = setting.held.get(settlement.id)
        if step is not None and step.wants and step.wants == asked(settlement, settlement.steps, setting.key):
            yield settlement.id, step.reason


def _not_as_permitted(free: list[Settlement], _: LedgerView, setting: Setting) -> Found:
    other = (each for each in free if each.id in setting.permitted and withdraws(each))
    yield from _all(other, "it is no longer what was approved")


def _found_again(free: list[Settlement], ledger: LedgerView, _: Setting) -> Found:
    if ledger.rebuild:
        yield from _all(free, f"{LOST}; what differs from it waits")


_RULES: tuple[_Rule, ...] = (
    _found_again,
    _previewed,
    _writes,
    _cancellations,
    _share,
    _emptied,
    _mails,
    _growth,
    _still_held,
    _not_as_permitted,
)


def _all(settlements: Iterable[Settlement], why: str) -> Found:
    return ((settlement.id, why) for settlement in settlements)


def _acts(settlements: Iterable[Settlement]) -> int:
    return len({_as_one(settlement) for settlement in settlements})


def _as_one(settlement: Settlement) -> str:
    """Return what the steps about a series have in common: its organiser does it by one act."""
    mapping = settlement.base or settlement.after
    record = mapping.calendar if mapping else None
    if record is not None and record.key.original_start is not None:
        return record.key.event
    booking = mapping.platform if mapping else None
    return booking.series if booking is not None and booking.series else settlement.id


def _creates(settlement: Settlement) -> bool:
    return any(step.action is Action.CREATE for step in settlement.steps)


def _over_held(
    settlements: Iterable[Settlement], held: Held, ledger: LedgerView, setting: Setting
) -> dict[MappingId, MappingId]:
    """Return the creations that would meet a booking which stays for now, because its cancellation is held."""
    if setting.policy.units > 1:
        return {}
    plan = tuple(settlements)
    staying = [
        (each.id, occupied(each.before.when, ledger.zone).widened(setting.policy.gap))
        for each in plan
        if each.before is not None and each.id in held and withdraws(each)
    ]
    staying += [
        (each.id, occupied(each.after.when, ledger.zone).widened(setting.policy.gap))
        for each in plan
        if each.after is not None and each.open is not None and asks_to_remove(each.open)
    ]
    found: dict[MappingId, MappingId] = {}
    for each in plan:
        if staying and each.id not in held and _creates(each) and each.after is not None:
            span = occupied(each.after.when, ledger.zone)
            met = next((other for other, taken in staying if taken.overlaps(span)), None)
            if met is not None:
                found[each.id] = met
    return found
