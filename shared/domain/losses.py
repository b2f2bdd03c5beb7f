"""What becomes of a booking that lost its time to another: the settlement of each verdict.

A new one is refused, a moved one gets its old time back where that is ours to write, and whatever may not be
taken away is reported. What is removed carries the reason of the verdict; nothing is removed without one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.approval import actions_of, asked
from shared.domain.booking import Booking, Side
from shared.domain.cases import Setting
from shared.domain.claims import BLOCK
from shared.domain.conflicts import Verdict
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.held_overlaps import OVERLAPS
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.merge import withdrawal
from shared.domain.plan import Action, Settlement, Step
from shared.domain.policy import DirectEntries, Winner
from shared.domain.projection import written

TAKEN = "the time is taken"
"""Why the platform keeps a booking where it is."""


def _refused_move(loser: Settlement, verdict: Verdict, setting: Setting) -> Settlement:
    """The platform keeps the old time: our own event gets it back, of somebody else's meeting it is shown."""
    assert loser.base is not None
    if _organised_here(loser.after) and _calendar_moved(loser):
        return _put_back(loser, Reason(Code.REFUSED_BY_SIDE, {"side": Side.PLATFORM, "why": TAKEN}))
    known = loser.id in setting.disputed
    decisions = () if known else (Reason(Code.OVERLAP_REPORTED, _facts(verdict, setting)),)
    return replace(loser, after=loser.before, steps=(), decisions=decisions, open=_conflict(loser, setting, verdict))


def _has_both(mapping: Mapping | None) -> bool:
    return mapping is not None and mapping.calendar is not None and mapping.platform is not None


def _is_asked(mapping: Mapping) -> bool:
    return mapping.request is not None and mapping.request.event is not None


def _organised_here(mapping: Mapping | None) -> bool:
    return mapping is not None and mapping.calendar is not None and mapping.calendar.is_organiser


def _calendar_moved(settlement: Settlement) -> bool:
    """Tell whether the calendar shows another time than was agreed: else it is the platform that was to return."""
    seen, base = settlement.calendar, settlement.base
    return seen is not None and base is not None and seen.booking.when != base.when


def _facts(verdict: Verdict, setting: Setting) -> dict[str, str]:
    span = verdict.winner.span
    return {
        "other": verdict.winner.id,
        "other_start": span.start.isoformat(),
        "other_end": span.end.isoformat(),
        "winner": setting.policy.winner,
    }


def _code(verdict: Verdict) -> Code:
    return Code.LOST_TO_BLOCK if verdict.winner.is_block else Code.LOST_TO_OTHER


def judged(loser: Settlement, verdict: Verdict, setting: Setting) -> Settlement:
    """Return the settlement of the booking that a verdict decides against."""
    facts = _facts(verdict, setting)
    reason = Reason(_code(verdict), facts)
    stays = is_left_standing(loser, verdict, setting)
    copied = loser.base is not None and _has_both(loser.after)
    if stays and copied and loser.id in setting.rejected:
        return _refused_move(loser, verdict, setting)
    if stays:
        return _reported(loser, Reason(Code.OVERLAP_REPORTED, facts), setting, verdict)
    if loser.base is None or not loser.base.is_linked:
        return _refused_arrival(loser, reason)
    if loser.after is not None and loser.base.when != loser.after.when:
        return _put_back(loser, reason)
    return _withdrawn(loser, loser.base, reason)


def is_left_standing(loser: Settlement, verdict: Verdict, setting: Setting) -> bool:
    """Tell whether a booking stays although it lost, and only its overlap is shown."""
    return verdict.reported_only or _is_kept_direct_entry(loser, setting)


def _is_kept_direct_entry(loser: Settlement, setting: Setting) -> bool:
    mapping = loser.after or loser.base
    if mapping is None or mapping.calendar is None or setting.policy.direct_entries is DirectEntries.REMOVE:
        return False
    moved = loser.base is not None and loser.base.when != mapping.when
    return mapping.origin is Side.CALENDAR and mapping.calendar.is_organiser and not moved


def _reported(loser: Settlement, reason: Reason, setting: Setting, verdict: Verdict) -> Settlement:
    """Show the overlap. A new booking is still written where ``report`` asks for both to stay."""
    assert loser.after is not None  # a claim is made of a mapping that stands
    already = loser.id in setting.disputed or (loser.base is not None and loser.base.state is MappingState.REFUSED)
    open_step = _conflict(loser, setting, verdict)
    if (setting.policy.winner is Winner.REPORT or verdict.both_stay) and not _is_kept_off(loser, verdict, setting):
        known = loser.id in setting.disputed
        return replace(loser, decisions=loser.decisions if known else (*loser.decisions, reason), open=open_step)
    decisions = () if already else (reason,)
    if loser.steps and _has_both(loser.base):
        # What is not written is not agreed: whoever judges it again sees the same change.
        return replace(loser, after=loser.before or loser.base, steps=(), decisions=decisions, open=open_step)
    after = replace(loser.after, state=MappingState.REFUSED, reason=reason.code) if loser.steps else loser.after
    return replace(loser, after=after, steps=(), decisions=decisions, open=open_step)


