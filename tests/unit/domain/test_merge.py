"""The merge table: each row of the docstring of ``merge`` is a test id, with the cases in which it applies."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.domain.booking import Answer, Booking, CalendarKey, Gone, Proof, ShowAs, Side
from shared.domain.cases import Case
from shared.domain.decisions import Code
from shared.domain.ids import BookingId, EventId, Version
from shared.domain.ledger import Mapping, MappingState
from shared.domain.merge import merge_linked
from shared.domain.plan import CalendarReport, PlatformReport, Settlement
from shared.domain.policy import Direction, Policy
from tests.unit.domain.values import (
    ADELE,
    BEN,
    EVENING,
    MORNING,
    NOON,
    booked,
    entry,
    linked,
    meeting,
    setting,
)

OURS = linked(entry(), booked(), origin="platform")
"""A booking made on the platform, with our event in the calendar."""

TYPED = linked(entry(), booked(owner=None), origin="calendar")
"""An entry typed straight into the room's calendar, with our booking on the platform."""

THEIRS = linked(meeting(), booked(title="Adele Vance", owner=ADELE), origin="calendar")
"""A meeting of somebody else, with our booking on the platform."""

EVENT_GONE = Gone(CalendarKey(EventId("AAkA/ours=")), Proof.NOT_FOUND)
MEETING_GONE = Gone(CalendarKey(EventId("AAkA/theirs=")), Proof.CANCELLED)
BOOKING_GONE = Gone(BookingId("b1"), Proof.CANCELLED)

TO_PLATFORM, TO_CALENDAR = Policy(direction=Direction.TO_PLATFORM), Policy(direction=Direction.TO_CALENDAR)


@dataclass(frozen=True)
class Row:
    """One case: what was remembered and seen, and what is to become of it."""

    mapping: Mapping
    calendar: CalendarReport | None
    platform: PlatformReport | None
    steps: tuple[str, ...] = ()
    decisions: tuple[Code, ...] = ()
    fate: str = "linked"
    policy: Policy = Policy()  # noqa: RUF009 - a frozen value


def theirs_on_platform(**more: object) -> PlatformReport:
    """Return our booking of somebody else's meeting."""
    return replace(
        booked(owner=ADELE, title="Adele Vance"),
        booking=replace(Booking(MORNING, "Adele Vance", ADELE), **more),  # type: ignore[arg-type] # fields of a booking
    )


