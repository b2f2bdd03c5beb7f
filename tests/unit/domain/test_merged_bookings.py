"""What the merge of one booking remembers, names and hides, beside the steps of its table."""

from __future__ import annotations

from dataclasses import replace

from shared.domain.booking import Answer, Booking, CalendarKey, Gone, Proof
from shared.domain.cases import Case
from shared.domain.decisions import Code
from shared.domain.fingerprint import Field, Fingerprint
from shared.domain.ids import BookingId, EventId, Version
from shared.domain.ledger import Cause, Mapping
from shared.domain.merge import merge_linked
from shared.domain.plan import CalendarReport, PlatformReport, Settlement
from shared.domain.policy import Direction, Policy, Titles
from shared.domain.records import platform_record
from tests.unit.domain.values import (
    ADELE,
    BEN,
    EVENING,
    ID,
    KEY,
    MADE,
    MORNING,
    NOON,
    NOW,
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


def settle(
    mapping: Mapping, calendar: CalendarReport | None, platform: PlatformReport | None, policy: Policy | None = None
) -> Settlement:
    return merge_linked(Case(mapping, calendar, platform), setting(policy))


def steps(settlement: Settlement) -> tuple[str, ...]:
    return tuple(
        " ".join((step.action, *([", ".join(sorted(step.fields))] if step.fields else []), "on", step.side))
        for step in settlement.steps
    )


def test_a_move_is_agreed_from_now_on_and_no_other_change_is() -> None:
    moved = settle(OURS, entry(when=NOON), booked()).after
    retitled = settle(OURS, entry(title="Retreat"), booked()).after
    assert moved is not None
    assert retitled is not None
    assert (moved.when, moved.held_since) == (NOON, NOW)
    assert (retitled.when, retitled.held_since) == (MORNING, MADE)


def test_a_new_version_alone_is_remembered_without_a_write() -> None:
    settlement = settle(OURS, replace(entry(), version=Version("7")), booked())
    assert settlement.steps == ()
    assert settlement.after is not None
    assert settlement.after.calendar is not None
    assert settlement.after.calendar.version == "7"
    assert settlement.after != OURS


def test_nothing_seen_anew_is_quiet() -> None:
    assert settle(OURS, entry(), booked()).is_quiet


def test_a_copy_made_again_gets_the_next_generation_and_loses_the_record_of_the_one_that_is_gone() -> None:
    again = settle(OURS, EVENT_GONE, booked(when=NOON)).after
    assert again is not None
    assert (again.generation, again.calendar, again.when) == (OURS.generation + 1, None, NOON)
    assert again.platform == platform_record(booked(when=NOON), KEY)


def test_the_booking_made_again_on_the_platform_shows_what_the_calendar_shows_now() -> None:
    settlement = settle(THEIRS, meeting(when=NOON), BOOKING_GONE)
    assert settlement.steps[0].wanted == Booking(NOON, "Adele Vance", ADELE)
    assert settlement.after is not None
    assert settlement.after.platform is None


def test_what_lost_is_named_in_the_decision() -> None:
    lost = settle(OURS, entry(when=NOON), booked(when=EVENING)).decisions[0]
    assert (lost.code, dict(lost.facts)) == (Code.SAME_FIELD_EDITED, {"field": "time", "kept": "platform"})


def test_the_proof_of_a_cancellation_is_named_in_the_decision() -> None:
    assert settle(OURS, EVENT_GONE, booked()).decisions[0].facts == {"calendar": "not_found"}
    assert settle(THEIRS, meeting(answer=Answer.DECLINED), None).decisions[0].facts == {"calendar": "declined"}


def test_privacy_taken_back_shows_the_title_again() -> None:
    hidden = linked(entry(title="Private", private=True), booked(title="Workshop", private=True))
    settlement = settle(hidden, None, booked(title="Workshop"))
    assert steps(settlement) == ("change private, title on calendar",)
    assert settlement.steps[0].wanted == replace(entry().booking, title="Workshop", organiser=BEN)


def test_an_event_made_private_hides_its_title_on_the_platform() -> None:
    known = linked(entry(title="Redundancies"), booked(title="Redundancies", owner=None), origin="calendar")
    settlement = settle(known, entry(title="", private=True), booked(title="Redundancies", owner=None))
    assert steps(settlement) == ("change private, title on platform",)
    assert settlement.steps[0].wanted is not None
    assert settlement.steps[0].wanted.title == "Private"


def test_a_change_of_the_title_alone_without_the_other_side_read_waits_for_a_reading() -> None:
    """Only the time is known of a side that was not read; a field that would be taken from it is read first."""
    settlement = settle(THEIRS, None, booked(title="Retreat", owner=ADELE))
    assert settlement.steps == ()
    assert settlement.open is not None
    assert (settlement.open.cause, settlement.open.due, settlement.open.mapping) == (Cause.STALE, NOW, ID)


def test_titles_only_busy_are_no_difference_to_a_booking_made_on_the_platform() -> None:
    assert settle(OURS, entry(), booked(), policy=Policy(titles=Titles.BUSY)).steps == ()


def _older(mapping: Mapping) -> Mapping:
    """Return a mapping remembered under an older version of the fingerprints."""
    assert mapping.calendar is not None
    assert mapping.platform is not None
    unknown = Fingerprint({Field.TIME: "0" * 24}, version=0)
    return replace(
        mapping,
        calendar=replace(mapping.calendar, print=unknown),
        platform=replace(mapping.platform, print=unknown),
    )


def test_a_fingerprint_of_another_version_with_one_side_read_asks_for_the_other() -> None:
    settlement = settle(_older(OURS), entry(when=NOON), None)
    assert settlement.steps == ()
    assert settlement.open is not None
    assert settlement.open.cause is Cause.STALE


def test_equal_sides_under_a_fingerprint_of_another_version_are_stamped_anew() -> None:
    settlement = settle(_older(OURS), entry(), booked())
    assert settlement.steps == ()
    assert settlement.after == OURS


def test_unequal_sides_under_a_fingerprint_of_another_version_are_held_and_not_taken_for_changes() -> None:
    settlement = settle(_older(OURS), entry(when=NOON), booked())
    assert settlement.steps == ()
    assert settlement.after == _older(OURS)
    assert settlement.open is not None
    assert (settlement.open.cause, settlement.open.mapping) == (Cause.HELD, ID)
    assert [(reason.code, dict(reason.facts)) for reason in settlement.decisions] == [(Code.HELD, {"fields": "time"})]


def test_unequal_sides_under_a_fingerprint_of_another_version_follow_their_origin_once_a_person_permits_it() -> None:
    case = Case(_older(OURS), entry(when=NOON), booked())
    settlement = merge_linked(case, setting(permitted=frozenset({ID})))
    assert steps(settlement) == ("change time on calendar",)
