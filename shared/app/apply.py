"""Apply: each step of a guarded plan through a port, and what is there now comes back.

A creation and a refusal are noted in the ledger before they are sent, so that a crash between both loses
nothing, doubles nothing and leaves no loss unexplained. A settlement of which one step failed leaves its
mapping as it was and an open step that says why; the next run reads both sides and plans afresh. No error
leaves this module but ``Stale`` of the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from shared.app import ask_room, stand_apart
from shared.app.buffers import write_buffers
from shared.app.deciding import Deciding
from shared.app.outside import Outside
from shared.app.wording import sentence
from shared.domain.approval import asked, with_permission
from shared.domain.booking import CalendarItem, Item, Person, PlatformItem, ShowAs, Side
from shared.domain.buffers import with_noted_buffers
from shared.domain.cases import Setting
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId, PlatformId, transaction_id
from shared.domain.ledger import Cause, Head, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, Plan, Settlement, Step
from shared.domain.policy import Booker
from shared.domain.records import calendar_record, first_seen, platform_record
from shared.domain.resource import Resource
from shared.domain.spans import occupied
from shared.domain.undo import as_made, made_by
from shared.domain.wakeup import retry_delay
from shared.ports.calendar import EventDraft
from shared.ports.connector import BookingDraft, CheckIns
from shared.ports.errors import NotFound, PortError, Rejected, Retry, Stale
from shared.ports.ledgers import MappingChange, Writes

logger = logging.getLogger("lockstep.apply")

MOST_WRITES = 200
TRANSACTION_SPENT = "gone"
"""A side's word for: what this transaction created was removed since. The next generation makes a new copy."""
_LONGEST = timedelta(seconds=120)
_LOSSES = (
    Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.REFUSED_BY_SIDE, Code.ROOM_DECLINED, Code.ROOM_SILENT,
    Code.OTHER_ROOM_REFUSED,
)  # fmt: skip
_OVERRULING = (Code.PUT_BACK, Code.NOT_OURS_TO_WRITE, Code.SAME_FIELD_EDITED, Code.ONE_WAY)
_AT_ONCE = 4  # requests that one mailbox serves at the same time (Graph's limit for an app and a mailbox)


@dataclass(frozen=True)
class Outcome:
    """What became of one settlement: as planned, or why not. ``before`` is what the ledger holds now."""

    settlement: Settlement
    before: Mapping | None
    after: Mapping | None
    failed: OpenStep | None = None


@dataclass(frozen=True)
class Applying:
    """What every step of a run shares. ``bulk`` runs send no mail; ``plan`` is the bulk plan that they carry out,
    ``cause`` what woke the run, ``foreseen`` the digests of what was shown in shadow and may happen.
    """

    outside: Outside
    resource: Resource
    platform_id: PlatformId
    key: bytes
    open_steps: tuple[OpenStep, ...]
    started: datetime
    bulk: bool = False
    plan: str = ""
    cause: str = ""
    foreseen: frozenset[str] = frozenset()

    @cached_property
    def _standing(self) -> dict[MappingId, OpenStep]:
        """The open steps that carry a permission or belong to a bulk plan, by their mapping."""
        return {step.mapping: step for step in self.open_steps if step.mapping and (step.permitted or step.plan)}

    def carried(self, step: OpenStep, mapping: MappingId) -> OpenStep:
        """Return an open step with the permission and the bulk plan of the one in whose place it stands."""
        return with_permission(replace(step, plan=self.plan), self._standing.get(mapping))

    def plan_of(self, mapping: MappingId) -> str:
        """Return the bulk plan under which a booking is written, if it is."""
        known = self._standing.get(mapping)
        return known.plan if known else self.plan


def change_of(before: Mapping | None, after: Mapping | None, zone: str) -> MappingChange:
    """Return a mapping's change with the days by which it is found."""
    return MappingChange(
        before,
        after,
        occupied(before.when, zone).days() if before else (),
        occupied(after.when, zone).days() if after else (),
    )


async def note_intentions(
    applying: Applying, plan: Plan, head: Head, notes: tuple[OpenStep, ...] = ()
) -> tuple[Plan, Head]:
    """Write down what may not be forgotten before it is done, in one commit.

    The mappings of all creations become ``creating``; a booking that is refused before any mapping knew it gets
    one, and the decision against it is recorded: once it is removed, nothing else would tell why. ``notes`` are
    open steps that belong to the same moment.
    """
    deciding = Deciding(applying.outside, head.run + 1, applying.cause)
    # What is only remembered does not count: as many settlements are noted as this run may come to write.
    alone = [s for s in plan.alone().settlements if s.writes][: MOST_WRITES + _AT_ONCE]
    coming = {settlement.id for settlement in alone} | plan.in_series
    noted = [with_noted_buffers(_noted(applying, s)) if s.id in coming else s for s in plan.settlements]
    writes = Writes(
        tuple(
            change_of(old.before, new.before, applying.resource.facts.zone)
            for old, new in zip(plan.settlements, noted, strict=True)
            if old.before != new.before
        ),
        tuple(
            applying.carried(
                OpenStep(f"creating-{new.id}", Cause.CREATING, applying.started, applying.started, new.id), new.id
            )
            for old, new in zip(plan.settlements, noted, strict=True)
            if old.before != new.before
        )
        + notes,
        decisions=tuple(
            deciding.decided(old, reason, applying.started)
            for old, new in zip(plan.settlements, noted, strict=True)
            for reason in old.decisions
            if reason not in new.decisions
        ),
    )
    if writes != Writes():
        counted = replace(head, mappings=head.mappings + writes.grown)
        head = await applying.outside.ledgers.commit(applying.resource.id, head, counted, writes)
    return replace(plan, settlements=tuple(noted)), head


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


