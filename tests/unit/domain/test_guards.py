"""Guards: what is held for a person, from which size on, and that nothing permitted is held again."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from shared.domain.approval import asked
from shared.domain.booking import Side
from shared.domain.decisions import Code, Reason
from shared.domain.guards import Guarded, guard
from shared.domain.ids import MappingId
from shared.domain.ledger import Cause, MappingState
from shared.domain.plan import Action, Plan, Settlement, Step
from shared.domain.policy import Imports, Policy
from tests.unit.domain.values import KEY, NOW, at, booked, entry, ledger, linked, meeting, one_sided, setting

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
    item = meeting(at("14:00", "15:00"), name=f"n{number}")
    mapping = one_sided(item, MappingState.CREATING, known_as=MappingId(f"new{number}"))
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
    first: bool = False
    known: int = 0
    policy: Policy = Policy(cancellations_held_above=2, writes_held_above=3)  # noqa: RUF009 - a frozen value


def cancelling(count: int) -> tuple[Settlement, ...]:
    return tuple(cancelled(n) for n in range(count))


def growing(count: int) -> tuple[Settlement, ...]:
    return tuple(created(n) for n in range(count))


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
        (*cancelling(3), changed(5), created(1)), ("m0", "m1", "m2"), "3 bookings",
        policy=Policy(cancellations_held_above=2),
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
    "a run that writes more about single bookings holds every step of it": Held(
        (changed(1), changed(2), created(1), created(2)),
        ("m1", "m2", "new1", "new2"),
        "4 changes would be written at once; the policy allows 3",
    ),
    "a run that writes as often as the policy allows runs": Held((changed(1), changed(2), created(1))),
    "a first read waits in any case where the policy asks for a preview": Held(
        (created(1),), ("new1",), "the first read waits for a preview", bulk=True, first=True,
        policy=Policy(imports=Imports.PREVIEW),
    ),
    "a later full read does not wait for a preview": Held(
        (created(1),), bulk=True, policy=Policy(imports=Imports.PREVIEW)
    ),
    "ten cancellations that are half of all run": Held(cancelling(10), known=20, policy=Policy()),
    "ten cancellations that are more than half of all are held": Held(
        cancelling(10), tuple(f"m{n}" for n in range(10)), "10 of 19 bookings would be cancelled at once", known=19,
        policy=Policy(),
    ),
    "nine cancellations are no share, however few there are": Held(cancelling(9), known=9, policy=Policy()),
    "as many mails as the policy allows follow": Held(
        (cancelled(0, DECLINE), cancelled(1, DECLINE)), policy=Policy(mails_held_above=2)
    ),
    "one mail more holds every step that a mail follows, and no other": Held(
        (cancelled(0, DECLINE), cancelled(1, DECLINE), cancelled(2), created(1)), ("m0", "m1"),
        "2 mails would follow at once; the policy allows 1", policy=Policy(mails_held_above=1),
    ),
    "new bookings up to the growth that the policy allows are written": Held(growing(60), known=20, policy=Policy()),
    "more of them are held, and nothing else of the run": Held(
        (*growing(61), changed(1)), tuple(f"new{n}" for n in range(61)),
        "61 new bookings came at once where 20 were known; the policy allows 300 percent", known=20, policy=Policy(),
    ),
    "a first read may bring as many as there are": Held(growing(90), bulk=True, first=True, policy=Policy()),
    "fewer than twenty are no growth": Held(growing(19), policy=Policy(growth_held_above=0)),
    "writes that a person permitted do not count": Held(
        (changed(1), changed(2), created(1), created(2)), (), bulk=True, permitted=("m1",)
    ),
}  # fmt: skip


def guarded(case: Held) -> Guarded:
    view = replace(ledger(*KNOWN[: case.linked]), bulk=case.bulk, first=case.first, known=case.known)
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


def test_what_waits_is_held_again_where_it_still_asks_for_the_same() -> None:
    """Fewer of them at once are no approval."""
    (standing,) = [
        s.open for s in guarded(CASES["an allowance of nothing holds a single cancellation"]).plan.settlements
    ]
    assert standing is not None
    again = guard(Plan(cancelling(1)), ledger(*KNOWN), setting(held={standing.mapping: standing}))
    assert [s.open.reason for s in again.plan.settlements if s.open] == [standing.reason]


def test_a_change_to_what_waits_is_a_change_like_any_other() -> None:
    (standing,) = [
        s.open for s in guarded(CASES["an allowance of nothing holds a single cancellation"]).plan.settlements
    ]
    assert standing is not None
    result = guard(Plan((changed(0),)), ledger(*KNOWN), setting(held={standing.mapping: standing}))
    assert result.plan.settlements == (changed(0),)


def test_a_permission_for_one_cancellation_is_none_for_another() -> None:
    permissions = {KNOWN[0].id: asked(cancelled(0), (CANCEL,), KEY)}
    permitted = frozenset({KNOWN[0].id})
    shared = setting(Policy(cancellations_held_above=20), permitted=permitted, permissions=permissions)
    assert guard(Plan((cancelled(0),)), ledger(*KNOWN), shared).why == ""
    assert guard(Plan((cancelled(0, DECLINE),)), ledger(*KNOWN), shared).why == "it is no longer what was approved"


def test_a_permission_is_spent_on_a_booking_that_changed_meanwhile() -> None:
    moved = linked(entry(name="e0"), booked(at("12:00", "13:00"), name="b0"), known_as=KNOWN[0].id)
    permissions = {KNOWN[0].id: asked(cancelled(0), (CANCEL,), KEY)}
    shared = setting(Policy(), permitted=frozenset({KNOWN[0].id}), permissions=permissions)
    settlement = Settlement(moved.id, moved, None, (CANCEL,), (CANCEL.reason,))
    assert guard(Plan((settlement,)), ledger(moved), shared).why == "it is no longer what was approved"


def test_a_new_booking_over_one_whose_cancellation_waits_is_not_written_before() -> None:
    over = replace(created(1), after=replace(KNOWN[0], id=MappingId("new1"), state=MappingState.CREATING))
    plan = Plan((*cancelling(1), over, created(2)))
    found = guard(plan, ledger(*KNOWN), setting(Policy(cancellations_held_above=0))).plan.settlements
    assert [s.steps for s in found[1:]] == [(), (CREATE,)]
    waiting = found[1].open
    assert waiting is not None
    assert (waiting.cause, waiting.reason) == (Cause.CONFLICT, "overlaps m0, of which a step waits for approval")
