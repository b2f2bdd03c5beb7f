"""The planner: what brings both sides of one resource together, as a function of values.

``plan`` pairs what was seen with the ledger's mappings, merges each, judges the overlaps that arise, and
puts the settlements in the order in which they are applied: removals free time before others take it.
It knows no clock and no chance: the order of its input does not matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shared.domain.arrivals import mint
from shared.domain.asked_series import of_asked_series
from shared.domain.booking import Item, PlatformItem, Side
from shared.domain.buffers import with_buffers
from shared.domain.cases import Case, Setting
from shared.domain.check_in import checked_in
from shared.domain.discarding import let_be, with_discarded
from shared.domain.flapping import calmed
from shared.domain.held_overlaps import with_held_overlap
from shared.domain.horizon import placed
from shared.domain.ledger import Cause, WriteMode
from shared.domain.lost_before import was_to_go
from shared.domain.meeting_edits import merge_meeting
from shared.domain.one_sided import settle_one_sided, settle_pair_of_series
from shared.domain.other_rooms import is_look, with_other_rooms
from shared.domain.pairing import Pairing, pair
from shared.domain.plan import Action, CalendarReport, LedgerView, Plan, PlatformReport, Settlement
from shared.domain.policy import Policy, Requests
from shared.domain.rebuild import is_orphaned, later_marks, settle_orphan
from shared.domain.rejoining import settle_new
from shared.domain.restate import restated
from shared.domain.retire import is_over, retired
from shared.domain.returns import settle_overlaps_and_returns
from shared.domain.room_requests import asked_again, settle_request
from shared.domain.series import followed, withdrawn
from shared.domain.twins import find_twins, without_twins
from shared.domain.undo import is_undone, removed, undone
from shared.domain.unrecorded import named
from shared.domain.waiting_requests import is_request
from shared.domain.withheld_copies import withhold_copies

UNDONE = frozenset({Cause.RETRY, Cause.STALE, Cause.CREATING, Cause.REJECTED})
"""Causes of open steps that a run leaves behind when it could not finish."""
TIME_REFUSED = frozenset({"overlap", "blocked"})
"""The words of a platform that refuses a time, as opposed to refusing us."""

_CANCEL, _DECLINE, _CREATE = Action.CANCEL, Action.DECLINE, Action.CREATE


def plan(
    ledger: LedgerView,
    calendar: Sequence[CalendarReport],
    platform: Sequence[PlatformReport],
    policy: Policy,
    now: datetime,
) -> Plan:
    """Return the plan for what this run saw of both sides.

    ``ledger`` holds the mappings of everything reported and their neighbours in time. Nothing is taken from
    absence, and equal sides give an empty plan.
    """
    setting = setting_of(ledger, policy, now)
    pairing = pair(ledger.mappings, calendar, platform, later_marks(ledger.mappings) if ledger.rebuild else {})
    shows = any(isinstance(each, PlatformItem) and not each.booking.cancelled for each in platform)
    ties = followed(
        ledger,
        pairing.events,
        pairing.new_events,
        pairing.new_bookings,
        now,
        reported=pairing.bookings,
        platform_shows=shows,
    )
    pairing.take(ties)
    new: list[Item] = [*pairing.new_events, *pairing.new_bookings]
    twins = find_twins(new, ledger, pairing.events, pairing.bookings, setting)
    drafts = _known(pairing, twins.settlements, ledger, setting)
    pairs = (settle_pair_of_series(event, booking, setting) for event, booking in ties.pairs)
    drafts += [of_asked_series(pair_of_series, ledger.mappings) for pair_of_series in pairs]
    drafts += [withdrawn(event, mint(Side.CALENDAR, str(event.key), setting)) for event in ties.orphans]
    unpaired = without_twins(pairing.new_events, twins)
    new_events, withheld = withhold_copies(unpaired, ledger.mappings, setting)
    new_bookings = without_twins(pairing.new_bookings, twins)
    drafts += settle_new(new_events, new_bookings, ledger, setting)
    judged = _judged(drafts, pairing, ledger, setting)
    loud = (settlement for settlement in (*judged, *withheld) if not settlement.is_quiet)
    return Plan(tuple(sorted(loud, key=_order)))


def _known(pairing: Pairing, twins: Sequence[Settlement], ledger: LedgerView, setting: Setting) -> list[Settlement]:
    """Settle what mappings know: bookings with a twin are settled already, and what is over is retired."""
    over = [case for case in pairing.all_cases(ledger.mappings) if is_over(case, ledger)] if ledger.bulk else []
    past = {case.mapping.id for case in over} | {settlement.id for settlement in twins}
    standing = (case for case in pairing.cases(ledger.mappings) if case.mapping.id not in past)
    drafts = [*twins, *(retired(case, ledger) for case in over)]
    return drafts + [let_be(_settle(case, setting), setting) for case in standing]


def _judged(
    drafts: Sequence[Settlement], pairing: Pairing, ledger: LedgerView, setting: Setting
) -> Sequence[Settlement]:
    """Judge drafts beside one another, by what happened to each before, and by what a person discarded."""
    alone: list[Settlement] = []
    known: list[Settlement] = []
    for each in settle_overlaps_and_returns(drafts, ledger, setting):
        (alone if _is_new_and_alone(each) else known).append(each)
    known = [_with_history(each, pairing, ledger, setting) for each in known]
    if setting.discarded:
        known = with_discarded(known, ledger, setting, pairing.ended(setting.policy))
    known = [placed(named(each), ledger) for each in known]
    return with_buffers(alone + known, ledger, setting)


def _is_new_and_alone(settlement: Settlement) -> bool:
    """Tell whether one side alone shows a booking, in one room, for the first time: most of a first merge are such."""
    event = settlement.calendar
    if settlement.before is not None or settlement.open is not None:
        return False
    return event is None or (settlement.platform is None and not event.rooms)


def _with_history(settlement: Settlement, pairing: Pairing, ledger: LedgerView, setting: Setting) -> Settlement:
    """Return what becomes of a booking by what was asked before, written back and forth, refused by another room of its
    meeting, or checked in.
    """
    calm = with_held_overlap(calmed(asked_again(settlement, setting), setting), setting)
    shared = with_other_rooms(calm, ledger, setting)
    return checked_in(shared, pairing.bookings.get(shared.id), ledger, setting)


def setting_of(ledger: LedgerView, policy: Policy, now: datetime) -> Setting:
    """Return what the merge of every mapping of a run shares."""
    permitted = frozenset(step.mapping for step in ledger.open_steps if step.permitted and step.mapping)
    refusals = [s for s in ledger.open_steps if s.cause is Cause.REJECTED and s.reason in TIME_REFUSED]
    rejected = frozenset(step.mapping for step in refusals if step.mapping)
    insisted = frozenset(step.mapping for step in refusals if step.mapping and step.attempts > 1)
    disputed = frozenset(s.mapping for s in ledger.open_steps if s.cause is Cause.CONFLICT and s.mapping)
    unsettled = frozenset(s.mapping for s in ledger.open_steps if s.cause in UNDONE and s.mapping)
    waits = (s for s in ledger.open_steps if s.cause is Cause.AWAITING_ROOM and not is_look(s))
    waiting = {s.mapping: s for s in waits if s.mapping}
    return Setting(
        policy,
        ledger.key,
        now,
        permitted,
        rejected,
        disputed,
        unsettled,
        insisted,
        policy_changed=ledger.policy_changed,
        mode=WriteMode.ROOM if ledger.bulk else policy.write_mode,
        meetings=ledger.meetings,
        waiting=waiting,
        permissions={step.mapping: step.wants for step in ledger.open_steps if step.permitted and step.mapping},
        held={s.mapping: s for s in ledger.open_steps if s.cause is Cause.HELD and not s.permitted and s.mapping},
        requests=ledger.requests,
        holds_requests=ledger.takes_requests and policy.requests is Requests.HOLD,
        foreseen=ledger.foreseen,
        undoing={s.mapping: s for s in ledger.open_steps if s.cause is Cause.UNDO and s.mapping},
        discarded={step.mapping: step for step in ledger.discarded if step.mapping},
        unwritable=ledger.unwritable,
        declined_series=ledger.declined_series,
        to_go=frozenset(step.mapping for step in ledger.open_steps if step.mapping and was_to_go(step)),
    )


def _settle(case: Case, setting: Setting) -> Settlement:
    if is_orphaned(case.mapping):
        return settle_orphan(case, setting)
    if is_undone(case.mapping):
        return removed(case, setting, _merged) or settle_one_sided(case, setting)
    if case.mapping.id in setting.undoing:
        return undone(case, setting, _merged)
    return _merged(case, setting)


def _merged(case: Case, setting: Setting) -> Settlement:
    if is_request(case.mapping):
        return settle_request(case, setting)
    if case.mapping.calendar is not None and case.mapping.platform is not None:
        return restated(merge_meeting(case, setting), setting)
    return settle_one_sided(case, setting)


def _order(settlement: Settlement) -> str:
    """Return the turn of a settlement and its id, as one word: thousands of words sort faster than pairs."""
    turn = "1"
    for step in settlement.steps:
        if step.action is _CANCEL or step.action is _DECLINE:
            return "0" + settlement.id
        if step.action is _CREATE:
            turn = "2"
    return turn + settlement.id