ROWS: dict[str, Row] = {
    "same, same: nothing": Row(OURS, entry(), booked()),
    "same, not read: nothing": Row(OURS, entry(), None),
    "not read, same: nothing": Row(OURS, None, booked()),
    "changed, same: the platform follows a move": Row(
        OURS,
        entry(when=NOON),
        booked(),
        ("change time on platform",),
        (Code.CHANGED_ON_PLATFORM,),
    ),
    "changed, same: the platform follows a new title": Row(
        OURS, entry(title="Retreat"), booked(), ("change title on platform",), (Code.CHANGED_ON_PLATFORM,)
    ),
    "changed, same: the platform follows somebody else's move": Row(
        THEIRS, meeting(when=NOON), theirs_on_platform(), ("change time on platform",), (Code.CHANGED_ON_PLATFORM,)
    ),
    "changed, not read: the platform follows a move": Row(
        OURS, entry(when=NOON), None, ("change time on platform",), (Code.CHANGED_ON_PLATFORM,)
    ),
    "same, changed: the calendar follows a move": Row(
        OURS, entry(), booked(when=NOON), ("change time on calendar",), (Code.CHANGED_ON_CALENDAR,)
    ),
    "same, changed: the calendar follows although it was not read": Row(
        OURS, None, booked(when=NOON), ("change time on calendar",), (Code.CHANGED_ON_CALENDAR,)
    ),
    "same, changed: the calendar follows privacy, and the title with it": Row(
        OURS,
        entry(),
        booked(private=True),
        ("change private, title on calendar",),
        (Code.CHANGED_ON_CALENDAR,),
    ),
    "same, changed: the calendar shows no owner, so a new one is only remembered": Row(
        OURS, entry(), booked(owner=ADELE)
    ),
    "same, changed where the organiser is somebody else: put back": Row(
        THEIRS,
        meeting(),
        theirs_on_platform(when=NOON),
        ("change time on platform",),
        (Code.NOT_OURS_TO_WRITE, Code.CHANGED_ON_PLATFORM),
    ),
    "same, changed where the organiser is somebody else: a title is put back": Row(
        THEIRS,
        meeting(),
        theirs_on_platform(title="Retreat"),
        ("change title on platform",),
        (Code.NOT_OURS_TO_WRITE, Code.CHANGED_ON_PLATFORM),
    ),
    "same, changed where the organiser is somebody else: an owner is put back": Row(
        THEIRS,
        meeting(),
        theirs_on_platform(organiser=BEN),
        ("change organiser on platform",),
        (Code.NOT_OURS_TO_WRITE, Code.CHANGED_ON_PLATFORM),
    ),
    "changed, changed: equal now is adopted": Row(OURS, entry(when=NOON), booked(when=NOON)),
    "changed, changed: different fields are both kept": Row(
        OURS,
        entry(when=NOON),
        booked(title="Retreat"),
        ("change time on platform", "change title on calendar"),
        (Code.CHANGED_ON_PLATFORM, Code.CHANGED_ON_CALENDAR),
    ),
    "changed, changed: of the same field the side of origin wins": Row(
        OURS,
        entry(when=NOON),
        booked(when=EVENING),
        ("change time on calendar",),
        (Code.SAME_FIELD_EDITED, Code.CHANGED_ON_CALENDAR),
    ),
    "changed, changed: of the same field the calendar wins where it began there": Row(
        TYPED,
        entry(when=NOON),
        booked(when=EVENING, owner=None),
        ("change time on platform",),
        (Code.SAME_FIELD_EDITED, Code.CHANGED_ON_PLATFORM),
    ),
    "changed, changed: the policy's edits name the other side": Row(
        OURS,
        entry(when=NOON),
        booked(when=EVENING),
        ("change time on platform",),
        (Code.SAME_FIELD_EDITED, Code.CHANGED_ON_PLATFORM),
        policy=Policy(edits=Side.CALENDAR),
    ),
    "changed, changed: edits of the platform lose against somebody else's meeting": Row(
        THEIRS,
        meeting(when=NOON),
        theirs_on_platform(when=EVENING),
        ("change time on platform",),
        (Code.NOT_OURS_TO_WRITE, Code.CHANGED_ON_PLATFORM),
        policy=Policy(edits=Side.PLATFORM),
    ),
    "gone, same: the platform booking is cancelled": Row(
        OURS, EVENT_GONE, booked(), ("cancel on platform",), (Code.CANCELLED_ON_PLATFORM,), "forgotten"
    ),
    "gone, not read: the platform booking is cancelled": Row(
        OURS, EVENT_GONE, None, ("cancel on platform",), (Code.CANCELLED_ON_PLATFORM,), "forgotten"
    ),
    "gone, same: a cancellation left in place counts": Row(
        THEIRS,
        meeting(cancelled=True, show_as=ShowAs.FREE),
        theirs_on_platform(),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "gone, same: a room that declines afterwards counts": Row(
        THEIRS,
        meeting(answer=Answer.DECLINED),
        theirs_on_platform(),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "gone, same: an event of ours that is shown free now counts": Row(
        OURS,
        entry(show_as=ShowAs.FREE),
        booked(),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "gone, changed: ours to make again is made again": Row(
        OURS, EVENT_GONE, booked(when=NOON), ("create on calendar",), (Code.MADE_AGAIN,), "creating"
    ),
    "gone, changed: an organiser's cancellation is final": Row(
        THEIRS,
        MEETING_GONE,
        theirs_on_platform(when=NOON),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "gone, changed: an entry typed into the calendar was never ours to make again": Row(
        TYPED,
        EVENT_GONE,
        booked(when=NOON, owner=None),
        ("cancel on platform",),
        (Code.CANCELLED_ON_PLATFORM,),
        "forgotten",
    ),
    "same, gone: our event is cancelled": Row(
        OURS, entry(), BOOKING_GONE, ("cancel on calendar",), (Code.CANCELLED_ON_CALENDAR,), "forgotten"
    ),
    "not read, gone: our event is cancelled": Row(
        OURS, None, BOOKING_GONE, ("cancel on calendar",), (Code.CANCELLED_ON_CALENDAR,), "forgotten"
    ),
    "same, gone: a cancelled booking that is still shown counts": Row(
        OURS, entry(), booked(cancelled=True), ("cancel on calendar",), (Code.CANCELLED_ON_CALENDAR,), "forgotten"
    ),
    "same, gone: a meeting of somebody else is declined": Row(
        THEIRS, meeting(), BOOKING_GONE, ("decline on calendar",), (Code.DECLINED_ON_CALENDAR,), "forgotten"
    ),
    "changed, gone: origin calendar is made again on the platform": Row(
        THEIRS, meeting(when=NOON), BOOKING_GONE, ("create on platform",), (Code.MADE_AGAIN,), "creating"
    ),
    "changed, gone: else cancelled": Row(
        OURS, entry(when=NOON), BOOKING_GONE, ("cancel on calendar",), (Code.CANCELLED_ON_CALENDAR,), "forgotten"
    ),
    "gone, gone: forgotten": Row(OURS, EVENT_GONE, BOOKING_GONE, (), (Code.ENDED_ON_BOTH,), "forgotten"),
    "gone, gone: cancelled on both, both still shown": Row(
        THEIRS,
        meeting(cancelled=True),
        theirs_on_platform(cancelled=True),
        (),
        (Code.ENDED_ON_BOTH,),
        "forgotten",
    ),
    "one way to the platform: a change there is put back": Row(
        OURS,
        entry(),
        booked(when=NOON),
        ("change time on platform",),
        (Code.ONE_WAY, Code.CHANGED_ON_PLATFORM),
        policy=TO_PLATFORM,
    ),
    "one way to the platform: a change of the calendar is carried over": Row(
        OURS,
        entry(when=NOON),
        booked(),
        ("change time on platform",),
        (Code.CHANGED_ON_PLATFORM,),
        policy=TO_PLATFORM,
    ),
    "one way to the platform: a booking cancelled there is made again": Row(
        THEIRS, meeting(), BOOKING_GONE, ("create on platform",), (Code.MADE_AGAIN,), "creating", TO_PLATFORM
    ),
    "one way to the calendar: a change of our event is put back": Row(
        OURS,
        entry(when=NOON),
        booked(),
        ("change time on calendar",),
        (Code.ONE_WAY, Code.CHANGED_ON_CALENDAR),
        policy=TO_CALENDAR,
    ),
    "one way to the calendar: a removed event of ours is made again": Row(
        OURS, EVENT_GONE, booked(), ("create on calendar",), (Code.MADE_AGAIN,), "creating", TO_CALENDAR
    ),
}


def settle(row: Row) -> Settlement:
    return merge_linked(Case(row.mapping, row.calendar, row.platform), setting(row.policy))


def steps(settlement: Settlement) -> tuple[str, ...]:
    return tuple(
        " ".join((step.action, *([", ".join(sorted(step.fields))] if step.fields else []), "on", step.side))
        for step in settlement.steps
    )


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_the_merge_of_one_booking(row: Row) -> None:
    settlement = settle(row)
    assert steps(settlement) == row.steps
    assert tuple(reason.code for reason in settlement.decisions) == row.decisions
    assert (settlement.after.state if settlement.after else "forgotten") == row.fate


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_every_write_has_its_reason_among_the_decisions(row: Row) -> None:
    settlement = settle(row)
    assert {step.reason for step in settlement.steps} <= set(settlement.decisions)


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
def test_what_two_sides_report_after_the_steps_were_applied_merges_to_nothing(row: Row) -> None:
    """An echo of our own write reads as *same*."""
    settlement = settle(row)
    if settlement.after is None or settlement.after.state is not MappingState.LINKED:
        return
    event, booking = row.calendar or entry(), row.platform or booked()
    assert not isinstance(event, Gone)
    assert not isinstance(booking, Gone)
    for step in settlement.steps:
        assert step.wanted is not None
        if step.side is Side.CALENDAR:
            event = replace(event, booking=step.wanted, version=Version("2"))
        else:
            booking = replace(booking, booking=step.wanted, version=Version("2"))
    remembered = linked(event, booking, settlement.after.origin)
    assert event.booking.when == booking.booking.when == settlement.after.when
    again = merge_linked(Case(replace(remembered, when=settlement.after.when), event, booking), setting(row.policy))
    assert again.steps == ()
    assert again.decisions == ()
