"""Remember: mappings, open steps and decisions from the results, then token and cursor, in one ordered commit.

What was seen and not finished is an open step of that same commit, so nothing waits outside the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import replace
from datetime import datetime

from shared.app.applying import Outcome, change_of
from shared.app.carry_out import CarriedOut
from shared.app.deciding import Deciding
from shared.app.held_again import tell_again
from shared.app.observed import Observed
from shared.app.outside import Outside
from shared.domain.booking import SetAside
from shared.domain.check_in import Awaited
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Head, Mapping, OpenStep
from shared.domain.other_rooms import is_look
from shared.domain.plan import Settlement
from shared.domain.resource import Resource
from shared.ports.ledgers import Writes


def aside_id(key: str) -> str:
    """Return the id of the open step of an item that could not be understood."""
    return f"aside-{hashlib.sha256(key.encode()).hexdigest()[:24]}"


async def remember(
    outside: Outside,
    resource: Resource,
    after: Head,
    seen: Observed,
    done: CarriedOut,
    awaited: Awaited,
) -> tuple[Head, Writes]:
    """Commit what a run found and did. Raises ``Stale`` when another run holds the ledger."""
    before, outcomes, told, rewrites = done.head, done.outcomes, done.told, done.rewrites
    now = outside.clock.now()
    deciding = Deciding(outside, after.run, seen.cause)
    waiting = (*awaited.opened, *rewrites.unfinished, *told.opened)
    opened = _opened(seen, outcomes, now) | {step.id: step for step in waiting}
    settled = (_settled(seen, outcomes) | set(told.settled) | awaited.settled | rewrites.finished) - opened.keys()
    standing = {step.id: step for step in seen.view.open_steps if step.id not in settled} | opened
    again = tell_again(outside, standing.values(), resource.policy, after.run)
    opened |= {step.id: step for step in again.steps}
    changed = (outcome for outcome in outcomes if outcome.before != outcome.after)
    written = Writes(
        tuple(change_of(outcome.before, outcome.after, resource.facts.zone) for outcome in changed),
        tuple(opened.values()),
        tuple(sorted(settled)),
        (
            *_decisions(deciding, outcomes, seen.set_aside, seen.view.open_steps),
            *told.decisions,
            *again.decisions,
            *_agreed(deciding, seen.view.open_steps, settled),
        ),
        tuple(command.id for command in seen.orders.commands),
    )
    counted = replace(after, mappings=_count(before, seen, outcomes, written))
    head = await outside.ledgers.commit(resource.id, before, counted, written)
    return head, written


def _count(before: Head, seen: Observed, outcomes: Iterable[Outcome], written: Writes) -> int:
    """Return how many mappings stand now: counted where all were read, else carried on from the last count."""
    if not seen.all_known:
        return before.mappings + written.grown
    known = {mapping.id for mapping in seen.view.mappings}
    return len(known) + sum((outcome.after is not None) - (outcome.settlement.id in known) for outcome in outcomes)


def _opened(seen: Observed, outcomes: Iterable[Outcome], now: datetime) -> dict[str, OpenStep]:
    steps = [step for outcome in outcomes if (step := outcome.failed or outcome.settlement.open)]
    steps += [outcome.settlement.look for outcome in outcomes if outcome.settlement.look]
    known = {step.id: step for step in seen.view.open_steps}
    steps += (
        OpenStep(aside_id(item.key), Cause.NOT_UNDERSTOOD, now, reason=f"{item.side}: {item.reason}")
        for item in seen.set_aside
    )
    return {step.id: _since_it_was(step, known.get(step.id)) for step in steps}


def _since_it_was(step: OpenStep, known: OpenStep | None) -> OpenStep:
    """Return a step that stood already with its beginning; one that asks for something else begins anew."""
    if known is None or known.wants != step.wants:
        return step
    return replace(step, since=known.since, told=known.told)


def _says_something(outcome: Outcome) -> bool:
    """Tell whether a booking was settled, and not only seen in another version: that answers nothing that waits.

    Nor does a look at the other rooms of its meeting: an overlap of this room stays open beside it.
    """
    settlement, before, after = outcome.settlement, outcome.before, outcome.after
    waits = settlement.open is not None and not is_look(settlement.open)
    if outcome.failed or settlement.steps or settlement.decisions or waits:
        return True
    return before is None or after is None or _standing(before) != _standing(after)


def _standing(mapping: Mapping) -> tuple[object, ...]:
    return mapping.state, mapping.when, mapping.turns


def _settled(seen: Observed, outcomes: Iterable[Outcome]) -> set[str]:
    """Return the open steps that are done with: those due, those of a settled booking, those understood again."""
    touched = {outcome.settlement.id for outcome in outcomes if _says_something(outcome)}
    understood = {aside_id(key) for key in seen.understood}
    # A creation that failed waits as what it failed of, and as long as was asked for.
    noted = {f"creating-{outcome.settlement.id}" for outcome in outcomes if outcome.settlement.writes}
    answered = {
        step.id
        for step in seen.view.open_steps
        if step.id in seen.due or step.id in understood or (step.mapping is not None and step.mapping in touched)
    }
    # A mail waits for the mail service: what becomes of its booking meanwhile settles nothing of it.
    answered -= {step.id for step in seen.view.open_steps if step.cause is Cause.MAIL}
    if seen.rebased:
        # Whatever still cannot be understood was seen and set aside again by this run.
        answered |= {step.id for step in seen.view.open_steps if step.cause is Cause.NOT_UNDERSTOOD}
    return noted | answered | seen.orders.discarded


def _as_done(outcome: Outcome) -> Settlement:
    """Return a settlement with the mapping as it stands now: it knows the copy that was made."""
    return replace(outcome.settlement, after=outcome.after or outcome.settlement.after)


def _was_decided(settlement: Settlement, reason: Reason, standing: MappingOf[str, OpenStep]) -> bool:
    """Tell whether a decision to wait was made by an earlier run, about the same."""
    if reason.code is Code.SHADOWED and settlement.open is not None:
        known = standing.get(settlement.open.id)
        return known is not None and known.wants == settlement.open.wants
    return reason.code is Code.HELD and f"held-{settlement.id}" in standing


def _agreed(deciding: Deciding, known: Iterable[OpenStep], settled: Container[str]) -> Iterable[Decision]:
    """Say of what was planned in shadow that another has done it, or that it is no longer needed."""
    now = deciding.outside.clock.now()
    for step in known:
        if step.cause is Cause.SHADOW and step.id in settled:
            about = step.mapping or MappingId(step.id.removeprefix("shadow-"))
            reason = Reason(Code.SHADOW_AGREED, {"actions": ",".join(step.actions)})
            yield Decision(deciding.outside.clock.ulid(), about, now, reason, deciding.run, cause=deciding.cause)


def _decisions(
    deciding: Deciding,
    outcomes: Iterable[Outcome],
    set_aside: Iterable[SetAside],
    known: Iterable[OpenStep],
) -> Iterable[Decision]:
    now = deciding.outside.clock.now()
    standing = {step.id: step for step in known}
    for outcome in outcomes:
        if outcome.failed is not None:
            continue
        for reason in dict.fromkeys(outcome.settlement.decisions):
            # What is held already was decided then: every full read finds it again.
            if not _was_decided(outcome.settlement, reason, standing):
                yield deciding.decided(_as_done(outcome), reason, now)
    for item in set_aside:
        if aside_id(item.key) not in standing:
            reason = Reason(Code.SET_ASIDE, {"side": item.side, "why": item.reason})
            aside = MappingId(aside_id(item.key))
            yield Decision(deciding.outside.clock.ulid(), aside, now, reason, deciding.run, cause=deciding.cause)
