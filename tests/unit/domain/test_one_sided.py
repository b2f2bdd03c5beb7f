"""The arrivals table, what stands on one side: each row of the docstring of ``arrivals`` as a test id."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.domain.booking import Answer, CalendarKey, Gone, Proof, ShowAs
from shared.domain.cases import Case, Setting
from shared.domain.decisions import Code
from shared.domain.fingerprint import Field
from shared.domain.ids import BookingId, EventId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.one_sided import settle_one_sided
from shared.domain.plan import CalendarReport, PlatformReport, Settlement
from shared.domain.policy import Direction, Policy
from tests.unit.domain.values import (
    ADELE,
    BEN,
    ID,
    MADE,
    NOON,
    NOW,
    booked,
    entry,
    linked,
    meeting,
    one_sided,
    setting,
)

CREATING, AWAITING, REFUSED = MappingState.CREATING, MappingState.AWAITING_ROOM, MappingState.REFUSED
TO_PLATFORM, TO_CALENDAR = Policy(direction=Direction.TO_PLATFORM), Policy(direction=Direction.TO_CALENDAR)


def steps(settlement: Settlement) -> tuple[str, ...]:
    return tuple(f"{step.action} on {step.side}" for step in settlement.steps)


def fate(settlement: Settlement) -> str:
    return settlement.after.state if settlement.after else "forgotten"


BOOKING_GONE, EVENT_GONE = (
    Gone(BookingId("b1"), Proof.CANCELLED),
    Gone(CalendarKey(EventId("AAkA/ours=")), Proof.NOT_LISTED),
)
MEETING_GONE = Gone(CalendarKey(EventId("AAkA/theirs=")), Proof.CANCELLED)


@dataclass(frozen=True)
class Half:
    """A mapping with one side, what was seen of both, and what is to become of it."""

    mapping: Mapping
    calendar: CalendarReport | None
    platform: PlatformReport | None
    steps: tuple[str, ...] = ()
    decisions: tuple[Code, ...] = ()
    fate: str = ""
    setting: Setting = setting()  # noqa: RUF009 - a frozen value


TAKEN_BACK = setting(permitted=frozenset({ID}))
DISPUTED = setting(disputed=frozenset({ID}))
UNSETTLED = setting(unsettled=frozenset({ID}))

HALVES: dict[str, Half] = {
    "creating, copy found on the platform: linked": Half(
        one_sided(meeting(), CREATING),
        meeting(),
        booked(title="Adele Vance", owner=ADELE),
        (),
        (Code.ADOPTED,),
        "linked",
    ),
    "creating, copy found in the calendar: linked": Half(
        one_sided(booked(), CREATING), entry(), booked(), (), (Code.ADOPTED,), "linked"
    ),
    "creating, copy found: brought to what the calendar shows": Half(
        one_sided(meeting(), CREATING),
        meeting(when=NOON),
        booked(title="Adele Vance", owner=ADELE),
        ("change on platform",),
        (Code.ADOPTED, Code.CHANGED_ON_PLATFORM),
        "linked",
    ),
    "creating, copy found: brought to what the platform shows": Half(
        one_sided(booked(), CREATING),
        entry(),
        booked(title="Retreat"),
        ("change on calendar",),
        (Code.ADOPTED, Code.CHANGED_ON_CALENDAR),
        "linked",
    ),
    "creating, copy not found: created again on the platform": Half(
        one_sided(meeting(), CREATING),
        meeting(),
        None,
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        CREATING,
    ),
    "creating, copy not found: created again in the calendar": Half(
        one_sided(booked(), CREATING),
        None,
        booked(),
        ("create on calendar",),
        (Code.CREATED_ON_CALENDAR,),
        CREATING,
    ),
    "creating, copy not found and the room was unaccepted meanwhile: awaits it": Half(
        one_sided(meeting(), CREATING), meeting(answer=Answer.NONE), None, (), (Code.AWAITS_ROOM,), AWAITING
    ),
    "creating, nothing seen: stays": Half(one_sided(meeting(), CREATING), None, None, fate=CREATING),
    "creating, origin gone and no copy: forgotten": Half(
        one_sided(meeting(), CREATING), MEETING_GONE, None, (), (Code.ENDED_ON_BOTH,), "forgotten"
    ),
    "creating, origin gone: the booking that was found is withdrawn": Half(
        one_sided(meeting(), CREATING),
        MEETING_GONE,
        booked(owner=ADELE),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "creating, origin gone: the event that was found is withdrawn": Half(
        one_sided(booked(), CREATING),
        entry(),
        BOOKING_GONE,
        ("cancel on calendar",),
        (Code.CANCELLED_ON_CALENDAR,),
        "forgotten",
    ),
    "creating, origin and copy gone: forgotten": Half(
        one_sided(booked(), CREATING), EVENT_GONE, BOOKING_GONE, (), (Code.ENDED_ON_BOTH,), "forgotten"
    ),
    "creating, copy found but ended by a person: that ends the booking": Half(
        one_sided(booked(), CREATING),
        entry(show_as=ShowAs.FREE),
        booked(),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "creating, copy found but cancelled by a person: the room declines": Half(
        one_sided(meeting(), CREATING),
        meeting(),
        booked(cancelled=True),
        ("decline on calendar",),
        (Code.DECLINED_ON_CALENDAR,),
        "forgotten",
    ),
    "awaiting room, accepted: created on the platform": Half(
        one_sided(meeting(answer=Answer.NONE), AWAITING),
        meeting(),
        None,
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        CREATING,
    ),
    "awaiting room, moved and still unanswered: waits at its new time": Half(
        one_sided(meeting(answer=Answer.NONE), AWAITING),
        meeting(answer=Answer.NONE, when=NOON),
        None,
        (),
        (),
        AWAITING,
    ),
    "awaiting room, declined: forgotten": Half(
        one_sided(meeting(answer=Answer.NONE), AWAITING),
        meeting(answer=Answer.DECLINED),
        None,
        (),
        (Code.ENDED_ON_BOTH,),
        "forgotten",
    ),
    "refused, seen unchanged: stays refused": Half(
        one_sided(meeting(), REFUSED, "lost_to_other"), meeting(), None, fate=REFUSED
    ),
    "refused on the platform, seen unchanged: stays refused": Half(
        one_sided(booked(), REFUSED, "one_way"), None, booked(), fate=REFUSED
    ),
    "refused, moved: judged again": Half(
        one_sided(meeting(), REFUSED),
        meeting(when=NOON),
        None,
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        CREATING,
    ),
    "refused, moved on the platform: judged again": Half(
        one_sided(booked(), REFUSED),
        None,
        booked(when=NOON),
        ("create on calendar",),
        (Code.CREATED_ON_CALENDAR,),
        CREATING,
    ),
    "refused, permitted by a person: judged again": Half(
        one_sided(meeting(), REFUSED, "held"),
        meeting(),
        None,
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        CREATING,
        TAKEN_BACK,
    ),
    "refused, its overlap open: judged again": Half(
        one_sided(booked(), REFUSED),
        None,
        booked(),
        ("create on calendar",),
        (Code.CREATED_ON_CALENDAR,),
        CREATING,
        DISPUTED,
    ),
    "refused, left undone by a run: judged again": Half(
        one_sided(meeting(), REFUSED),
        meeting(),
        None,
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        CREATING,
        UNSETTLED,
    ),
    "refused, gone: forgotten": Half(
        one_sided(meeting(), REFUSED), MEETING_GONE, None, (), (Code.ENDED_ON_BOTH,), "forgotten"
    ),
    "refused, nothing seen: stays": Half(one_sided(booked(), REFUSED), None, None, fate=REFUSED),
    "refused by the direction, moved: left where it is, and not said again": Half(
        one_sided(booked(), REFUSED, "one_way"),
        None,
        booked(when=NOON),
        (),
        (),
        REFUSED,
        setting(TO_PLATFORM),
    ),
}


@pytest.mark.parametrize("case", HALVES.values(), ids=HALVES)
def test_a_mapping_with_one_side(case: Half) -> None:
    settlement = settle_one_sided(Case(case.mapping, case.calendar, case.platform), case.setting)
    assert steps(settlement) == case.steps
    assert tuple(reason.code for reason in settlement.decisions) == case.decisions
    assert fate(settlement) == case.fate
    assert settlement.before is not None
    assert settlement.before.id == ID


def test_a_copy_is_created_again_under_the_same_generation() -> None:
    mapping = one_sided(meeting(), CREATING, generation=3)
    after = settle_one_sided(Case(mapping, meeting(), None), setting()).after
    assert after is not None
    assert after.generation == 3


def test_an_adopted_copy_is_brought_along_in_the_fields_that_differ_and_no_others() -> None:
    found = booked(title="Adele Vance", owner=BEN)
    settlement = settle_one_sided(Case(one_sided(meeting(), CREATING), meeting(when=NOON), found), setting())
    assert settlement.steps[0].fields == {Field.TIME, Field.ORGANISER}
    assert settlement.steps[0].wanted == replace(found.booking, when=NOON, organiser=ADELE)


def test_a_booking_that_moved_while_it_waited_is_held_since_it_moved() -> None:
    case = Case(one_sided(meeting(answer=Answer.NONE), AWAITING), meeting(answer=Answer.NONE, when=NOON), None)
    after = settle_one_sided(case, setting()).after
    assert after is not None
    assert (after.when, after.held_since) == (NOON, NOW)


def test_a_booking_that_waited_where_it_is_keeps_since_when_it_is_held() -> None:
    case = Case(one_sided(meeting(answer=Answer.NONE), AWAITING), meeting(), None)
    after = settle_one_sided(case, setting()).after
    assert after is not None
    assert after.held_since == MADE


def test_an_adopted_pair_reads_as_agreed_in_the_next_run() -> None:
    event, booking = meeting(), booked(title="Adele Vance", owner=ADELE)
    adopted = settle_one_sided(Case(one_sided(meeting(), CREATING), event, booking), setting()).after
    assert adopted is not None
    known = linked(event, booking, "calendar")
    assert (adopted.calendar, adopted.platform) == (known.calendar, known.platform)
