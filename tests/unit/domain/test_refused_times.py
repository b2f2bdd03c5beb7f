"""A time that the platform refuses although nothing that is known stands there; and what a person permits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from shared.domain.decisions import Code
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.plan import CalendarReport, LedgerView
from shared.domain.planner import plan
from shared.domain.policy import DirectEntries, Policy, Winner
from tests.unit.domain.stage import steps
from tests.unit.domain.values import (
    ADELE,
    KEY,
    NOON,
    NOW,
    WINDOW,
    ZURICH,
    at,
    booked,
    entry,
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

THEIRS = linked(
    meeting(when=NOON), booked(when=NOON, title="Adele Vance", owner=ADELE), "calendar", known_as=MappingId("mine")
)
"""A meeting of somebody else at noon, with our booking."""

PLATFORM, CALENDAR = Policy(winner=Winner.PLATFORM), Policy(winner=Winner.CALENDAR)
REPORT, REMOVE = Policy(winner=Winner.REPORT), Policy(direct_entries=DirectEntries.REMOVE)
LOST, REPORTED = Code.LOST_TO_OTHER, Code.OVERLAP_REPORTED


def view(mapping: Mapping, step: OpenStep, *others: Mapping) -> LedgerView:
    return LedgerView((mapping, *others), (step,), (), KEY, ZURICH, WINDOW)


def refusal(mapping: Mapping, reason: str = "overlap", attempts: int = 2) -> OpenStep:
    """The open step that the platform's refusals of a time left behind."""
    return OpenStep(f"rejected-{mapping.id}", Cause.REJECTED, NOW, NOW, mapping.id, attempts=attempts, reason=reason)


CREATING = one_sided(meeting(when=ACROSS), MappingState.CREATING, known_as=MappingId("mine"))

REFUSED: dict[str, tuple[Mapping, CalendarReport, Policy, str, tuple[str, ...], tuple[Code, ...]]] = {
    "a new meeting: the room declines": (
        CREATING, meeting(when=ACROSS), Policy(), "overlap", ("decline on calendar",), (Code.LOST_TO_BLOCK,),
    ),
    "a new meeting in a time it calls blocked: the room declines": (
        CREATING, meeting(when=ACROSS), Policy(), "blocked", ("decline on calendar",), (Code.LOST_TO_BLOCK,),
    ),
    "a new meeting where the calendar wins: it stays and is shown": (
        CREATING, meeting(when=ACROSS), CALENDAR, "overlap", (), (REPORTED,),
    ),
    "a new meeting under report: it stays and is shown": (
        CREATING, meeting(when=ACROSS), REPORT, "overlap", (), (REPORTED,),
    ),
    "a moved meeting: declined and cancelled": (
        THEIRS, meeting(when=ACROSS), Policy(), "overlap", ("cancel on platform", "decline on calendar"),
        (Code.LOST_TO_BLOCK,),
    ),
    "our event that moved: it gets its old time back": (
        OURS, entry(when=ACROSS), Policy(), "overlap", ("change time on calendar 12:00",),
        (Code.LOST_TO_BLOCK, Code.PUT_BACK),
    ),
    "for another reason: tried again": (
        CREATING, meeting(when=ACROSS), Policy(), "ErrorAccessDenied", ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
    ),
}  # fmt: skip


@pytest.mark.parametrize(("mapping", "seen", "policy", "why", "expected", "decisions"), REFUSED.values(), ids=REFUSED)
def test_a_time_that_the_platform_refuses_although_nothing_known_stands_there(
    mapping: Mapping,
    seen: CalendarReport,
    policy: Policy,
    why: str,
    expected: tuple[str, ...],
    decisions: tuple[Code, ...],
) -> None:
    (settlement,) = plan(view(mapping, refusal(mapping, why)), [seen], [], policy, NOW).settlements
    assert steps(settlement) == expected
    assert tuple(reason.code for reason in settlement.decisions) == decisions


def test_one_refusal_is_tried_again_because_what_stood_there_may_have_left() -> None:
    ledger = view(CREATING, refusal(CREATING, attempts=1))
    (settlement,) = plan(ledger, [meeting(when=ACROSS)], [], Policy(), NOW).settlements
    assert steps(settlement) == ("create on platform",)


def test_an_overlap_held_by_a_full_read_is_settled_once_a_person_permits_it() -> None:
    held = one_sided(meeting(when=ACROSS), MappingState.REFUSED, Code.HELD, MappingId("mine"))
    step = OpenStep("held-mine", Cause.HELD, NOW, NOW, held.id, permitted=True)
    (settlement,) = plan(view(held, step, HELD), [meeting(when=ACROSS)], [], Policy(), NOW).settlements
    assert steps(settlement) == ("decline on calendar",)


def test_an_overlap_that_was_reported_is_not_held_by_a_later_full_read() -> None:
    """Only overlaps that a first or full read finds wait for a person; this one was shown before."""
    reported = one_sided(entry(when=ACROSS), MappingState.REFUSED, REPORTED, MappingId("mine"))
    step = OpenStep("conflict-mine", Cause.CONFLICT, NOW, None, reported.id)
    full = replace(view(reported, step, HELD), bulk=True)
    (settlement,) = plan(full, [entry(when=ACROSS)], [], Policy(), NOW).settlements
    assert settlement.open is not None
    assert settlement.open.cause is Cause.CONFLICT
