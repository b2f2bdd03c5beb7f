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

from collections.abc import Mapping as MappingOf
from dataclasses import replace

from shared.domain.booking import Side
from shared.domain.cases import Setting
from shared.domain.claims import ALWAYS, claim_of_block, claims_of
from shared.domain.conflicts import Claim, Verdict, judge
from shared.domain.holding import waiting_for
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, MappingState, OpenStep
from shared.domain.left_bookings import with_left
from shared.domain.losses import held_back, is_left_standing, judged
from shared.domain.opening_hours import keeps_out
from shared.domain.plan import LedgerView, Settlement
from shared.domain.policy import Direction, Winner
from shared.domain.settling import split_settling
from shared.domain.spans import occupied
from shared.domain.undo import is_being_undone


def settle_overlaps(
    drafts: MappingOf[MappingId, Settlement], ledger: LedgerView, setting: Setting
) -> dict[MappingId, Settlement]:
    """Return the settlements with every overlap that they make settled, held or reported."""
    settlements = dict(drafts)
    mappings = {mapping.id: mapping for mapping in ledger.mappings}
    claims = claims_of(settlements, mappings, ledger, setting)
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
        if loser is None or is_being_undone(loser):
            continue
        if loser.before == loser.after and loser.calendar is None and loser.platform is None and _is_unsure(loser):
            settlements[loser.id] = replace(loser, open=_to_be_read(loser, setting))
            continue
        waits, other = _waiting(verdict, settlements, setting)
        if waits is not None:
            # Neither is judged before a person has said what becomes of the other.
            settlements[waits.id] = waiting_for(waits, other, setting)
            continue
        if loser.id in setting.held and loser.is_quiet:
            # What becomes of it is for a person to say, however often another comes back to its time.
            continue
        shown_already = loser.id in setting.disputed and is_left_standing(loser, verdict, setting)
        writes_nothing = verdict.both_stay and not loser.steps
        held = ledger.bulk and loser.id not in setting.permitted and not shown_already and not writes_nothing
        settlements[loser.id] = held_back(loser, verdict, setting) if held else judged(loser, verdict, setting)
    for refused in setting.insisted & settlements.keys() - {verdict.loser.id for verdict in verdicts}:
        settlements[refused] = _refused_by_platform(settlements[refused], ledger, setting)
    return settlements | waiting


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
    """The platform refuses a time again although no booking that we know of stands there: its word counts as one.

    One refusal is not enough: what stood there then may have left since.
    """
    writes_time = any(step.side is Side.PLATFORM and step.wanted is not None for step in loser.steps)
    if not writes_time or loser.after is None:
        return loser
    when = loser.after.when
    span = occupied(when, ledger.zone)
    blocks = (claim_of_block(block, ledger.zone) for block in ledger.blocks if keeps_out(block, when, ledger.zone))
    unknown = Claim(MappingId("platform"), span, Side.PLATFORM, ALWAYS, ALWAYS, is_block=True)
    lost = Claim(loser.id, span, loser.after.origin, setting.now, loser.after.made_at, contested=True)
    taker = next(blocks, unknown)
    # The side that leads gives way to nothing that was left on the other.
    leads = taker is unknown and setting.policy.direction is Direction.TO_PLATFORM
    stays = leads or setting.policy.winner in (Winner.CALENDAR, Winner.REPORT)
    return judged(loser, Verdict(taker, lost, reported_only=stays), setting)


def _is_unsure(settlement: Settlement) -> bool:
    return settlement.before is not None and settlement.before.state is MappingState.CREATING


def _to_be_read(settlement: Settlement, setting: Setting) -> OpenStep:
    """A copy may have been made and not remembered: both sides are read before anything is withdrawn."""
    return OpenStep(f"read-{settlement.id}", Cause.STALE, setting.now, setting.now, settlement.id)
