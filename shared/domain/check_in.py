"""Check-in and release: a booking at which nobody checks in within the policy's minutes gives its time back. Pure.

    the booking                                  decision
    -------------------------------------------  ------------------------------------------------------------
    takes place within a day                     its check-in is awaited: an open step that falls due then
    checked in on the platform                   remembered, nothing more is awaited
    due, nobody checked in                       released: cancelled on the platform, withdrawn from the calendar
    due, and changed in the same run             settled first, its check-in is awaited anew
    released on the platform already             withdrawn from the calendar with that reason
    over, all-day, or on one side only           nothing

The minutes count from the start, or from when the booking got its present time where that was later; where it came to
stand on both sides only after that, they count from then, because nobody could check in before. The platform
releases in one transaction and only where nobody has checked in: a late check-in either is in time, or finds the
booking released. Where Exchange itself releases what nobody claims, Lockstep releases nothing and follows.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.booking import Gone, PlatformItem, Side
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.merge import withdrawal
from shared.domain.plan import Action, LedgerView, PlatformReport, Settlement, Step
from shared.domain.policy import Direction, Policy, ReleasedBy
from shared.domain.spans import Timed

AWAITED_AHEAD = timedelta(hours=26)
"""How long before it falls due a check-in is awaited: longer than any sweep interval and a day's outage."""


def is_awaited(policy: Policy) -> bool:
    """Tell whether a resource's bookings are released by Lockstep when nobody checks in."""
    ours = policy.released_by is ReleasedBy.LOCKSTEP and policy.direction is not Direction.TO_PLATFORM
    return policy.check_in_minutes > 0 and ours


def due_at(mapping: Mapping, policy: Policy) -> datetime | None:
    """Return until when somebody has to check in; None where nobody has to."""
    if mapping.state is not MappingState.LINKED or mapping.checked_in is not None:
        return None
    if not isinstance(mapping.when, Timed):
        return None
    due = max(mapping.when.start, mapping.held_since) + timedelta(minutes=policy.check_in_minutes)
    return due if due < mapping.when.end else None


def checked_in(
    settlement: Settlement, report: PlatformReport | None, ledger: LedgerView, setting: Setting
) -> Settlement:
    """Return a settlement with the check-in that the platform reports, or with the release that is due."""
    if isinstance(report, Gone) or (report is not None and report.booking.cancelled):
        return _released_there(settlement) if report.released else settlement
    after = settlement.after
    if report is None or after is None or after.checked_in == report.checked_in:
        return _released(settlement, report, ledger, setting)
    return replace(settlement, after=replace(after, checked_in=report.checked_in))


def _released(
    settlement: Settlement, report: PlatformReport | None, ledger: LedgerView, setting: Setting
) -> Settlement:
    before, after = settlement.before, settlement.after
    if before is None or after is None or settlement.steps or before.when != after.when:
        return settlement
    due = due_at(after, setting.policy) if is_awaited(setting.policy) else None
    waiting = (s for s in ledger.open_steps if s.cause is Cause.CHECK_IN and s.mapping == settlement.id)
    awaited = next((_until(step, after) or due for step in waiting), None)
    if due is None or awaited is None or not isinstance(report, PlatformItem) or not isinstance(after.when, Timed):
        return settlement
    if not max(due, awaited) <= setting.now < after.when.end:
        return settlement
    facts = {"minutes": str(setting.policy.check_in_minutes)}
    reason = Reason(Code.RELEASED, facts)
    steps = (Step(Action.CANCEL, Side.PLATFORM, reason), withdrawal(after, Code.RELEASED, facts))
    return replace(settlement, after=None, steps=steps, decisions=(reason,), open=None)


def _released_there(settlement: Settlement) -> Settlement:
    """Give what follows from a release on the platform its reason."""
    if settlement.after is not None or settlement.before is None:
        return settlement
    reason = Reason(Code.RELEASED)
    steps = tuple(replace(step, reason=reason) for step in settlement.steps)
    return replace(settlement, steps=steps, decisions=(reason,))


@dataclass(frozen=True)
class Awaited:
    """What is to be remembered of the check-ins that are awaited: open steps, and the ids of those done with."""

    opened: tuple[OpenStep, ...] = ()
    settled: frozenset[str] = frozenset()


def await_check_ins(
    standing: Iterable[Mapping],
    gone: Iterable[MappingId],
    open_steps: Sequence[OpenStep],
    answered: frozenset[MappingId],
    policy: Policy,
    now: datetime,
    *,
    linked: Container[MappingId] = (),
) -> Awaited:
    """Return which check-ins are awaited from now on.

    ``standing`` are the mappings known after the run, ``gone`` those it dropped, ``answered`` those whose open steps
    the run is about to close, ``linked`` those that came to stand on both sides in this run.
    """
    known: MappingOf[MappingId, OpenStep] = {
        step.mapping: step for step in open_steps if step.cause is Cause.CHECK_IN and step.mapping
    }
    opened, settled = [], {known[each].id for each in gone if each in known}
    for mapping in standing:
        earlier = known.get(mapping.id)
        due = _awaited_until(mapping, earlier, policy, now if mapping.id in linked else None)
        is_late = earlier is not None and isinstance(mapping.when, Timed) and now < mapping.when.end
        if due is not None and (now < due <= now + AWAITED_AHEAD or (due <= now and is_late)):
            # The time tells of which one the minutes count from later than they would by the policy.
            time = mapping.when if due != due_at(mapping, policy) else None
            step = OpenStep(f"check-in-{mapping.id}", Cause.CHECK_IN, now, due, mapping.id, time=time)
            if earlier is None or earlier.due != due or mapping.id in answered:
                opened.append(step)
        elif earlier is not None:
            settled.add(earlier.id)
    return Awaited(tuple(opened), frozenset(settled))


def _awaited_until(
    mapping: Mapping, earlier: OpenStep | None, policy: Policy, linked: datetime | None
) -> datetime | None:
    """Return until when somebody has to check in, ``linked`` being when the booking came to stand on both sides."""
    due = due_at(mapping, policy) if is_awaited(policy) else None
    if due is None or not isinstance(mapping.when, Timed):
        return None
    later = linked + timedelta(minutes=policy.check_in_minutes) if linked else _until(earlier, mapping)
    due = max(due, later or due)
    return due if due < mapping.when.end else None


def _until(step: OpenStep | None, mapping: Mapping) -> datetime | None:
    """Return when a check-in that is awaited falls due; None where the booking has another time since."""
    return step.due if step is not None and step.time == mapping.when else None
