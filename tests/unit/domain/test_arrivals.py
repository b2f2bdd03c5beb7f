"""The arrivals table, what is new: each row of the docstring of ``arrivals`` as a test id."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.domain.arrivals import mint, settle_arrivals
from shared.domain.booking import Answer, CalendarItem, PlatformItem, ShowAs, Side, Window
from shared.domain.decisions import Code
from shared.domain.ledger import MappingState
from shared.domain.plan import Settlement
from shared.domain.policy import Direction, Policy, Titles
from shared.domain.spans import AllDay
from tests.unit.domain.values import (
    ADELE,
    BEN,
    MADE,
    MORNING,
    NOON,
    NOW,
    at,
    booked,
    entry,
    ledger,
    meeting,
    setting,
)

CREATING, AWAITING, REFUSED = MappingState.CREATING, MappingState.AWAITING_ROOM, MappingState.REFUSED
TO_PLATFORM, TO_CALENDAR = Policy(direction=Direction.TO_PLATFORM), Policy(direction=Direction.TO_CALENDAR)


def steps(settlement: Settlement) -> tuple[str, ...]:
    return tuple(f"{step.action} on {step.side}" for step in settlement.steps)


def fate(settlement: Settlement) -> str:
    return settlement.after.state if settlement.after else "forgotten"


@dataclass(frozen=True)
class New:
    """A booking that no mapping knows, and what is to become of it; ``fate`` empty: it is no arrival."""

    item: CalendarItem | PlatformItem
    steps: tuple[str, ...] = ()
    decisions: tuple[Code, ...] = ()
    fate: str = ""
    policy: Policy = Policy()  # noqa: RUF009 - a frozen value


LONG_AGO, FAR_AWAY = at("09:00", "10:00", date(2026, 11, 1)), at("09:00", "10:00", date(2028, 3, 1))

NEW: dict[str, New] = {
    "new, takes its time: created on the platform": New(
        meeting(), ("create on platform",), (Code.CREATED_ON_PLATFORM,), CREATING
    ),
    "new, takes its time: created in the calendar": New(
        booked(), ("create on calendar",), (Code.CREATED_ON_CALENDAR,), CREATING
    ),
    "new, takes its time: an entry typed into the calendar": New(
        entry(), ("create on platform",), (Code.CREATED_ON_PLATFORM,), CREATING
    ),
    "new, awaits the room: remembered, nothing is written": New(
        meeting(answer=Answer.NOT_RESPONDED), (), (Code.AWAITS_ROOM,), AWAITING
    ),
    "new, outside the window: before it": New(meeting(when=LONG_AGO)),
    "new, outside the window: after it": New(booked(when=FAR_AWAY)),
    "new, cancelled: no arrival": New(meeting(cancelled=True)),
    "new, cancelled on the platform: no arrival": New(booked(cancelled=True)),
    "new, declined: no arrival": New(meeting(answer=Answer.DECLINED)),
    "new, shown free: no arrival": New(entry(show_as=ShowAs.FREE)),
    "new, shown free where the policy counts it: created": New(
        entry(show_as=ShowAs.FREE),
        ("create on platform",),
        (Code.CREATED_ON_PLATFORM,),
        CREATING,
        Policy(free_counts=True),
    ),
    "new, a buffer of ours: no arrival": New(entry(is_buffer=True)),
    "new on the receiving platform: left there, and said so": New(booked(), (), (Code.ONE_WAY,), REFUSED, TO_PLATFORM),
    "new in the receiving calendar: left there, and said so": New(meeting(), (), (Code.ONE_WAY,), REFUSED, TO_CALENDAR),
    "new on the platform that gives: created in the calendar": New(
        booked(), ("create on calendar",), (Code.CREATED_ON_CALENDAR,), CREATING, TO_CALENDAR
    ),
}


def arrive(*items: CalendarItem | PlatformItem, policy: Policy | None = None) -> list[Settlement]:
    events = [item for item in items if isinstance(item, CalendarItem)]
    bookings = [item for item in items if isinstance(item, PlatformItem)]
    return settle_arrivals(events, bookings, ledger(), setting(policy))


@pytest.mark.parametrize("case", NEW.values(), ids=NEW)
def test_a_booking_seen_for_the_first_time(case: New) -> None:
    settlements = arrive(case.item, policy=case.policy)
    if not case.fate:
        assert settlements == []
        return
    (settlement,) = settlements
    assert steps(settlement) == case.steps
    assert tuple(reason.code for reason in settlement.decisions) == case.decisions
    assert fate(settlement) == case.fate
    assert settlement.before is None


def test_a_new_mapping_knows_its_origin_its_creation_and_since_when_it_is_held() -> None:
    (settlement,) = arrive(meeting(created=MADE))
    made = settlement.after
    assert made is not None
    assert (made.origin, made.made_at, made.held_since, made.when) == (Side.CALENDAR, MADE, NOW, MORNING)
    assert made.calendar is not None
    assert made.platform is None


EDGES = {
    "ends where the window starts": (at("08:00", "09:00"), False),
    "reaches into the window": (at("08:00", "09:01"), True),
    "starts where the window ends": (at("17:00", "18:00"), False),
    "starts inside": (at("16:59", "18:00"), True),
}


@pytest.mark.parametrize(("when", "counts"), EDGES.values(), ids=EDGES)
def test_the_edges_of_the_window(when: object, counts: bool) -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    window = Window(day + timedelta(hours=9), day + timedelta(hours=17))
    assert isinstance(when, type(MORNING))
    assert bool(settle_arrivals([meeting(when=when)], [], ledger(window=window), setting())) is counts


def test_an_all_day_booking_is_inside_the_window_by_the_midnights_of_the_room() -> None:
    """23 November in Zurich ends at 23:00 UTC: a window that starts then no longer holds it."""
    window = Window(datetime(2026, 11, 23, 23, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC))
    day = AllDay(date(2026, 11, 23), date(2026, 11, 24))
    assert settle_arrivals([meeting(when=day)], [], ledger(window=window), setting()) == []


PAIRS: dict[str, tuple[CalendarItem, PlatformItem, bool]] = {
    "the same person at the same time": (meeting(), booked(title="anything", owner=ADELE), True),
    "the same title at the same time": (entry(title="Workshop"), booked(title="Workshop"), True),
    "the organiser's name as the title": (meeting(), booked(title="Adele Vance", owner=None), True),
    "another person and another title": (meeting(), booked(title="Workshop", owner=BEN), False),
    "the same person at another time": (meeting(), booked(when=NOON, owner=ADELE), False),
    "the same person, still unanswered": (meeting(answer=Answer.NOT_RESPONDED), booked(owner=ADELE), False),
}


@pytest.mark.parametrize(("event", "booking", "expected"), PAIRS.values(), ids=PAIRS)
def test_two_equal_new_ones_are_paired(event: CalendarItem, booking: PlatformItem, expected: bool) -> None:
    settlements = arrive(event, booking)
    codes = [reason.code for settlement in settlements for reason in settlement.decisions]
    if expected:
        (settlement,) = settlements
        assert codes == [Code.PAIRED]
        assert (steps(settlement), fate(settlement)) == ((), "linked")
        assert settlement.after is not None
        assert settlement.after.calendar is not None
        assert settlement.after.platform is not None
    else:
        assert len(settlements) == 2
        assert Code.PAIRED not in codes


@pytest.mark.parametrize(("event_first", "origin"), [(True, Side.CALENDAR), (False, Side.PLATFORM)])
def test_a_pair_begins_where_it_was_made_first(event_first: bool, origin: Side) -> None:
    later = MADE + timedelta(hours=1)
    event = meeting(created=MADE if event_first else later)
    booking = booked(owner=ADELE, created=later if event_first else MADE)
    (settlement,) = arrive(event, booking)
    assert settlement.after is not None
    assert (settlement.after.origin, settlement.after.made_at) == (origin, MADE)


def test_of_two_equal_bookings_only_one_is_paired_with_one_event() -> None:
    settlements = arrive(meeting(), booked(name="b1", owner=ADELE), booked(name="b2", owner=ADELE))
    assert sorted(reason.code for s in settlements for reason in s.decisions) == [Code.CREATED_ON_CALENDAR, Code.PAIRED]


def test_titles_shown_as_busy_pair_by_person_and_not_by_the_word_reserved() -> None:
    by_person = arrive(meeting(), booked(owner=ADELE), policy=Policy(titles=Titles.BUSY))
    assert [reason.code for s in by_person for reason in s.decisions] == [Code.PAIRED]


def test_an_id_follows_from_what_was_seen_and_when() -> None:
    assert mint(Side.CALENDAR, "AAkA", setting()) == mint(Side.CALENDAR, "AAkA", setting())
    assert mint(Side.CALENDAR, "AAkA", setting()) != mint(Side.PLATFORM, "AAkA", setting())
    later = replace(setting(), now=NOW + timedelta(seconds=1))
    assert mint(Side.CALENDAR, "AAkA", setting()) < mint(Side.CALENDAR, "AAkA", later)


def test_an_entry_shown_free_that_the_policy_counts_is_paired_like_any_other() -> None:
    settlements = arrive(entry(show_as=ShowAs.FREE), booked(owner=None), policy=Policy(free_counts=True))
    assert [reason.code for settlement in settlements for reason in settlement.decisions] == [Code.PAIRED]
