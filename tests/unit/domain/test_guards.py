"""Guards: what is held for a person, from which size on, and that nothing permitted is held again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.domain.booking import Side
from shared.domain.guards import Guarded, guard
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, Code, MappingState, Reason
from shared.domain.plan import Action, Plan, Settlement, Step
from shared.domain.policy import Policy
from tests.unit.domain.values import NOW, booked, entry, ledger, linked, meeting, one_sided, setting

KNOWN = tuple(linked(entry(name=f"e{n}"), booked(name=f"b{n}"), known_as=MappingId(f"m{n}")) for n in range(10))
CANCEL = Step(Action.CANCEL, Side.PLATFORM, Reason(Code.CANCELLED_ON_PLATFORM))
DECLINE = Step(Action.DECLINE, Side.CALENDAR, Reason(Code.DECLINED_ON_CALENDAR))
CHANGE = Step(Action.CHANGE, Side.PLATFORM, Reason(Code.CHANGED_ON_PLATFORM))
CREATE = Step(Action.CREATE, Side.PLATFORM, Reason(Code.CREATED_ON_PLATFORM))


def cancelled(number: int, step: Step = CANCEL) -> Settlement:
    return Settlement(KNOWN[number].id, KNOWN[number], None, (step,), (step.reason,))


def changed(number: int) -> Settlement:
    return Settlement(KNOWN[number].id, KNOWN[number], KNOWN[number], (CHANGE,), (CHANGE.reason,))


def created(number: int) -> Settlement:
    mapping = one_sided(meeting(name=f"n{number}"), MappingState.CREATING, known_as=MappingId(f"new{number}"))
    return Settlement(mapping.id, None, mapping, (CREATE,), (CREATE.reason,))


@dataclass(frozen=True)
class Held:
    """A plan, how it was read, what is permitted, and which settlements are held."""

    plan: tuple[Settlement, ...]
    held: tuple[str, ...] = ()
    why: str = ""
    bulk: bool = False
    linked: int = 10
    permitted: tuple[str, ...] = ()
    policy: Policy = Policy(cancellations_held_above=2, writes_held_above=3)  # noqa: RUF009 - a frozen value


def cancelling(count: int) -> tuple[Settlement, ...]:
    return tuple(cancelled(n) for n in range(count))


CASES: dict[str, Held] = {
    "nothing to do holds nothing": Held(()),
    "as many cancellations as the policy allows run": Held(cancelling(2)),
    "one cancellation more holds every cancellation of the run": Held(
        cancelling(3), ("m0", "m1", "m2"), "3 bookings would be cancelled at once; the policy allows 2"
    ),
    "a room that declines is a cancellation": Held(
        tuple(cancelled(n, DECLINE) for n in range(3)), ("m0", "m1", "m2"), "3 bookings would be cancelled at once"
    ),
    "what is no cancellation goes on beside those that are held": Held(
        (*cancelling(3), changed(5), created(1)), ("m0", "m1", "m2"), "3 bookings"
    ),
    "what a person permitted does not count": Held(cancelling(3), (), permitted=("m0",)),
    "what a person permitted is not held again": Held(
        cancelling(4), ("m1", "m2", "m3"), "3 bookings", permitted=("m0",)
    ),
    "an allowance of nothing holds a single cancellation": Held(
        cancelling(1), ("m0",), "1 booking", policy=Policy(cancellations_held_above=0)
    ),
    "a full read that finds nothing of three holds every cancellation": Held(
        cancelling(3), ("m0", "m1", "m2"), "one side shows none of 3 bookings any more", bulk=True, linked=3,
        policy=Policy(),
    ),
    "an incremental run that ends all three is what people did": Held(cancelling(3), (), linked=3, policy=Policy()),
    "a full read that finds one of four runs": Held(cancelling(3), (), bulk=True, linked=4, policy=Policy()),
    "a full read that finds nothing of two runs": Held(cancelling(2), (), bulk=True, linked=2, policy=Policy()),
    "a full read that writes as often as the policy allows runs": Held((changed(1), changed(2), created(1)), bulk=True),
    "a full read that writes more holds every step of the run": Held(
        (changed(1), changed(2), created(1), created(2)),
        ("m1", "m2", "new1", "new2"),
        "a full read would write 4 times; the policy allows 3",
        bulk=True,
    ),
    "an incremental run that writes more is what people did": Held((changed(1), changed(2), created(1), created(2))),
    "writes that a person permitted do not count": Held(
        (changed(1), changed(2), created(1), created(2)), (), bulk=True, permitted=("m1",)
    ),
}  # fmt: skip


def guarded(case: Held) -> Guarded:
    view = replace(ledger(*KNOWN[: case.linked]), bulk=case.bulk)
    permitted = frozenset(MappingId(name) for name in case.permitted)
    return guard(Plan(case.plan), view, setting(case.policy, permitted=permitted))


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_held(case: Held) -> None:
    result = guarded(case)
    held = tuple(s.id for s in result.plan.settlements if s.open and s.open.cause is Cause.HELD)
    assert held == case.held
    assert case.why in result.why
    assert bool(result.why) is bool(case.held)


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_is_held_writes_nothing_and_what_is_not_is_left_as_it_was(case: Held) -> None:
    for before, after in zip(case.plan, guarded(case).plan.settlements, strict=True):
        if before.id in case.held:
            assert after.steps == ()
            assert [reason.code for reason in after.decisions] == [Code.HELD]
        else:
            assert after == before


def test_a_held_change_leaves_its_mapping_as_it_was() -> None:
    (settlement,) = guarded(CASES["an allowance of nothing holds a single cancellation"]).plan.settlements
    assert settlement.after == settlement.before == KNOWN[0]


def test_a_held_arrival_is_remembered_on_its_one_side() -> None:
    case = CASES["a full read that writes more holds every step of the run"]
    arrival = guarded(case).plan.settlements[2]
    assert arrival.before is None
    assert arrival.after is not None
    assert (arrival.after.state, arrival.after.reason) == (MappingState.REFUSED, Code.HELD)
    assert arrival.after.calendar is not None


def test_a_held_step_waits_for_a_person_and_says_why() -> None:
    case = CASES["one cancellation more holds every cancellation of the run"]
    step = guarded(case).plan.settlements[0].open
    assert step is not None
    assert (step.id, step.mapping, step.since, step.due) == ("held-m0", "m0", NOW, None)
    assert step.reason == "3 bookings would be cancelled at once; the policy allows 2"
