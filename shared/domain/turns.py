"""In which turn bookings move that follow one another: each finds the time free that the one before it has left. Pure.

Where most of them move later the last one goes first. A room that is asked in a person's own mailbox judges each
request by what stands there at that moment, so those are never sent side by side.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from shared.domain.booking import Side
from shared.domain.fingerprint import Field
from shared.domain.plan import Action, Settlement
from shared.domain.recurrence import begin


def in_turn(settlements: Sequence[Settlement]) -> list[Settlement]:
    """Return settlements in the order in which they are applied; those that move nothing keep their place."""
    moving = [each for each in settlements if _shift(each)]
    later = sum(_shift(each) > 0 for each in moving) * 2 > len(moving)
    turns = iter(sorted(moving, key=_start, reverse=later))
    return [next(turns) if _shift(each) else each for each in settlements]


def batches(settlements: Sequence[Settlement], most: int) -> Iterable[list[Settlement]]:
    """Yield what is applied side by side, at most so many."""
    batch: list[Settlement] = []
    for settlement in settlements:
        alone = _asks_for_a_time(settlement)
        if batch and (alone or len(batch) == most or _asks_for_a_time(batch[0])):
            yield batch
            batch = []
        batch.append(settlement)
    if batch:
        yield batch


def _asks_for_a_time(settlement: Settlement) -> bool:
    return settlement.after is not None and settlement.after.request is not None and bool(_shift(settlement))


def _shift(settlement: Settlement) -> float:
    """Return by how many seconds the calendar's side of a booking moves."""
    for step in settlement.steps:
        if step.side is Side.CALENDAR and step.action is Action.CHANGE and Field.TIME in step.fields and step.wanted:
            return (begin(step.wanted.when) - _begin(settlement)).total_seconds() if settlement.before else 0.0
    return 0.0


def _start(settlement: Settlement) -> float:
    return _begin(settlement).timestamp()


def _begin(settlement: Settlement) -> datetime:
    assert settlement.before is not None
    return begin(settlement.before.when)
