"""A plan is a value that can be read: what is printed says what would be written, where, and why, and no content."""

from __future__ import annotations

from shared.domain.booking import Gone, Proof
from shared.domain.fingerprint import Field
from shared.domain.ids import BookingId, MappingId
from shared.domain.plan import Plan, Settlement
from shared.domain.planner import plan
from shared.domain.policy import Policy
from tests.unit.domain.values import EVENING, ID, NOON, NOW, at, booked, entry, ledger, linked, meeting

SECRET = "Redundancies"


def test_a_plan_of_nothing_says_so() -> None:
    assert str(Plan()) == "nothing to do"
    assert Plan().writes == 0


def test_a_change_is_printed_with_field_side_time_and_reason() -> None:
    made = plan(ledger(linked(entry(), booked())), [entry(when=NOON)], [], Policy(), NOW)
    assert str(made) == (
        f"{ID}: change time on platform 2026-11-23T12:00:00Z/2026-11-23T13:00:00Z: changed_on_platform\n"
        "  because changed_on_platform"
    )


def test_a_settlement_without_a_write_is_printed_as_that() -> None:
    assert str(Settlement(ID, None, None)) == f"{ID}: nothing to write"


def test_removals_come_first_then_changes_then_creations() -> None:
    """Removals free the time that others take."""
    known = [
        linked(entry(name=f"e{n}", when=when), booked(name=f"b{n}", when=when), known_as=MappingId(f"m{n}"))
        for n, when in enumerate((at("08:00", "09:00"), NOON, EVENING))
    ]
    gone = Gone(BookingId("b2"), Proof.CANCELLED)
    changed = booked(name="b1", when=NOON, title="Retreat")
    made = plan(ledger(*known), [meeting(when=at("15:00", "16:00"))], [gone, changed], Policy(), NOW)
    assert [step.action for settlement in made.settlements for step in settlement.steps] == [
        "cancel",
        "change",
        "create",
    ]
    assert made.writes == 3


def test_neither_a_plan_nor_its_decisions_print_titles_or_people() -> None:
    known = linked(entry(title=SECRET), booked(title=SECRET))
    changed = entry(title=SECRET + " II", when=NOON, private=True)
    made = plan(ledger(known), [changed, meeting(when=EVENING, title=SECRET)], [], Policy(), NOW)
    assert made.writes == 2
    assert SECRET not in str(made)
    assert "@" not in str(made)
    for settlement in made.settlements:
        assert SECRET not in repr(settlement.after)
        assert SECRET not in repr(settlement.decisions)


def test_a_step_prints_its_fields_in_a_fixed_order() -> None:
    made = plan(
        ledger(linked(entry(), booked())), [], [booked(when=NOON, title="Retreat", private=True)], Policy(), NOW
    )
    (settlement,) = made.settlements
    assert settlement.steps[0].fields == {Field.TIME, Field.TITLE, Field.PRIVATE}
    assert str(settlement.steps[0]).startswith("change private, time, title on calendar ")
