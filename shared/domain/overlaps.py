"""Turns verdicts about overlapping bookings into settlements.

    the loser is                      settlement
    --------------------------------  ------------------------------------------------------------------
    new, a meeting of somebody else   the room declines with the reason
    new, typed into the calendar      removed under ``direct entries: remove``, else left and reported
    new, made on the platform         cancelled on the platform with the reason
    moved, where its time is ours     it gets its old time back on the side that moved it
    moved, by another organiser       the room declines, the platform booking is cancelled
    held until now                    withdrawn from both sides with the reason

Overlaps found by a first or full read are held for a person, never settled unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from shared.domain.approval import actions_of, asked
from shared.domain.booking import Booking, Side
from shared.domain.conflicts import Claim, Verdict, crowded, judge
from shared.domain.fingerprint import Field
from shared.domain.holding import waiting_for
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Code, Mapping, MappingState, OpenStep, Reason
from shared.domain.left_bookings import is_left, takes_its_time, with_left
from shared.domain.merge import Setting, withdrawal
from shared.domain.opening_hours import days_of
from shared.domain.plan import Action, LedgerView, Settlement, Step
from shared.domain.policy import DirectEntries, Winner
from shared.domain.projection import written
from shared.domain.settling import split_settling
from shared.domain.spans import AllDay, Timed, occupied

_ALWAYS = datetime.min.replace(tzinfo=UTC)


def settle_overlaps(drafts: Sequence[Settlement], ledger: LedgerView, setting: Setting) -> list[Settlement]:
    """Return the settlements with every overlap that they make settled, held or reported."""
    settlements = {draft.id: draft for draft in drafts}
    mappings = {mapping.id: mapping for mapping in ledger.mappings}
    claims = _claims(settlements, mappings, ledger, setting)
    left = [claim for claim in claims if claim.is_left]
    claims = [claim for claim in claims if not claim.is_left]
    verdicts = judge(claims, setting.policy) if any(claim.contested for claim in claims) else ()
    verdicts = with_left(claims, left, verdicts, setting.policy)
    verdicts, waiting = split_settling(verdicts, settlements, ledger, setting)
    for verdict in verdicts:
        loser = settlements.get(verdict.loser.id)
        if loser is None and not verdict.loser.is_block:
            mapping = mappings[MappingId(verdict.loser.id)]
            loser = Settlement(mapping.id, mapping, mapping)
        if loser is None:
            continue
        if loser.before == loser.after and loser.calendar is None and loser.platform is None and _is_unsure(loser):
            settlements[loser.id] = replace(loser, open=_to_be_read(loser, setting))
            continue
        waits, other = _waiting(verdict, settlements, setting)
        if waits is not None:
            # Neither is judged before a person has said what becomes of the other.
            settlements[waits.id] = waiting_for(waits, other, setting)
            continue
        shown_already = loser.id in setting.disputed and _stays(loser, verdict, setting)
        writes_nothing = verdict.both_stay and not loser.steps
        held = ledger.bulk and loser.id not in setting.permitted and not shown_already and not writes_nothing
        settlements[loser.id] = _held(loser, verdict, setting) if held else _judged(loser, verdict, setting)
    for refused in setting.insisted & settlements.keys() - {verdict.loser.id for verdict in verdicts}:
        settlements[refused] = _refused_by_platform(settlements[refused], ledger, setting)
    return list({**settlements, **waiting}.values())


def _waiting(
    verdict: Verdict, settlements: dict[MappingId, Settlement], setting: Setting
) -> tuple[Settlement | None, MappingId]:
    """Return which of two bookings has to wait for the other, of which a step waits for a person; None if neither."""
    for other, one in ((verdict.winner.id, verdict.loser.id), (verdict.loser.id, verdict.winner.id)):
        held, waits = settlements.get(other), settlements.get(one)
        changed_since = held is not None and not held.is_quiet
        if other in setting.held and not changed_since and waits is not None and waits.steps:
            return waits, other
    return None, verdict.winner.id


def _refused_by_platform(loser: Settlement, ledger: LedgerView, setting: Setting) -> Settlement:
    """The platform refuses a time again although nothing that we know of stands there: its word counts as a booking.

    One refusal is not enough: what stood there then may have left since.
    """
    writes_time = any(step.side is Side.PLATFORM and step.wanted is not None for step in loser.steps)
    if not writes_time or loser.after is None:
        return loser
    span = occupied(loser.after.when, ledger.zone)
    unknown = Claim(MappingId("platform"), span, Side.PLATFORM, _ALWAYS, _ALWAYS, is_block=True)
    lost = Claim(loser.id, span, loser.after.origin, setting.now, loser.after.made_at, contested=True)
    stays = setting.policy.winner in (Winner.CALENDAR, Winner.REPORT)
    return _judged(loser, Verdict(unknown, lost, reported_only=stays), setting)


def _refused_move(loser: Settlement, verdict: Verdict, setting: Setting) -> Settlement:
    """The platform keeps the old time: our own event gets it back, of somebody else's meeting it is shown."""
    assert loser.base is not None
    if _organised_here(loser.after):
        return _put_back(loser, Reason(Code.REFUSED_BY_SIDE, {"side": Side.PLATFORM, "why": "the time is taken"}))
    known = loser.id in setting.disputed
    decisions = () if known else (Reason(Code.OVERLAP_REPORTED, _facts(verdict, setting)),)
    return replace(loser, after=loser.before, steps=(), decisions=decisions, open=_conflict(loser, setting, verdict))