async def apply_plan(applying: Applying, plan: Plan) -> tuple[Outcome, ...]:
    """Run the settlements in their order; return what became of each."""
    started = applying.outside.clock.now()
    removals: list[Settlement] = []
    others: list[Settlement] = []
    creations: list[Settlement] = []
    for settlement in plan.settlements:
        actions = {step.action for step in settlement.steps}
        if Action.CREATE in actions:
            creations.append(settlement)
        else:
            (removals if actions & {Action.CANCEL, Action.DECLINE} else others).append(settlement)
    outcomes: list[Outcome] = []
    written = 0
    for group in (removals, others, creations):
        for place in range(0, len(group), _AT_ONCE):
            few = group[place : place + _AT_ONCE]
            late = applying.outside.clock.now() - started > _LONGEST
            if late or written >= MOST_WRITES:
                outcomes += [_postponed(applying, settlement) for settlement in few]
                continue
            outcomes += await asyncio.gather(*(_run(applying, settlement) for settlement in few))
            written += sum(settlement.cost for settlement in few)
    return tuple(outcomes)


def _postponed(applying: Applying, settlement: Settlement) -> Outcome:
    """Leave a settlement for the next run, which plans it afresh."""
    if not settlement.writes:
        return Outcome(settlement, settlement.before, settlement.after)
    now = applying.outside.clock.now()
    after = settlement.before
    if after is None and settlement.after is not None:
        after = replace(settlement.after, state=MappingState.CREATING)
    # A series that moved gives its occurrences other keys than the ledger knows: the step names what was seen.
    step = OpenStep(
        f"retry-{settlement.id}",
        Cause.RETRY,
        now,
        now,
        settlement.id,
        settlement.calendar.key if settlement.calendar else None,
        settlement.platform.id if settlement.platform else None,
    )
    carried = applying.carried(step, settlement.id)
    if applying.foreseen and (wants := asked(settlement, settlement.steps, applying.key)) in applying.foreseen:
        carried = replace(carried, permitted=True, wants=wants)
    return Outcome(settlement, settlement.before, after, carried)


async def run_settlement(applying: Applying, settlement: Settlement) -> Outcome:
    """Run the steps of one settlement; return what became of it."""
    return await _run(applying, settlement)


def failed(applying: Applying, settlement: Settlement, error: PortError) -> Outcome:
    """Return what becomes of a settlement that an error stopped; the next run plans it afresh."""
    step = _failed(applying, settlement, error)
    if not (isinstance(error, Rejected) and error.code == TRANSACTION_SPENT) or settlement.before is None:
        return Outcome(settlement, settlement.before, settlement.before, step)
    again = replace(settlement.before, generation=settlement.before.generation + 1)
    now = applying.outside.clock.now()
    return Outcome(settlement, settlement.before, again, replace(step, cause=Cause.STALE, due=now))


async def _run(applying: Applying, settlement: Settlement) -> Outcome:
    after = settlement.after
    try:
        for step in settlement.steps:
            item = await _take(applying, settlement, step)
            if item is not None and item.booking.cancelled:
                raise Stale("the copy made before was cancelled since")
            if after is not None and item is not None:
                after = _with(after, item, applying.key, step.side)
        after = await write_buffers(applying.outside, applying.resource, settlement, after)
    except (Rejected, NotFound) as error:
        in_room = ask_room.in_room_instead(settlement, error)
        if in_room is not None:
            return await _run(applying, in_room)
        if not isinstance(error, Rejected):
            return _unsettled(applying, settlement, error)
        if stand_apart.is_crossing(settlement, error):
            return await _taken_out(applying, settlement)
        if error.code != TRANSACTION_SPENT:
            logger.info("step of %s refused: %s", settlement.id, error)
        return failed(applying, settlement, error)
    except PortError as error:
        return _unsettled(applying, settlement, error)
    if after is not None and after.state is MappingState.CREATING and settlement.steps:
        after = replace(after, state=MappingState.LINKED if after.request is None else MappingState.AWAITING_ROOM)
    after = as_made(after) if after is not None else None
    return Outcome(ask_room.waiting_for(settlement, after, applying.outside.clock.now()), settlement.before, after)


async def _taken_out(applying: Applying, settlement: Settlement) -> Outcome:
    now = applying.outside.clock.now()
    try:
        apart, again = await stand_apart.take_out(applying.outside, applying.resource.mailbox, settlement, now)
    except PortError as error:
        return _unsettled(applying, settlement, error)
    return Outcome(apart, settlement.before, again)


