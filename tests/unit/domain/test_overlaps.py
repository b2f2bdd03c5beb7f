"""The overlaps table: what becomes of the booking that gives way, row by row of its docstring."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.domain.booking import Answer, Block, CalendarKey, Gone, Proof, Side
from shared.domain.decisions import Code
from shared.domain.ids import BookingId, EventId, MappingId
from shared.domain.ledger import Cause, Mapping, MappingState
from shared.domain.plan import CalendarReport, Plan, PlatformReport, Settlement
from shared.domain.planner import plan
from shared.domain.policy import DirectEntries, Policy, Winner
from tests.unit.domain.stage import steps
from tests.unit.domain.values import (
    ADELE,
    MADE,
    MORNING,
    NOON,
    NOW,
    at,
    booked,
    entry,
    ledger,
    linked,
    meeting,
    one_sided,
)

ACROSS = at("09:30", "10:30")
"""A time that overlaps the morning's."""

HELD = linked(entry(name="held-e"), booked(name="held-b"), known_as=MappingId("held"))
"""A booking of the platform that has stood in the morning."""

OURS = linked(entry(when=NOON), booked(when=NOON), known_as=MappingId("mine"))
"""A booking of the platform at noon, with our event."""

TYPED = linked(entry(when=NOON), booked(when=NOON, owner=None), "calendar", known_as=MappingId("mine"))
"""An entry typed into the calendar at noon, with our booking."""

THEIRS = linked(
    meeting(when=NOON), booked(when=NOON, title="Adele Vance", owner=ADELE), "calendar", known_as=MappingId("mine")
)
"""A meeting of somebody else at noon, with our booking."""

AT_ONCE = Policy(settle_seconds=0)
PLATFORM, CALENDAR = replace(AT_ONCE, winner=Winner.PLATFORM), replace(AT_ONCE, winner=Winner.CALENDAR)
REPORT, REMOVE = replace(AT_ONCE, winner=Winner.REPORT), replace(AT_ONCE, direct_entries=DirectEntries.REMOVE)
LOST, REPORTED = Code.LOST_TO_OTHER, Code.OVERLAP_REPORTED


@dataclass(frozen=True)
class Row:
    """What stands, what is seen, and what becomes of the booking that was seen."""

    mappings: tuple[Mapping, ...]
    seen: CalendarReport | PlatformReport
    steps: tuple[str, ...] = ()
    decisions: tuple[Code, ...] = ()
    fate: str = "forgotten"
    open: Cause | None = None
    policy: Policy = AT_ONCE
    bulk: bool = False
    blocks: tuple[Block, ...] = ()
    loser: str = ""


BLOCKED = (Block("x1", MORNING, "maintenance"),)