def _is_kept_off(loser: Settlement, verdict: Verdict, setting: Setting) -> bool:
    """Tell whether the platform refuses a booking's time, and not once for the sake of what has left it since."""
    return loser.id in setting.rejected and (verdict.winner.on_platform or loser.id in setting.insisted)


def _conflict(loser: Settlement, setting: Setting, verdict: Verdict) -> OpenStep:
    if loser.open is not None and loser.open.blocked is not None:
        # Of all that it overlaps in this run, only a blocked time has nobody who would tell that it has gone.
        return loser.open
    winner = verdict.winner
    blocked = winner.span if winner.id.startswith(BLOCK) else None
    why = f"{OVERLAPS}{winner.id}"
    return OpenStep(f"conflict-{loser.id}", Cause.CONFLICT, setting.now, mapping=loser.id, reason=why, blocked=blocked)


def held_back(loser: Settlement, verdict: Verdict, setting: Setting) -> Settlement:
    """Return the settlement of a verdict that a person has to look at first."""
    if loser.after is None:
        return loser
    reason = Reason(Code.HELD, _facts(verdict, setting))
    steps = judged(loser, verdict, setting).steps
    step = replace(
        _conflict(loser, setting, verdict),
        id=f"held-{loser.id}",
        cause=Cause.HELD,
        actions=actions_of(steps),
        wants=asked(loser, steps, setting.key),
    )
    if loser.base is not None and (loser.base.is_linked or _has_both(loser.after)):
        return replace(loser, after=loser.before or loser.base, steps=(), decisions=(reason,), open=step)
    after = replace(loser.after, state=MappingState.REFUSED, reason=Code.HELD)
    return replace(loser, after=after, steps=(), decisions=(reason,), open=step)


def _refused_arrival(loser: Settlement, reason: Reason) -> Settlement:
    mapping = loser.after or loser.base
    assert mapping is not None  # an arrival has a mapping
    if _has_both(mapping) or _is_asked(mapping):
        # Its copy was made and not remembered: it goes with it.
        return _withdrawn(loser, mapping, reason)
    step = withdrawal(mapping, reason.code, dict(reason.facts))
    if mapping.origin is Side.PLATFORM:
        step = Step(Action.CANCEL, Side.PLATFORM, reason)
    return replace(loser, after=None, steps=(step,), decisions=(reason,))


def _put_back(loser: Settlement, reason: Reason) -> Settlement:
    """Give a moved booking its old time back on each side that shows another, where that is ours to write."""
    before, after = loser.base, loser.after
    assert before is not None
    assert after is not None
    moved_on = {
        Side.CALENDAR: loser.calendar is not None and loser.calendar.booking.when != before.when,
        Side.PLATFORM: loser.platform is not None and loser.platform.booking.when != before.when,
    }
    if moved_on[Side.CALENDAR] and not after.is_movable:
        return _withdrawn(loser, before, reason)
    kept = {step.side: step for step in (_without_time(step, before) for step in loser.steps) if step}
    back = {side: _back(loser, before, side, reason, kept.get(side)) for side in Side if moved_on[side]}
    after = replace(after, when=before.when, held_since=before.held_since)
    others = (decision for decision in loser.decisions if _is_about_another_field(decision))
    put_back = Reason(Code.PUT_BACK, {"side": ",".join(back)})
    decisions = (reason, put_back, *others, *(step.reason for step in kept.values()))
    return replace(loser, after=after, steps=tuple(({**back, **kept} | back).values()), decisions=decisions)


def _is_about_another_field(decision: Reason) -> bool:
    """Tell whether a decision about an edit says what became of something else than the time."""
    if decision.code is Code.LEFT_AS_EDITED:
        return decision.facts.get("fields") != Field.TIME
    return decision.code is Code.SAME_FIELD_EDITED and decision.facts.get("field") != Field.TIME


def _back(loser: Settlement, before: Mapping, side: Side, reason: Reason, kept: Step | None) -> Step:
    """Write the old time, together with whatever else was to be written there: a side is written once."""
    item = loser.calendar if side is Side.CALENDAR else loser.platform
    shown = item.booking if item else Booking(before.when)
    wanted = kept.wanted if kept and kept.wanted else shown
    time = frozenset({Field.TIME})
    fields = time | kept.fields if kept else time
    return Step(
        Action.CHANGE, side, Reason(Code.PUT_BACK, reason.facts), written(wanted, Booking(before.when), time), fields
    )


def _without_time(step: Step, before: Mapping) -> Step | None:
    """Return what is left of a step once its booking keeps its old time."""
    if step.wanted is None:
        return None
    wanted = replace(step.wanted, when=before.when)
    if step.action is Action.CREATE:
        return replace(step, wanted=wanted)
    fields = step.fields - {Field.TIME}
    reason = Reason(step.reason.code, {"fields": ",".join(sorted(fields))})
    return replace(step, fields=fields, wanted=wanted, reason=reason) if fields else None


def _withdrawn(loser: Settlement, mapping: Mapping, reason: Reason) -> Settlement:
    steps: Iterable[Step] = ()
    if mapping.platform is not None:
        steps = (Step(Action.CANCEL, Side.PLATFORM, reason),)
    if mapping.calendar is not None or _is_asked(mapping):
        steps = (*steps, withdrawal(mapping, reason.code, dict(reason.facts)))
    return replace(loser, after=None, steps=tuple(steps), decisions=(reason,), open=None)