def _unsettled(applying: Applying, settlement: Settlement, error: PortError) -> Outcome:
    logger.info("step of %s not settled: %s", settlement.id, error)
    return Outcome(settlement, settlement.before, settlement.before, _failed(applying, settlement, error))


def _with(mapping: Mapping, item: Item, key: bytes, side: Side) -> Mapping:
    if side is Side.CALENDAR and mapping.request is not None and isinstance(item, CalendarItem):
        return replace(mapping, request=ask_room.written(mapping.request, item))
    if isinstance(item, CalendarItem):
        return replace(mapping, calendar=calendar_record(item, key))
    return replace(mapping, platform=platform_record(item, key))


def _failed(applying: Applying, settlement: Settlement, error: PortError) -> OpenStep:
    now = applying.outside.clock.now()
    cause, after = Cause.RETRY, None
    match error:
        case Stale():
            cause, after = Cause.STALE, timedelta()
        case Rejected() | NotFound():
            cause = Cause.REJECTED
        case Retry(after=asked):
            after = asked
    known = next((s for s in applying.open_steps if s.mapping == settlement.id and s.cause is cause), None)
    attempts = known.attempts + 1 if known else 1
    sweep = timedelta(minutes=applying.resource.policy.sweep_minutes)
    delay = after if after == timedelta() and attempts == 1 else retry_delay(attempts - 1, after or None, sweep)
    creating = settlement.before is not None and settlement.before.state is MappingState.CREATING
    step = OpenStep(
        f"{cause}-{settlement.id}",
        cause,
        known.since if known else now,
        now + delay,
        settlement.id if creating or settlement.before else None,
        settlement.calendar.key if settlement.calendar else None,
        settlement.platform.id if settlement.platform else None,
        attempts,
        error.code if isinstance(error, Rejected) else str(error),
    )
    return applying.carried(step, settlement.id)


async def _take(applying: Applying, settlement: Settlement, step: Step) -> Item | None:
    if step.side is Side.CALENDAR:
        return await _on_calendar(applying, settlement, step)
    return await _on_platform(applying, settlement, step)


async def _on_platform(applying: Applying, settlement: Settlement, step: Step) -> PlatformItem | None:
    platform, resource = applying.outside.platform, applying.platform_id
    if step.action is Action.CREATE:
        assert step.wanted is not None
        assert settlement.after is not None
        transaction = transaction_id(settlement.id, Side.PLATFORM, settlement.after.generation)
        return await platform.create(resource, BookingDraft(step.wanted, transaction))
    record = settlement.before.platform if settlement.before else None
    item = None if step.on_copy else settlement.platform
    booking = item.id if item else record.id if record else None
    assert booking is not None
    if step.action is Action.CHANGE:
        assert step.wanted is not None
        version = item.version if item else record.version if record else None
        assert version is not None
        return await platform.change(resource, booking, step.wanted, version)
    told = sentence(step.reason, applying.resource.facts.zone)
    if step.reason.code is Code.RELEASED and isinstance(platform, CheckIns):
        await platform.release(resource, booking, told)
        return None
    await platform.cancel(resource, booking, told)
    return None


async def _on_calendar(applying: Applying, settlement: Settlement, step: Step) -> CalendarItem | None:
    calendar, mailbox = applying.outside.calendar, applying.resource.mailbox
    zone = applying.resource.facts.zone
    asked = ask_room.request_of(settlement, step)
    if step.action is Action.CREATE:
        draft = _draft(applying, settlement, step)
        return await calendar.create(asked.mailbox if asked else mailbox, draft)
    if asked is not None and asked.event is not None:
        return await ask_room.write(applying.outside.calendar, asked, step, zone)
    record = settlement.before.calendar if settlement.before else None
    item = None if step.on_copy else settlement.calendar
    event = item.event if item else record.event if record else None
    assert event is not None
    match step.action:
        case Action.CHANGE:
            assert step.wanted is not None
            version = item.version if item else record.version if record else None
            assert version is not None
            return await calendar.change(mailbox, event, ask_room.change_of(step, zone), version)
        case Action.CANCEL:
            await calendar.cancel(mailbox, event, sentence(step.reason, zone))
        case Action.ACCEPT:
            await calendar.accept(mailbox, event, sentence(step.reason, zone))
        case _:
            await calendar.decline(mailbox, event, sentence(step.reason, zone))
    return None


def _draft(applying: Applying, settlement: Settlement, step: Step) -> EventDraft:
    assert step.wanted is not None
    assert settlement.after is not None
    asks = settlement.after.request is not None
    is_single = not applying.bulk and not applying.plan_of(settlement.id)
    invites = applying.resource.policy.booker is Booker.INVITED and is_single and not asks
    return EventDraft(
        step.wanted.when,
        step.wanted.title,
        step.wanted.private,
        transaction_id(settlement.id, Side.CALENDAR, settlement.after.generation),
        applying.resource.facts.zone,
        step.wanted.organiser if invites else None,
        shown=ShowAs.TENTATIVE if step.wanted.requested else ShowAs.BUSY,
        room=Person(applying.resource.address, applying.resource.facts.name) if asks else None,
    )
