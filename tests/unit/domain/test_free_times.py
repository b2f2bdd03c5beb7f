"""What stands in the way of a booking, and when a resource takes it next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.booking import Block, ResourceFacts
from shared.domain.free_times import Kind, Known, best_first, in_the_way, next_free, obstacle
from shared.domain.ids import MailboxId, PlatformId, ResourceId
from shared.domain.policy import Policy
from shared.domain.resource import Resource, State
from shared.domain.spans import AllDay, Span, Timed, When, occupied
from tests.doubles.world import MONDAY, all_day, at

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
ROOM = Resource(
    ResourceId("t.r"), MailboxId("m"), PlatformId("p"), ResourceFacts("Matterhorn", capacity=8), state=State.IN_STEP
)
GAP = Policy(buffer_minutes=15)


def spans(*times: Timed) -> list[Span]:
    return [occupied(each, "UTC") for each in times]


CASES: list[tuple[str, Resource, When, Known, Kind | None]] = [
    ("nothing is known", ROOM, at("09:00", "10:00"), Known(), None),
    ("another booking has the time", ROOM, at("09:30", "10:30"), Known(spans(at("09:00", "10:00"))), Kind.TAKEN),
    ("another booking ends when it starts", ROOM, at("10:00", "11:00"), Known(spans(at("09:00", "10:00"))), None),
    ("it ends within the gap before another", replace(ROOM, policy=GAP), at("08:00", "08:50"),
     Known(spans(at("09:00", "10:00"))), Kind.TOO_CLOSE),
    ("the gap is kept exactly", replace(ROOM, policy=GAP), at("10:15", "11:00"),
     Known(spans(at("09:00", "10:00"))), None),
    ("one of two units is left", replace(ROOM, policy=Policy(units=2)), at("09:00", "10:00"),
     Known(spans(at("09:00", "10:00"))), None),
    ("both units are taken one after the other", replace(ROOM, policy=Policy(units=2)), at("09:00", "11:00"),
     Known(spans(at("09:00", "10:00"), at("10:00", "11:00"))), None),
    ("both units are taken at once", replace(ROOM, policy=Policy(units=2)), at("09:00", "11:00"),
     Known(spans(at("09:00", "10:00"), at("09:30", "11:00"))), Kind.TAKEN),
    ("the platform keeps the time free", ROOM, at("09:00", "10:00"), Known((), [Block("b", all_day())]), Kind.BLOCKED),
    ("a blocked time is closer than the gap", replace(ROOM, policy=GAP), at("09:00", "10:00"),
     Known((), [Block("b", at("10:10", "11:00"))]), Kind.TOO_CLOSE),
    ("no gap is kept to a closing time", replace(ROOM, policy=GAP), at("09:00", "10:00"),
     Known((), [Block("b", at("10:00", "23:00"), is_closing=True)]), None),
    ("it lasts into a closing time", ROOM, at("09:00", "10:30"),
     Known((), [Block("b", at("10:00", "23:00"), is_closing=True)]), Kind.CLOSED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("room", "when", "known", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_stands_in_the_way(room: Resource, when: When, known: Known, kind: Kind | None) -> None:
    found = in_the_way(room, when, known)
    assert (found.kind if found else None) == kind


@pytest.mark.parametrize("state", [each for each in State if each not in (State.IN_STEP, State.BEHIND, State.HELD)])
def test_what_is_not_looked_after_takes_no_bookings(state: State) -> None:
    found = obstacle(replace(ROOM, state=state), at("09:00", "10:00"), Known(), NOW)
    assert found is not None
    assert found.kind is Kind.NOT_READY


@pytest.mark.parametrize(
    ("when", "people", "kind"),
    [
        (Timed(NOW - timedelta(hours=1), NOW), 0, Kind.OVER),
        (Timed(NOW - timedelta(hours=1), NOW + timedelta(seconds=1)), 0, None),
        (Timed(NOW + timedelta(days=400), NOW + timedelta(days=400, hours=1)), 0, Kind.TOO_FAR),
        (Timed(NOW + timedelta(days=399), NOW + timedelta(days=399, hours=1)), 0, None),
        (at("09:00", "10:00"), 8, None),
        (at("09:00", "10:00"), 9, Kind.TOO_SMALL),
    ],
)
def test_the_edges_of_what_can_be_booked(when: When, people: int, kind: Kind | None) -> None:
    found = obstacle(ROOM, when, Known(), NOW, people)
    assert (found.kind if found else None) == kind


def test_the_next_free_time_is_behind_what_is_taken_closed_and_kept_as_a_gap() -> None:
    known = Known(
        spans(at("09:00", "10:00"), at("10:20", "11:00")), [Block("b", at("12:00", "13:00"), is_closing=True)]
    )
    until = at("09:00", "23:00").end
    assert next_free(replace(ROOM, policy=GAP), at("09:30", "10:30"), known, NOW, until) == at("13:00", "14:00")
    assert next_free(ROOM, at("09:30", "09:45"), known, NOW, until) == at("10:00", "10:15")
    assert next_free(replace(ROOM, policy=GAP), at("09:30", "10:30"), known, NOW, at("09:00", "13:30").end) is None


def test_a_time_that_ends_oddly_is_offered_on_the_next_five_minutes() -> None:
    odd = Timed(at("09:00", "10:00").start, at("09:00", "10:00").end + timedelta(seconds=61))
    found = next_free(ROOM, at("09:30", "10:30"), Known(spans(odd)), NOW, at("09:00", "23:00").end)
    assert found == at("10:05", "11:05")


def test_whole_days_go_on_to_the_next_whole_day() -> None:
    known = Known([occupied(all_day(days=2), "UTC")])
    found = next_free(ROOM, all_day(), known, NOW, NOW + timedelta(days=14))
    assert found == AllDay(MONDAY + timedelta(days=2), MONDAY + timedelta(days=3))


def test_for_people_the_smallest_that_suffices_comes_first_and_the_unknown_last() -> None:
    rooms = [
        replace(ROOM, facts=ResourceFacts(name, capacity=size, building=building))
        for name, size, building in (("A", 12, "x"), ("B", 4, "y"), ("C", None, "x"))
    ]
    assert [each.facts.name for each in best_first(rooms, 3)] == ["B", "A", "C"]
    assert [each.facts.name for each in best_first(rooms)] == ["A", "C", "B"]
