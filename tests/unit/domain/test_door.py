"""What stands on a door: its state and until when, what may be done there, and what of a booking it shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared.domain.booking import Block, Booking, Person, PlatformItem, ResourceFacts
from shared.domain.door import Door, DoorState, door
from shared.domain.free_times import Known, in_the_way
from shared.domain.ids import BookingId, MailboxId, ResourceId, Version
from shared.domain.policy import Policy, Titles
from shared.domain.resource import Resource
from shared.domain.spans import AllDay, Timed, occupied

ZURICH = "Europe/Zurich"
ADELE = Person("adele.vance@contoso.example", "Adele Vance")


def clock(text: str) -> datetime:
    """A time of Monday 23 November 2026, in UTC; Zurich is an hour ahead."""
    hour, minute = text.split(":")
    return datetime(2026, 11, 23, int(hour), int(minute), tzinfo=UTC)


def at(start: str, end: str) -> Timed:
    return Timed(clock(start), clock(end))


def item(when: Timed | AllDay, **more: object) -> PlatformItem:
    booking = Booking(when, "Planning", ADELE)
    made = PlatformItem(BookingId(f"b-{when}"), Version("1"), booking, clock("00:01"))
    content = {name: value for name, value in more.items() if name in ("private", "cancelled", "title")}
    rest = {name: value for name, value in more.items() if name not in content}
    return replace(made, booking=replace(booking, **content), **rest)  # type: ignore[arg-type]


def seen(now: str, *items: PlatformItem, blocks: tuple[Block, ...] = (), books: bool = True, **policy: object) -> Door:
    return door(items, blocks, Policy().with_settings(policy), ZURICH, clock(now), books=books)


DAY = clock("00:00").date()
NOON = Block("x", at("12:00", "13:00"))
STATES = [
    ("an empty day is free for the rest of it", "08:00", (), (), "free", None),
    ("it is free until the next booking", "08:00", (at("09:00", "10:00"),), (), "free", "09:00"),
    ("ten minutes before a booking it is free for a little", "08:50", (at("09:00", "10:00"),), (), "soon", "09:00"),
    ("from a booking's first second it is taken", "09:00", (at("09:00", "10:00"),), (), "taken", "10:00"),
    ("at a booking's end it is free", "10:00", (at("09:00", "10:00"),), (), "free", None),
    ("bookings one after the other are one taken stretch", "09:30", (at("09:00", "10:00"), at("10:00", "11:00")), (),
     "taken", "11:00"),
    ("two that overlap are taken until the later ends", "09:30", (at("09:00", "11:00"), at("09:15", "10:00")), (),
     "taken", "11:00"),
    ("a whole day is taken beyond today", "09:30", (AllDay(DAY, DAY + timedelta(days=2)),), (), "taken", None),
    ("a time that is kept free of bookings is closed", "12:10", (), (NOON,), "closed", "13:00"),
    ("it is free until it closes", "11:00", (), (NOON,), "free", "12:00"),
    ("a booking in a closed time is what is shown", "12:10", (at("12:00", "12:30"),), (NOON,), "taken", "13:00"),
]  # fmt: skip


@pytest.mark.parametrize(("now", "times", "blocks", "state", "until"), [each[1:] for each in STATES],
                         ids=[each[0] for each in STATES])  # fmt: skip
def test_the_state(
    now: str, times: tuple[Timed | AllDay, ...], blocks: tuple[Block, ...], state: str, until: str | None
) -> None:
    shown = seen(now, *map(item, times), blocks=blocks)
    assert (shown.state, shown.until) == (state, clock(until) if until else None)


BOOKED = [
    ("nothing is near", "08:00", (), {}, (15, 30, 45, 60), None),
    ("forty minutes are left", "08:20", (at("09:00", "10:00"),), {}, (15, 30), "09:00"),
    ("ten minutes are left", "08:50", (at("09:00", "10:00"),), {}, (), "09:00"),
    ("four minutes are left", "08:56", (at("09:00", "10:00"),), {}, (), None),
    ("a buffer is kept before the next one", "08:20", (at("09:00", "10:00"),), {"buffer_minutes": 10}, (15, 30),
     "08:50"),
    ("a buffer is kept after the last one", "10:05", (at("09:00", "10:00"),), {"buffer_minutes": 10}, (), None),
    ("it is taken", "09:05", (at("09:00", "10:00"),), {}, (), None),
    ("one of two units is taken", "09:05", (at("09:00", "10:00"),), {"units": 2}, (15, 30, 45, 60), None),
    ("both units are taken soon", "09:05", (at("09:00", "11:00"), at("10:00", "11:00")), {"units": 2}, (15, 30, 45),
     "10:00"),
    ("midnight is near", "22:35", (), {}, (15,), None),
]  # fmt: skip


@pytest.mark.parametrize(("now", "times", "policy", "lengths", "until"), [each[1:] for each in BOOKED],
                         ids=[each[0] for each in BOOKED])  # fmt: skip
def test_what_may_be_booked_now_where(
    now: str, times: tuple[Timed, ...], policy: dict[str, Any], lengths: tuple[int, ...], until: str | None
) -> None:
    shown = seen(now, *map(item, times), **policy)
    assert (shown.booking.lengths, shown.booking.until) == (lengths, clock(until) if until else None)


CLOSING = replace(NOON, is_closing=True)


@pytest.mark.parametrize(
    ("now", "block", "until"),
    [("11:20", NOON, "11:50"), ("13:05", NOON, None), ("11:20", CLOSING, "12:00"), ("13:05", CLOSING, "no end")],
    ids=["a buffer is kept before a blocked time", "a buffer is kept after a blocked time",
         "closing asks for no buffer", "opening asks for no buffer"],
)  # fmt: skip
def test_what_may_be_booked_beside_a_time_that_is_kept_free(now: str, block: Block, until: str | None) -> None:
    shown = seen(now, blocks=(block,), buffer_minutes=10)
    assert bool(shown.booking.lengths) == (until is not None)
    if until not in (None, "no end"):
        assert shown.booking.until == clock(str(until))


@pytest.mark.parametrize("block", [NOON, CLOSING], ids=["blocked", "closed"])
@pytest.mark.parametrize("gap", [0, 10, 20])
@pytest.mark.parametrize("units", [1, 2])
def test_what_the_door_offers_is_what_the_run_takes(units: int, gap: int, block: Block) -> None:
    """The rule by which overlaps are settled, asked of each length that is offered, at every fifth minute."""
    taken = [at("09:00", "10:00"), at("09:30", "11:00")]
    policy = Policy(units=units, buffer_minutes=gap)
    room = Resource(ResourceId("contoso.r"), MailboxId("m"), None, ResourceFacts(zone=ZURICH), policy=policy)
    known = Known([occupied(each, ZURICH) for each in taken], (block,))
    offered = 0
    for minute in range(7 * 60, 15 * 60, 5):
        now = f"{minute // 60:02}:{minute % 60:02}"
        shown = seen(now, *map(item, taken), blocks=(block,), units=units, buffer_minutes=gap)
        for length in shown.booking.lengths:
            wanted = Timed(clock(now), clock(now) + timedelta(minutes=length))
            assert in_the_way(room, wanted, known) is None, f"{now}, {length} minutes"
            offered += 1
    assert offered > 20


EXTENDED = [
    ("nothing follows", (), {}, (15, 30, 45, 60), None),
    ("another follows in half an hour", (at("10:30", "11:00"),), {}, (15, 30), "10:30"),
    ("another follows at once", (at("10:00", "11:00"),), {}, (), None),
    ("another follows, and a buffer is kept", (at("10:30", "11:00"),), {"buffer_minutes": 15}, (15,), "10:15"),
    ("the buffer is all that is left", (at("10:15", "11:00"),), {"buffer_minutes": 15}, (), None),
]


@pytest.mark.parametrize(("others", "policy", "lengths", "until"), [each[1:] for each in EXTENDED],
                         ids=[each[0] for each in EXTENDED])  # fmt: skip
def test_how_much_longer_what_runs_may_last_where(
    others: tuple[Timed, ...], policy: dict[str, Any], lengths: tuple[int, ...], until: str | None
) -> None:
    shown = seen("09:30", item(at("09:00", "10:00")), *map(item, others), **policy)
    assert (shown.extending.lengths, shown.extending.until) == (lengths, clock(until) if until else None)
    assert shown.can_end


def test_a_door_that_only_shows_offers_nothing() -> None:
    free = seen("08:00", books=False)
    taken = seen("09:30", item(at("09:00", "10:00")), books=False)
    assert (free.booking.lengths, taken.extending.lengths, taken.can_end) == ((), (), False)


def test_a_whole_day_is_neither_ended_nor_extended_at_the_door() -> None:
    shown = seen("09:30", item(AllDay(DAY, DAY + timedelta(days=1))))
    assert (shown.can_end, shown.extending.lengths) == (False, ())


class TestCheckIn:
    def test_nobody_has_to_where_the_policy_asks_for_none(self) -> None:
        shown = seen("09:02", item(at("09:00", "10:00")))
        assert (shown.state, shown.check_in) == (DoorState.TAKEN, None)

    def test_a_quarter_of_an_hour_before_it_begins_somebody_may(self) -> None:
        planning = item(at("09:00", "10:00"))
        assert seen("08:44", planning, check_in_minutes=10).check_in is None
        assert seen("08:45", planning, check_in_minutes=10).check_in == planning.id

    def test_what_runs_and_nobody_has_come_to_is_awaited_until_the_minutes_are_over(self) -> None:
        shown = seen("09:02", item(at("09:00", "10:00")), check_in_minutes=10)
        assert (shown.state, shown.check_in_until) == (DoorState.AWAITED, clock("09:10"))
        assert shown.next_change == clock("09:10")

    def test_the_minutes_count_from_when_it_was_booked_where_that_was_later(self) -> None:
        walked_in = item(at("09:00", "10:00"), created=clock("09:30"))
        assert seen("09:31", walked_in, check_in_minutes=10).check_in_until == clock("09:40")

    def test_once_somebody_has_come_it_is_taken(self) -> None:
        shown = seen("09:05", item(at("09:00", "10:00"), checked_in=clock("09:01")), check_in_minutes=10)
        assert (shown.state, shown.check_in) == (DoorState.TAKEN, None)


class TestWhatIsShown:
    @pytest.mark.parametrize(
        ("titles", "shown"),
        [
            (Titles.FULL, ("Planning", "Adele Vance")),
            (Titles.ORGANIZER, ("Adele Vance", "Adele Vance")),
            (Titles.BUSY, ("", "")),
        ],
    )
    def test_titles_are_as_the_policy_says(self, titles: Titles, shown: tuple[str, str]) -> None:
        current = seen("09:30", item(at("09:00", "10:00")), titles=titles).current
        assert current is not None
        assert (current.title, current.organiser) == shown

    def test_of_a_private_booking_only_its_time(self) -> None:
        shown = seen("09:30", item(at("09:00", "10:00"), private=True), item(at("10:00", "11:00"), private=True))
        assert "Planning" not in str(shown)
        assert "Adele" not in str(shown)

    def test_no_address_in_any_case(self) -> None:
        assert "@" not in str(seen("09:30", item(at("09:00", "10:00"))))

    def test_what_was_cancelled_is_not_there(self) -> None:
        shown = seen("09:30", item(at("09:00", "10:00"), cancelled=True))
        assert (shown.state, shown.day, shown.current) == (DoorState.FREE, (), None)

    def test_the_day_is_the_resources_own(self) -> None:
        late, tomorrow = item(at("22:30", "22:45")), item(at("23:15", "23:45"))
        shown = seen("09:00", late, tomorrow)
        assert [each.booking for each in shown.day] == [late.id]
        assert shown.next is not None
        assert shown.next.booking == late.id

    def test_the_next_change_is_when_the_state_is_another_by_itself(self) -> None:
        planning = item(at("12:00", "13:00"))
        moments = [("08:00", "11:45"), ("11:45", "11:50"), ("11:50", "12:00"), ("12:30", "13:00"), ("13:00", "23:00")]
        for now, change in moments:
            assert seen(now, planning).next_change == clock(change), now