def _is_unsure(settlement: Settlement) -> bool:
    return settlement.before is not None and settlement.before.state is MappingState.CREATING


def _to_be_read(settlement: Settlement, setting: Setting) -> OpenStep:
    """A copy may have been made and not remembered: both sides are read before anything is withdrawn."""
    return OpenStep(f"read-{settlement.id}", Cause.STALE, setting.now, setting.now, settlement.id)


def _has_both(mapping: Mapping | None) -> bool:
    return mapping is not None and mapping.calendar is not None and mapping.platform is not None


def _is_asked(mapping: Mapping) -> bool:
    return mapping.request is not None and mapping.request.event is not None


def _organised_here(mapping: Mapping | None) -> bool:
    return mapping is not None and mapping.calendar is not None and mapping.calendar.is_organiser


def _claims(
    settlements: dict[MappingId, Settlement], mappings: dict[MappingId, Mapping], ledger: LedgerView, setting: Setting
) -> list[Claim]:
    """Return the claims of whatever touches something else: who stands alone is never judged."""
    after: dict[MappingId, Mapping | None] = {settlement.id: settlement.after for settlement in settlements.values()}
    standing = [
        mapping
        for mapping in {**mappings, **after}.values()
        if mapping is not None and (takes_its_time(mapping) or mapping.id in setting.held)
    ]
    taken = [m.when if isinstance(m.when, Timed) else occupied(m.when, ledger.zone) for m in standing]
    blocked = [occupied(block.when, ledger.zone) for block in ledger.blocks]
    touching = crowded([*taken, *blocked], setting.policy.gap)
    claims = [
        _claim(mapping, settlements.get(mapping.id), ledger.zone, setting)
        for place, mapping in enumerate(standing)
        if place in touching
    ]
    for block, span in zip(ledger.blocks, blocked, strict=True):
        known_as = MappingId(f"block:{block.id}")
        claims.append(
            Claim(known_as, span, Side.PLATFORM, _ALWAYS, _ALWAYS, is_block=True, is_closing=block.is_closing)
        )
    return claims


def _claim(mapping: Mapping, settlement: Settlement | None, zone: str, setting: Setting) -> Claim:
    before = settlement.base if settlement else mapping
    disputed = settlement is not None and mapping.id in setting.disputed | setting.permitted
    is_new = disputed or (settlement is not None and _takes_new_time(settlement, mapping))
    stood = before is not None and (before.is_linked or is_left(before))
    moved = stood and before is not None and before.when != mapping.when
    return Claim(
        mapping.id,
        occupied(mapping.when, zone),
        mapping.origin,
        mapping.held_since,
        mapping.made_at,
        contested=is_new or moved,
        is_left=is_left(mapping),
        days=days_of(mapping.when, zone) if isinstance(mapping.when, AllDay) else (),
    )


def _takes_new_time(settlement: Settlement, mapping: Mapping) -> bool:
    """A meeting that awaits the room is Exchange's to judge first; it is ours once the room has accepted it."""
    if settlement.base is None:
        return mapping.state is not MappingState.AWAITING_ROOM
    if settlement.adopted is not None:
        return True
    creates = any(step.action is Action.CREATE for step in settlement.steps)
    return creates and not settlement.base.is_linked


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


def _judged(loser: Settlement, verdict: Verdict, setting: Setting) -> Settlement:
    facts = _facts(verdict, setting)
    reason = Reason(_code(verdict), facts)
    stays = _stays(loser, verdict, setting)
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


def _stays(loser: Settlement, verdict: Verdict, setting: Setting) -> bool:
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
    already = loser.base is not None and loser.base.state is MappingState.REFUSED
    open_step = _conflict(loser, setting, verdict)
    if (setting.policy.winner is Winner.REPORT or verdict.both_stay) and loser.id not in setting.rejected:
        known = loser.id in setting.disputed
        return replace(loser, decisions=loser.decisions if known else (*loser.decisions, reason), open=open_step)
    after = replace(loser.after, state=MappingState.REFUSED, reason=reason.code) if loser.steps else loser.after
    return replace(loser, after=after, steps=(), decisions=() if already else (reason,), open=open_step)


def _conflict(loser: Settlement, setting: Setting, verdict: Verdict) -> OpenStep:
    return OpenStep(
        f"conflict-{loser.id}", Cause.CONFLICT, setting.now, mapping=loser.id, reason=f"overlaps {verdict.winner.id}"
    )


def _held(loser: Settlement, verdict: Verdict, setting: Setting) -> Settlement:
    if loser.after is None:
        return loser
    reason = Reason(Code.HELD, _facts(verdict, setting))
    steps = _judged(loser, verdict, setting).steps
    step = replace(
        _conflict(loser, setting, verdict),
        id=f"held-{loser.id}",
        cause=Cause.HELD,
        actions=actions_of(steps),
        wants=asked(loser, steps, setting.key),
    )
    if loser.base is not None and (loser.base.is_linked or _has_both(loser.after)):
        return replace(loser, after=loser.before, steps=(), decisions=(reason,), open=step)
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
    others = (d for d in loser.decisions if d.code is Code.SAME_FIELD_EDITED and d.facts.get("field") != Field.TIME)
    put_back = Reason(Code.PUT_BACK, {"side": ",".join(back)})
    decisions = (reason, put_back, *others, *(step.reason for step in kept.values()))
    return replace(loser, after=after, steps=tuple(({**back, **kept} | back).values()), decisions=decisions)


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