ROWS: dict[str, Row] = {
    "new, a meeting of somebody else: the room declines": Row(
        (HELD,), meeting(when=ACROSS), ("decline on calendar",), (LOST,)
    ),
    "new, a meeting that awaits the room is Exchange's to judge first": Row(
        (HELD,), meeting(when=ACROSS, answer=Answer.NONE), (), (Code.AWAITS_ROOM,), "awaiting_room"
    ),
    "new, typed into the calendar: left and reported": Row(
        (HELD,), entry(when=ACROSS), (), (REPORTED,), "refused", Cause.CONFLICT
    ),
    "new, typed into the calendar, direct entries remove: removed": Row(
        (HELD,), entry(when=ACROSS), ("cancel on calendar",), (LOST,), policy=REMOVE
    ),
    "new, made on the platform: cancelled there": Row((HELD,), booked(when=ACROSS), ("cancel on platform",), (LOST,)),
    "new, made on the platform in a time that a meeting awaits: cancelled there": Row(
        (one_sided(meeting(answer=Answer.NONE), MappingState.AWAITING_ROOM, known_as=MappingId("held")),),
        booked(when=ACROSS),
        ("cancel on platform",),
        (LOST,),
    ),
    "moved on the platform: it gets its old time back there": Row(
        (HELD, OURS),
        booked(when=ACROSS),
        ("change time on platform 12:00",),
        (LOST, Code.PUT_BACK),
        "linked",
    ),
    "moved in the calendar, our event: it gets its old time back there": Row(
        (HELD, OURS),
        entry(when=ACROSS),
        ("change time on calendar 12:00",),
        (LOST, Code.PUT_BACK),
        "linked",
    ),
    "moved, an entry typed into the calendar: it gets its old time back": Row(
        (HELD, TYPED),
        entry(when=ACROSS),
        ("change time on calendar 12:00",),
        (LOST, Code.PUT_BACK),
        "linked",
    ),
    "moved, by another organiser: declined, and the platform booking is cancelled": Row(
        (HELD, THEIRS),
        meeting(when=ACROSS),
        ("cancel on platform", "decline on calendar"),
        (LOST,),
    ),
    "held until now, ours: withdrawn from both sides": Row(
        (replace(HELD, origin=Side.PLATFORM),),
        meeting(when=ACROSS),
        ("cancel on platform", "cancel on calendar"),
        (LOST,),
        policy=CALENDAR,
        loser="held",
    ),
    "held until now, somebody else's: withdrawn from both sides": Row(
        (THEIRS,),
        booked(name="b9", when=NOON),
        ("cancel on platform", "decline on calendar"),
        (LOST,),
        policy=PLATFORM,
        loser="mine",
    ),
    "held until now, typed into the calendar: left and reported": Row(
        (TYPED,), booked(name="b9", when=NOON), (), (REPORTED,), "linked", Cause.CONFLICT, PLATFORM, loser="mine"
    ),
    "report: a new meeting is booked all the same and shown": Row(
        (HELD,),
        meeting(when=ACROSS),
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM, REPORTED),
        "creating",
        Cause.CONFLICT,
        REPORT,
    ),
    "report: a booking that moved stays where it moved and is shown": Row(
        (HELD, OURS),
        booked(when=ACROSS),
        ("change time on calendar 09:30",),
        (Code.CHANGED_ON_CALENDAR, REPORTED),
        "linked",
        Cause.CONFLICT,
        REPORT,
    ),
    "first or full read: a new overlap is held": Row(
        (HELD,), meeting(when=ACROSS), (), (Code.HELD,), "refused", Cause.HELD, bulk=True
    ),
    "first or full read: an overlap of a booking that moved is held, and its mapping stays": Row(
        (HELD, OURS), booked(when=ACROSS), (), (Code.HELD,), "linked", Cause.HELD, bulk=True
    ),
    "blocked time, a new meeting: declined": Row(
        (), meeting(when=ACROSS), ("decline on calendar",), (Code.LOST_TO_BLOCK,), blocks=BLOCKED
    ),
    "blocked time, a new booking: cancelled": Row(
        (), booked(when=ACROSS), ("cancel on platform",), (Code.LOST_TO_BLOCK,), blocks=BLOCKED
    ),
    "blocked time, a booking that moved there: put back": Row(
        (OURS,),
        booked(when=ACROSS),
        ("change time on platform 12:00",),
        (Code.LOST_TO_BLOCK, Code.PUT_BACK),
        "linked",
        blocks=BLOCKED,
    ),
    "a booking that was refused takes no time from others": Row(
        (one_sided(entry(), MappingState.REFUSED, known_as=MappingId("held")),),
        meeting(when=ACROSS),
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        "creating",
    ),
}  # fmt: skip


def made(row: Row) -> Plan:
    view = ledger(*row.mappings, blocks=row.blocks, bulk=row.bulk)
    on_platform = isinstance(row.seen, type(booked()))
    events = [] if on_platform else [row.seen]
    bookings = [row.seen] if on_platform else []
    return plan(view, events, bookings, row.policy, NOW)  # type: ignore[arg-type] # told apart by their type above


def loser(row: Row) -> Settlement:
    known = {mapping.id for mapping in row.mappings}
    chosen = [
        s for s in made(row).settlements if (s.id == row.loser if row.loser else s.id == "mine" or s.id not in known)
    ]
    (settlement,) = chosen
    return settlement


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_becomes_of_the_booking_that_gives_way(row: Row) -> None:
    settlement = loser(row)
    assert steps(settlement) == row.steps
    assert tuple(reason.code for reason in settlement.decisions) == row.decisions
    assert (settlement.after.state if settlement.after else "forgotten") == row.fate
    assert (settlement.open.cause if settlement.open else None) is row.open


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_a_booking_that_stays_linked_keeps_the_time_that_is_agreed(row: Row) -> None:
    settlement = loser(row)
    if row.fate == "linked" and row.policy.winner is not Winner.REPORT:
        assert settlement.after is not None
        assert (settlement.after.when, settlement.after.held_since) == (NOON, MADE)


