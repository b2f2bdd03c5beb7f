"""The turn in which bookings move that follow one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from shared.domain.booking import Side
from shared.domain.decisions import Code, Reason
from shared.domain.fingerprint import Field
from shared.domain.ids import MailboxId, MappingId
from shared.domain.ledger import RoomRequest
from shared.domain.plan import Action, Settlement, Step
from shared.domain.projection import to_calendar
from shared.domain.spans import Timed
from shared.domain.turns import batches, in_turn
from tests.unit.domain.values import MONDAY, at, booked, entry, linked

DAYS = [at("09:00", "10:00", MONDAY + timedelta(days=number)) for number in range(4)]
REQUEST = RoomRequest(MailboxId("adele"), "digest")


def moved(number: int, days: int, field: Field = Field.TIME, *, asks: bool = False) -> Settlement:
    """The settlement of the booking of a day that is to move by some days."""
    when = DAYS[number]
    mapping = linked(
        entry(name=f"e{number}", when=when), booked(name=f"b{number}", when=when), known_as=MappingId(f"m{number}")
    )
    later = Timed(when.start + timedelta(days=days), when.end + timedelta(days=days))
    reason = Reason(Code.CHANGED_ON_CALENDAR)
    step = Step(Action.CHANGE, Side.CALENDAR, reason, to_calendar(booked(when=later)), frozenset({field}))
    after = replace(mapping, request=REQUEST) if asks else mapping
    return Settlement(mapping.id, mapping, after, (step,), (reason,))


@pytest.mark.parametrize(
    ("shifts", "turns"),
    [
        pytest.param((1, 1, 1, 1), (3, 2, 1, 0), id="all later: the last goes first"),
        pytest.param((-1, -1, -1, -1), (0, 1, 2, 3), id="all earlier: the first goes first"),
        pytest.param((7, 7, -1, 7), (3, 2, 1, 0), id="most of them later"),
        pytest.param((0, 7, 0, 7), (0, 3, 2, 1), id="what stays keeps its place"),
        pytest.param((0, 0, 0, 0), (0, 1, 2, 3), id="nothing moves"),
    ],
)
def test_each_finds_the_time_free_that_the_one_before_it_has_left(
    shifts: tuple[int, ...], turns: tuple[int, ...]
) -> None:
    settlements = [moved(number, shift) for number, shift in enumerate(shifts)]
    assert [each.id for each in in_turn(settlements)] == [f"m{number}" for number in turns]


def test_another_title_moves_nothing() -> None:
    settlements = [moved(number, 1, Field.TITLE) for number in range(4)]
    assert in_turn(settlements) == settlements


def test_bookings_of_ours_move_side_by_side() -> None:
    settlements = [moved(number, 1) for number in range(4)]
    assert [len(batch) for batch in batches(settlements, 3)] == [3, 1]


def test_what_asks_the_room_for_a_time_goes_alone() -> None:
    settlements = [moved(0, 1), moved(1, 1, asks=True), moved(2, 1, asks=True), moved(3, 1)]
    assert [[each.id for each in batch] for batch in batches(settlements, 4)] == [["m0"], ["m1"], ["m2"], ["m3"]]


def test_nothing_is_no_batch() -> None:
    assert list(batches([], 4)) == []
