"""Occurrences tied to their bookings, and the steps of a series folded into one write: pure, case by case."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from shared.domain.booking import CalendarItem, CalendarKey, Gone, PlatformItem, PlatformSeries, Proof
from shared.domain.decisions import Code
from shared.domain.guards import guard
from shared.domain.ids import BookingId, EventId, MappingId, SeriesId, series_transaction
from shared.domain.ledger import Mapping, MappingState
from shared.domain.plan import Action, LedgerView, Plan, SeriesAction
from shared.domain.planner import plan, setting_of
from shared.domain.policy import Policy
from shared.domain.recurrence import parse_rule
from shared.domain.series import followed
from shared.domain.series_writes import NEIGHBOURS, fold
from shared.domain.spans import Timed
from tests.unit.domain.values import MONDAY, NOW, at, booked, entry, ledger, linked

M = EventId("AAkA/master=")
S = SeriesId("s1")
TRANSACTION = series_transaction(S, 1)
WEEK = timedelta(weeks=1)
RULE = parse_rule("FREQ=WEEKLY;UNTIL=20301231", at("09:00", "10:00"), "UTC")


def week(number: int, start: str = "09:00", end: str = "10:00") -> Timed:
    return at(start, end, MONDAY + number * WEEK)


def occurrence(number: int, when: Timed | None = None, *, ours: bool = True) -> CalendarItem:
    """An occurrence of a series in the calendar, which we made or somebody typed."""
    item = entry(when or week(number), name=f"OID.{number}", transaction=TRANSACTION if ours else None)
    return replace(item, key=CalendarKey(M, (when or week(number)).start))


def booking(number: int, when: Timed | None = None) -> PlatformItem:
    item = booked(when or week(number), name=f"b{number}")
    return replace(item, series=PlatformSeries(S, RULE, week(number).start))


def mapping(number: int, state: MappingState = MappingState.LINKED) -> Mapping:
    made = linked(occurrence(number), booking(number), known_as=MappingId(f"m{number}"))
    made = replace(made, in_series=True, state=state)
    return replace(made, calendar=None) if state is MappingState.CREATING else made


def view(*mappings: Mapping) -> LedgerView:
    return ledger(*mappings)


def test_an_occurrence_whose_result_was_not_remembered_is_tied_to_its_mapping() -> None:
    ties = followed(view(mapping(0, MappingState.CREATING)), {}, [occurrence(0)], [], NOW)
    assert list(ties.events) == ["m0"]
    assert (ties.pairs, ties.orphans) == ((), ())


def test_an_occurrence_that_the_window_comes_to_show_is_paired_with_its_booking() -> None:
    ties = followed(view(mapping(0)), {}, [occurrence(5)], [booking(5)], NOW)
    assert [(event.key.original_start, item.id) for event, item in ties.pairs] == [(week(5).start, "b5")]


def test_an_occurrence_of_ours_without_a_booking_is_withdrawn_unless_it_is_over() -> None:
    late = occurrence(0, at("07:00", "08:00", NOW.date() - timedelta(days=1)))
    ties = followed(view(mapping(0)), {}, [occurrence(5), late], [], NOW)
    assert ties.orphans == (occurrence(5),)


def test_a_cancelled_booking_holds_no_occurrence() -> None:
    gone = replace(booking(5), booking=replace(booking(5).booking, cancelled=True))
    assert followed(view(mapping(0)), {}, [occurrence(5)], [gone], NOW).orphans == (occurrence(5),)


def test_a_series_that_somebody_else_made_is_nobodys_orphan() -> None:
    foreign = replace(mapping(0), in_series=False)
    ties = followed(view(foreign), {}, [occurrence(5, ours=False)], [], NOW)
    assert ties.keys == frozenset()


@pytest.mark.parametrize("shift", [timedelta(hours=3), timedelta(days=1), timedelta(days=2, hours=1)])
def test_occurrences_of_a_changed_rule_belong_to_their_old_mappings(shift: timedelta) -> None:
    known = [replace(mapping(number), in_series=False) for number in range(3)]
    new = [occurrence(n, Timed(week(n).start + shift, week(n).end + shift), ours=False) for n in range(3)]
    gone = {each.id: Gone(each.calendar.key, Proof.NOT_LISTED) for each in known if each.calendar}
    ties = followed(view(*known), gone, new, [], NOW)
    assert {id_: event.event for id_, event in ties.events.items()} == {"m0": "OID.0", "m1": "OID.1", "m2": "OID.2"}


def test_one_that_is_gone_is_no_move_to_where_the_window_slid() -> None:
    known = [replace(mapping(number), in_series=False) for number in range(3)]
    assert known[1].calendar is not None
    gone = {known[1].id: Gone(known[1].calendar.key, Proof.NOT_LISTED)}
    assert followed(view(*known), gone, [occurrence(9, ours=False)], [], NOW).events == {}


def made(*items: PlatformItem, **policy: object) -> Plan:
    return plan(view(), [], items, Policy().with_settings(policy), NOW)


def folded(before: Plan, *, why: str = "", invites: bool = False) -> Plan:
    return fold(before, view(), lambda _: why, NOW, invites=invites)


def test_the_creations_of_a_series_are_one_write_with_its_rule() -> None:
    after = folded(made(*(booking(number) for number in range(4))), invites=True)
    (write,) = after.series
    assert (write.action, len(write.members), write.exceptions, write.mails) == (SeriesAction.CREATE, 4, (), 1)
    assert (write.transaction, write.rule) == (TRANSACTION, RULE)
    assert {settlement.after.in_series for settlement in after.settlements if settlement.after} == {True}
    assert after.alone().settlements == ()


def test_two_series_are_two_writes_and_single_bookings_stay_single() -> None:
    other = [replace(booking(n, week(n, "15:00", "16:00")), id=BookingId(f"c{n}")) for n in range(2)]
    other = [replace(o, series=replace(o.series, id=SeriesId("s2"))) for o in other if o.series]
    after = folded(made(*(booking(n) for n in range(3)), *other, booked(week(0, "18:00", "19:00"), name="x")))
    assert sorted(len(write.members) for write in after.series) == [2, 3]
    assert len(after.alone().settlements) == 1


def test_a_rule_that_the_calendar_lacks_leaves_every_booking_single_and_says_why() -> None:
    after = folded(made(*(booking(n) for n in range(3))), why="it has none")
    assert after.series == ()
    reasons = [r for s in after.settlements for r in s.decisions if r.code is Code.WRITTEN_SINGLY]
    assert [reason.facts["why"] for reason in reasons] == ["it has none"] * 3


@pytest.mark.parametrize(
    ("moved_to", "apart", "exceptions"),
    [
        (week(1, "15:00", "16:00"), 0, 1),
        (at("09:00", "10:00", MONDAY + WEEK + timedelta(days=3)), 0, 1),
        (at("12:00", "13:00", MONDAY + 2 * WEEK), 1, 0),
        (at("09:00", "10:00", MONDAY + 3 * WEEK + timedelta(days=1)), 1, 0),
        (at("08:00", "08:30", MONDAY), 1, 0),
    ],
    ids=["another hour", "between its neighbours", "the next one's day", "past the next one", "the one before's day"],
)
def test_an_occurrence_moved_by_itself_is_put_there_or_stands_apart(
    moved_to: Timed, apart: int, exceptions: int
) -> None:
    items = [booking(n) if n != 1 else booking(1, moved_to) for n in range(4)]
    before = made(*items)
    creations = [s for s in before.settlements if any(step.action is Action.CREATE for step in s.steps)]
    after = folded(before)
    (write,) = after.series
    assert len(write.exceptions) == exceptions
    told = [r for s in after.settlements for r in s.decisions if r.code is Code.WRITTEN_SINGLY]
    assert [reason.facts["why"] for reason in told] == [NEIGHBOURS] * apart
    assert len(write.members) == len(creations) - apart


def test_what_is_over_is_never_part_of_a_series() -> None:
    assert date(2026, 11, 1) < NOW.date()
    begun = parse_rule("FREQ=DAILY;UNTIL=20301231", at("09:00", "10:00", NOW.date() - timedelta(days=3)), "UTC")
    items = []
    for number in range(6):
        when = at("09:00", "10:00", NOW.date() + timedelta(days=number - 3))
        item = booked(when, name=f"d{number}")
        items.append(replace(item, series=PlatformSeries(S, begun, when.start)))
    (write,) = folded(made(*items)).series
    assert write.rule is not None
    assert write.rule.on(write.rule.first).start > NOW  # type: ignore[union-attr] # timed


def test_planning_and_folding_twice_agree() -> None:
    items = [booking(number) for number in range(4)]
    assert folded(made(*items)) == folded(made(*reversed(items)))


def test_what_stands_for_no_booking_is_taken_back_unasked_however_much_it_is() -> None:
    """No guard asks a person about copies of nothing: nobody loses a booking by them."""
    policy = Policy(cancellations_held_above=0, cancellations_share_held_above=0)
    shown = view(mapping(0))
    before = plan(shown, [occurrence(n) for n in range(1, 31)], [], policy, NOW)
    after = guard(before, shown, setting_of(shown, policy, NOW))
    assert after.why == ""
    assert sum(settlement.cost for settlement in after.plan.settlements) == 30


def test_a_full_read_in_which_the_platform_shows_nothing_takes_nothing_back() -> None:
    """Rule 5: an empty read is a hint."""
    shown = replace(view(mapping(0)), bulk=True)
    assert plan(shown, [occurrence(5)], [], Policy(), NOW).settlements == ()
    held = plan(shown, [occurrence(5)], [booking(0)], Policy(), NOW)
    assert [step.action for settlement in held.settlements for step in settlement.steps] == [Action.CANCEL]