def test_the_decision_names_the_other_booking_its_time_and_the_rule() -> None:
    facts = loser(ROWS["new, made on the platform: cancelled there"]).decisions[0].facts
    assert facts == {
        "other": "held",
        "other_start": "2026-11-23T09:00:00+00:00",
        "other_end": "2026-11-23T10:00:00+00:00",
        "winner": "first",
    }


def test_a_move_that_gives_way_keeps_the_change_of_its_title() -> None:
    view = ledger(HELD, OURS)
    (settlement,) = plan(view, [], [booked(when=ACROSS, title="Retreat")], AT_ONCE, NOW).settlements
    assert steps(settlement) == ("change time on platform 12:00", "change title on calendar 12:00")


def test_both_sides_moved_to_taken_times_both_get_the_old_time_back() -> None:
    view = ledger(HELD, OURS)
    (settlement,) = plan(view, [entry(when=ACROSS)], [booked(when=at("09:45", "10:45"))], AT_ONCE, NOW).settlements
    assert sorted(steps(settlement)) == ["change time on calendar 12:00", "change time on platform 12:00"]


def test_a_booking_may_move_into_the_time_that_another_leaves_in_the_same_run() -> None:
    """Removals free the time first."""
    gone = Gone(BookingId("held-b"), Proof.CANCELLED)
    result = plan(ledger(HELD, OURS), [], [gone, booked(when=ACROSS)], AT_ONCE, NOW)
    assert [steps(settlement) for settlement in result.settlements] == [
        ("cancel on calendar",),
        ("change time on calendar 09:30",),
    ]


def test_a_new_meeting_takes_the_time_of_a_booking_that_is_cancelled_in_the_same_run() -> None:
    gone = Gone(BookingId("held-b"), Proof.CANCELLED)
    result = plan(ledger(HELD), [meeting(when=ACROSS)], [gone], AT_ONCE, NOW)
    assert [steps(settlement) for settlement in result.settlements] == [
        ("cancel on calendar",),
        ("create on platform",),
    ]


def test_equal_times_are_neighbours_and_no_overlap() -> None:
    result = plan(ledger(HELD), [meeting(when=at("10:00", "11:00"))], [], AT_ONCE, NOW)
    assert [steps(settlement) for settlement in result.settlements] == [("create on platform",)]


def test_a_move_that_gives_way_records_the_change_of_its_title_and_no_change_of_its_time() -> None:
    view = ledger(HELD, OURS)
    (settlement,) = plan(view, [], [booked(when=ACROSS, title="Retreat")], AT_ONCE, NOW).settlements
    changed = [dict(reason.facts) for reason in settlement.decisions if reason.code is Code.CHANGED_ON_CALENDAR]
    assert changed == [{"fields": "title"}]


def test_a_move_that_gives_way_still_records_which_title_lost() -> None:
    """Rule 6: what lost is in the decision."""
    view = ledger(HELD, OURS)
    event, booking = entry(when=NOON, title="Offsite"), booked(when=ACROSS, title="Retreat")
    (settlement,) = plan(view, [event], [booking], AT_ONCE, NOW).settlements
    lost = [dict(reason.facts) for reason in settlement.decisions if reason.code is Code.SAME_FIELD_EDITED]
    assert lost == [{"field": "title", "kept": "platform"}]


def test_a_copy_that_is_to_be_made_again_is_made_at_the_old_time_where_the_new_one_is_taken() -> None:
    view = ledger(HELD, OURS)
    gone = Gone(CalendarKey(EventId("AAkA/ours=")), Proof.NOT_FOUND)
    (settlement,) = plan(view, [gone], [booked(when=ACROSS)], AT_ONCE, NOW).settlements
    assert steps(settlement) == ("change time on platform 12:00", "create on calendar")
    assert settlement.steps[1].wanted is not None
    assert settlement.steps[1].wanted.when == NOON
    assert settlement.after is not None
    assert settlement.after.state is MappingState.CREATING
