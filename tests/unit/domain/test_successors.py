"""A platform row with a successor is a move: the mapping follows the last row that is known, and no cycle traps it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.domain.booking import PlatformItem
from shared.domain.ids import BookingId, MappingId
from shared.domain.ledger import Mapping
from shared.domain.plan import Plan
from shared.domain.planner import plan
from shared.domain.policy import Policy
from shared.domain.spans import When
from tests.unit.domain.values import EVENING, MORNING, NOON, NOW, booked, entry, ledger, linked

OURS = linked(entry(), booked())


def row(name: str, when: When = MORNING, successor: str = "") -> PlatformItem:
    """Return a row; one that has a successor no longer takes place itself."""
    item = booked(when=when, name=name, cancelled=bool(successor))
    return replace(item, successor=BookingId(successor) if successor else None)


@dataclass(frozen=True)
class Move:
    """Rows that were seen, and the steps that they amount to."""

    rows: tuple[PlatformItem, ...]
    steps: tuple[str, ...]
    mappings: tuple[Mapping, ...] = (OURS,)


MOVES: dict[str, Move] = {
    "one successor: our event moves": Move(
        (row("b1", successor="b2"), row("b2", NOON)), ("change on calendar 2026-11-23T12:00:00Z/2026-11-23T13:00:00Z",)
    ),
    "two in a row: our event moves once": Move(
        (row("b1", successor="b2"), row("b2", NOON, successor="b3"), row("b3", EVENING)),
        ("change on calendar 2026-11-23T18:00:00Z/2026-11-23T19:00:00Z",),
    ),
    "a successor at the same time: only its id is remembered": Move((row("b1", successor="b2"), row("b2")), ()),
    "a successor that was cancelled too: our event is cancelled": Move(
        (row("b1", successor="b2"), replace(row("b2", NOON), booking=booked(when=NOON, cancelled=True).booking)),
        ("cancel on calendar",),
    ),
    "a successor that was not seen: the old row's cancellation counts": Move(
        (row("b1", successor="b2"),), ("cancel on calendar",)
    ),
    "rows that name each other: the one that was followed last counts": Move(
        (row("b1", successor="b2"), row("b2", NOON, successor="b1")), ("cancel on calendar",)
    ),
    "a row whose predecessor nobody knew: a new booking": Move(
        (row("b8", successor="b9"), row("b9", NOON)),
        ("create on calendar 2026-11-23T12:00:00Z/2026-11-23T13:00:00Z",),
    ),
    "a successor that has an event of its own: the old event is cancelled": Move(
        (row("b1", successor="b2"), row("b2", NOON)),
        ("cancel on calendar",),
        (OURS, linked(entry(name="e2", when=NOON), booked(name="b2", when=NOON), known_as=MappingId("second"))),
    ),
}


def told(made: Plan) -> tuple[str, ...]:
    return tuple(
        f"{step.action} on {step.side}" + (f" {step.wanted.when}" if step.wanted else "")
        for settlement in made.settlements
        for step in settlement.steps
    )


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_a_row_with_a_successor(move: Move) -> None:
    assert told(plan(ledger(*move.mappings), [], move.rows, Policy(), NOW)) == move.steps


@pytest.mark.parametrize("move", MOVES.values(), ids=MOVES)
def test_the_order_of_the_rows_does_not_matter(move: Move) -> None:
    backwards = plan(ledger(*move.mappings), [], move.rows[::-1], Policy(), NOW)
    assert backwards == plan(ledger(*move.mappings), [], move.rows, Policy(), NOW)


def test_the_mapping_is_tied_to_the_row_that_stands() -> None:
    (settlement,) = plan(ledger(OURS), [], (row("b1", successor="b2"), row("b2")), Policy(), NOW).settlements
    assert settlement.after is not None
    assert settlement.after.platform is not None
    assert settlement.after.platform.id == "b2"
