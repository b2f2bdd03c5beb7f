"""Apply: each step of a guarded plan through a port, and what is there now comes back.

What may not be forgotten is in the ledger before. A settlement of which one step failed leaves its mapping as it
was and an open step that says why; the next run reads both sides and plans afresh. No error leaves this module but
``Stale`` of the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from datetime import timedelta

from shared.app import ask_room, stand_apart
from shared.app.applying import AT_ONCE, MOST_WRITES, Applying, Outcome
from shared.app.buffers import write_buffers
from shared.app.leave_open import TRANSACTION_SPENT, failed, postponed, unsettled
from shared.app.take_step import take_step
from shared.app.write_together import Answered, together, write_together
from shared.domain.booking import CalendarItem, Item, Side
from shared.domain.ledger import Mapping, MappingState
from shared.domain.plan import Action, Plan, Settlement
from shared.domain.records import calendar_record, platform_record
from shared.domain.turns import batches, in_turn
from shared.domain.undo import as_made
from shared.ports.errors import NotFound, PortError, Rejected, Stale

logger = logging.getLogger("lockstep.apply")
_LONGEST = timedelta(seconds=120)


async def apply_plan(applying: Applying, plan: Plan) -> tuple[Outcome, ...]:
    """Run the settlements in their order; return what became of each."""
    started = applying.outside.clock.now()
    outcomes: list[Outcome] = []
    written = 0
    for group in _in_turn(plan):
        for members in together(applying, group, MOST_WRITES - written):
            answers = await write_together(applying, members)
            outcomes += [
                await run_settlement(applying, each, Answered(answer))
                for each, answer in zip(members, answers, strict=True)
            ]
            written += len(members)
        done = {outcome.settlement.id for outcome in outcomes}
        alone = [settlement for settlement in group if settlement.id not in done]
        for few in batches(alone, AT_ONCE):
            late = applying.outside.clock.now() - started > _LONGEST
            if late or written >= MOST_WRITES:
                outcomes += [postponed(applying, settlement) for settlement in few]
                continue
            outcomes += await asyncio.gather(*(run_settlement(applying, settlement) for settlement in few))
            written += sum(settlement.cost for settlement in few)
    return tuple(outcomes)


def _in_turn(plan: Plan) -> tuple[list[Settlement], ...]:
    """Return removals first, which free time, and creations last, which take it."""
    removals: list[Settlement] = []
    others: list[Settlement] = []
    creations: list[Settlement] = []
    for settlement in plan.settlements:
        actions = {step.action for step in settlement.steps}
        if Action.CREATE in actions:
            creations.append(settlement)
        else:
            (removals if actions & {Action.CANCEL, Action.DECLINE} else others).append(settlement)
    return removals, in_turn(others), creations


async def run_settlement(applying: Applying, settlement: Settlement, answered: Answered | None = None) -> Outcome:
    """Run the steps of one settlement, or settle what was ``answered`` to its only one; return what became of it."""
    after = settlement.after
    try:
        for step in settlement.steps:
            item = answered.item() if answered else await take_step(applying, settlement, step)
            if item is not None and item.booking.cancelled:
                raise Stale("the copy made before was cancelled since")
            if after is not None and item is not None:
                after = _with(after, item, applying.key, step.side)
        after = await write_buffers(applying.outside, applying.resource, settlement, after)
    except (Rejected, NotFound) as error:
        in_room = ask_room.in_room_instead(settlement, error)
        if in_room is not None:
            return await run_settlement(applying, in_room)
        if not isinstance(error, Rejected):
            return unsettled(applying, settlement, error)
        if stand_apart.is_crossing(settlement, error):
            return await _taken_out(applying, settlement)
        if error.code != TRANSACTION_SPENT:
            logger.info("step of %s refused: %s", settlement.id, error)
        return failed(applying, settlement, error)
    except PortError as error:
        return unsettled(applying, settlement, error)
    if after is not None and after.state is MappingState.CREATING and _makes(settlement):
        after = replace(after, state=MappingState.LINKED if after.request is None else MappingState.AWAITING_ROOM)
    after = as_made(after) if after is not None else None
    return Outcome(ask_room.waiting_for(settlement, after, applying.outside.clock.now()), settlement.before, after)


def _makes(settlement: Settlement) -> bool:
    """Tell whether a settlement writes more than the end of what stood before."""
    return any(step.action is not Action.CANCEL for step in settlement.steps)


async def _taken_out(applying: Applying, settlement: Settlement) -> Outcome:
    now = applying.outside.clock.now()
    try:
        apart, again = await stand_apart.take_out(applying.outside, applying.resource.mailbox, settlement, now)
    except PortError as error:
        return unsettled(applying, settlement, error)
    return Outcome(apart, settlement.before, again)


def _with(mapping: Mapping, item: Item, key: bytes, side: Side) -> Mapping:
    if side is Side.CALENDAR and mapping.request is not None and isinstance(item, CalendarItem):
        return replace(mapping, request=ask_room.written(mapping.request, item))
    if isinstance(item, CalendarItem):
        return replace(mapping, calendar=calendar_record(item, key))
    return replace(mapping, platform=platform_record(item, key))
