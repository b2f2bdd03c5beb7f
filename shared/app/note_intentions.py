"""Note intentions: what may not be forgotten before it is done stands in the ledger first.

A creation and a refusal are noted before they are sent, so that a crash between both loses nothing, doubles
nothing and leaves no loss unexplained. Nothing is sent here.
"""

from __future__ import annotations

from dataclasses import replace

from shared.app.applying import AT_ONCE, MOST_WRITES, Applying, change_of
from shared.app.deciding import Deciding
from shared.domain.booking import Side
from shared.domain.buffers import with_noted_buffers
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ledger import Cause, Head, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, Plan, Settlement
from shared.domain.records import first_seen
from shared.domain.undo import made_by
from shared.ports.ledgers import Writes

_LOSSES = (
    Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.REFUSED_BY_SIDE, Code.ROOM_DECLINED, Code.ROOM_SILENT,
    Code.OTHER_ROOM_REFUSED,
)  # fmt: skip
_OVERRULING = (Code.PUT_BACK, Code.NOT_OURS_TO_WRITE, Code.SAME_FIELD_EDITED, Code.ONE_WAY)


async def note_intentions(
    applying: Applying, plan: Plan, head: Head, notes: tuple[OpenStep, ...] = ()
) -> tuple[Plan, Head]:
    """Write down what may not be forgotten before it is done, in one commit.

    The mappings of all creations become ``creating``; a booking that is refused before any mapping knew it gets
    one, and the decision against it is recorded: once it is removed, nothing else would tell why. ``notes`` are
    open steps that belong to the same moment. A run that removes something takes the ledger's head in any case: what
    another one has seen and written since is removed by none.
    """
    deciding = Deciding(applying.outside, head.run + 1, applying.cause)
    # What is only remembered does not count: as many settlements are noted as this run may come to write.
    alone = [s for s in plan.alone().settlements if s.writes][: MOST_WRITES + AT_ONCE]
    coming = {settlement.id for settlement in alone} | plan.in_series
    noted = [with_noted_buffers(_noted(applying, s)) if s.id in coming else s for s in plan.settlements]
    pairs = list(zip(plan.settlements, noted, strict=True))
    changed = [(old, new) for old, new in pairs if old.before != new.before]
    zone, now = applying.resource.facts.zone, applying.started
    creating = (OpenStep(f"creating-{new.id}", Cause.CREATING, now, now, new.id) for _, new in changed)
    writes = Writes(
        tuple(change_of(old.before, new.before, zone) for old, new in changed),
        (*(applying.carried(step, new.id) for step, (_, new) in zip(creating, changed, strict=True)), *notes),
        decisions=tuple(
            deciding.decided(old, reason, now)
            for old, new in pairs
            for reason in old.decisions
            if reason not in new.decisions
        ),
    )
    if writes != Writes() or _removes(plan):
        counted = replace(head, mappings=head.mappings + writes.grown)
        head = await applying.outside.ledgers.commit(applying.resource.id, head, counted, writes)
    return replace(plan, settlements=tuple(noted)), head


def _removes(plan: Plan) -> bool:
    steps = (step for settlement in plan.settlements for step in settlement.steps)
    return any(step.action in (Action.CANCEL, Action.DECLINE) for step in steps)


def _noted(applying: Applying, settlement: Settlement) -> Settlement:
    """Return a settlement as it stands once its intention is in the ledger."""
    actions = {step.action for step in settlement.steps}
    if Action.CREATE in actions and settlement.after is not None:
        made = made_by(settlement.after, applying.plan_of(settlement.id))
        return replace(settlement, after=made, before=replace(made, state=MappingState.CREATING))
    lost = tuple(reason for reason in settlement.decisions if reason.code in _LOSSES)
    if not lost or not actions & {Action.CANCEL, Action.DECLINE}:
        return _with_overruling_noted(applying, settlement)
    before = settlement.before or _refused(applying, settlement, lost[0])
    return replace(settlement, before=before, decisions=tuple(r for r in settlement.decisions if r not in lost))


def _with_overruling_noted(applying: Applying, settlement: Settlement) -> Settlement:
    """Return a settlement without the reasons why somebody's edit is overwritten: once it is, nothing else would tell.

    What is tried again was noted before.
    """
    tried = any(step.mapping == settlement.id and step.attempts for step in applying.open_steps)
    if tried or settlement.before is None or all(step.action is not Action.CHANGE for step in settlement.steps):
        return settlement
    kept = tuple(reason for reason in settlement.decisions if reason.code not in (*_LOSSES, *_OVERRULING))
    return replace(settlement, decisions=kept)


def _refused(applying: Applying, settlement: Settlement, reason: Reason) -> Mapping | None:
    setting = Setting(applying.resource.policy, applying.key, applying.started)
    if settlement.calendar is not None:
        mapping = first_seen(settlement.id, settlement.calendar, Side.CALENDAR, setting)
    elif settlement.platform is not None:
        mapping = first_seen(settlement.id, settlement.platform, Side.PLATFORM, setting)
    else:
        return None
    return replace(mapping, state=MappingState.REFUSED, reason=reason.code)
