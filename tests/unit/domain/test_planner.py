"""The planner is a function of values: the order of its input does not matter, and what was applied plans to nothing.

Worlds are drawn at random over few times, so that bookings meet, move, end and overlap.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.booking import CalendarItem, Gone, PlatformItem, Proof, Side
from shared.domain.ids import MappingId
from shared.domain.ledger import Mapping
from shared.domain.plan import Action, CalendarReport, Plan, PlatformReport
from shared.domain.planner import plan
from shared.domain.policy import Policy, Winner
from tests.unit.domain.stage import Stage
from tests.unit.domain.values import ADELE, NOW, at, booked, entry, ledger, linked, meeting

T = TypeVar("T")
TIMES = tuple(at(f"{hour:02}:{minute}", f"{hour + 1:02}:{minute}") for hour in (8, 9, 13) for minute in ("00", "30"))


@dataclass(frozen=True)
class Scene:
    """What the ledger holds, and what is seen of both sides."""

    mappings: tuple[Mapping, ...]
    events: tuple[CalendarReport, ...]
    bookings: tuple[PlatformReport, ...]
    policy: Policy

    def planned(self) -> Plan:
        return plan(ledger(*self.mappings), self.events, self.bookings, self.policy, NOW)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """Known bookings, each seen as before, changed, gone or not at all on each side, and new ones."""
    mappings, events, bookings = [], [], []
    for number in range(draw(st.integers(0, 4))):
        event, booking = _known(draw, number)
        origin = "calendar" if not event.is_organiser else draw(st.sampled_from(["calendar", "platform"]))
        mappings.append(linked(event, booking, origin, MappingId(f"m{number}")))
        events += _event_seen(draw, event)
        bookings += _booking_seen(draw, booking)
    for number in range(draw(st.integers(0, 3))):
        when, name = draw(st.sampled_from(TIMES)), f"new-e{number}"
        events.append(meeting(when=when, name=name) if draw(st.booleans()) else entry(when=when, name=name))
    for number in range(draw(st.integers(0, 3))):
        bookings.append(booked(when=draw(st.sampled_from(TIMES)), name=f"new-b{number}"))
    policy = Policy(winner=draw(st.sampled_from(list(Winner))), units=draw(st.integers(1, 2)))
    return Scene(tuple(mappings), tuple(events), tuple(bookings), policy)


def _known(draw: st.DrawFn, number: int) -> tuple[CalendarItem, PlatformItem]:
    when = draw(st.sampled_from(TIMES))
    if draw(st.booleans()):
        return entry(when=when, name=f"e{number}"), booked(when=when, name=f"b{number}")
    title = "Adele Vance"
    return meeting(when=when, name=f"e{number}"), booked(when=when, name=f"b{number}", title=title, owner=ADELE)


def _event_seen(draw: st.DrawFn, event: CalendarItem) -> list[CalendarReport]:
    match draw(st.sampled_from(["not", "same", "moved", "gone"])):
        case "same":
            return [event]
        case "moved":
            return [replace(event, booking=replace(event.booking, when=draw(st.sampled_from(TIMES))))]
        case "gone":
            return [Gone(event.key, Proof.NOT_FOUND)]
    return []


def _booking_seen(draw: st.DrawFn, booking: PlatformItem) -> list[PlatformReport]:
    match draw(st.sampled_from(["not", "same", "moved", "retitled", "gone"])):
        case "same":
            return [booking]
        case "moved":
            return [replace(booking, booking=replace(booking.booking, when=draw(st.sampled_from(TIMES))))]
        case "retitled":
            return [replace(booking, booking=replace(booking.booking, title="Retreat"))]
        case "gone":
            return [Gone(booking.id, Proof.CANCELLED)]
    return []


@given(scenes(), st.randoms(use_true_random=False))
def test_the_order_of_what_was_seen_does_not_matter(scene: Scene, chance: random.Random) -> None:
    shuffled = Scene(
        _shuffled(scene.mappings, chance),
        _shuffled(scene.events, chance),
        _shuffled(scene.bookings, chance),
        scene.policy,
    )
    assert shuffled.planned() == scene.planned()
    assert str(shuffled.planned()) == str(scene.planned())


def _shuffled(values: tuple[T, ...], chance: random.Random) -> tuple[T, ...]:
    return tuple(chance.sample(values, len(values)))


@given(scenes())
def test_every_settlement_of_a_plan_changes_or_says_something(scene: Scene) -> None:
    for settlement in scene.planned().settlements:
        assert not settlement.is_quiet


@given(scenes())
def test_every_write_has_a_decision_of_its_own(scene: Scene) -> None:
    for settlement in scene.planned().settlements:
        codes = {reason.code for reason in settlement.decisions}
        assert {step.reason.code for step in settlement.steps} <= codes


@given(scenes())
def test_no_plan_writes_a_meeting_of_somebody_else_but_for_declining_it(scene: Scene) -> None:
    """Rule 7."""
    theirs = {event.key for event in scene.events if isinstance(event, CalendarItem) and not event.is_organiser}
    for settlement in scene.planned().settlements:
        record = settlement.before.calendar if settlement.before else None
        key = settlement.calendar.key if settlement.calendar else record.key if record else None
        is_theirs = key in theirs or (record is not None and not record.is_organiser)
        actions = {step.action for step in settlement.steps if step.side is Side.CALENDAR}
        assert not is_theirs or actions <= {Action.DECLINE}


@settings(deadline=None)  # plans several times over: on a busy machine that takes longer than one plan may
@given(scenes())
def test_what_was_applied_plans_to_nothing(scene: Scene) -> None:
    """Who is displaced by what one run decides is planned in the next, so that each round settles one at least of the
    bookings that are known; another carries over what was new.
    """
    stage = Stage.of(scene.mappings, scene.events, scene.bookings, scene.policy)
    for _ in range(len(scene.mappings) + 1):
        stage = stage.after(stage.planned())
    assert stage.planned().writes == 0, str(stage.planned())
