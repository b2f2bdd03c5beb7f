"""A halt that nobody touches is told again: once in the policy's hours, by a decision, and in the resource's state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.app.outside import Outside
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, OpenStep
from shared.domain.policy import Policy


@dataclass(frozen=True)
class ToldAgain:
    """What is to be remembered of it: the open steps with when they were told, and one decision for all of them."""

    steps: tuple[OpenStep, ...] = ()
    decisions: tuple[Decision, ...] = ()


def tell_again(outside: Outside, waiting: Iterable[OpenStep], policy: Policy, run: int) -> ToldAgain:
    """Return what is told again of the steps that wait for a person and were not told of for the policy's hours."""
    now = outside.clock.now()
    every = timedelta(hours=policy.held_again_hours)
    silent = [step for step in waiting if step.cause is Cause.HELD and now - (step.told or step.since) >= every]
    if not silent:
        return ToldAgain()
    facts = {"steps": str(len(silent)), "since": _earliest(silent).isoformat()}
    about = min(silent, key=lambda step: (step.since, step.id))
    told = Decision(
        outside.clock.ulid(), about.mapping or MappingId(about.id), now, Reason(Code.STILL_HELD, facts), run
    )
    return ToldAgain(tuple(replace(step, told=now) for step in silent), (told,))


def _earliest(steps: Iterable[OpenStep]) -> datetime:
    return min(step.since for step in steps)
