"""What every store of ledgers promises, on the in-memory double and on Table Storage."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from shared.adapters.tables.ledgers import TableLedgers
from shared.adapters.tables.tables import Tables
from shared.domain.booking import CalendarKey, Side
from shared.domain.commands import Command, Verb
from shared.domain.decisions import Code, Decision, Reason
from shared.domain.fingerprint import Field, Fingerprint
from shared.domain.ids import BookingId, EventId, MappingId, ResourceId, Version, ulid
from shared.domain.ledger import CalendarRecord, Cause, Head, Mapping, MappingState, OpenStep, PlatformRecord
from shared.domain.spans import AllDay, Timed, When, occupied
from shared.ports.errors import Stale
from shared.ports.ledgers import Ledgers, MappingChange, Writes
from tests.doubles.ledgers import MemoryLedgers

ROOM = ResourceId("0d1e2f30-0000-4000-8000-000000000001.01K0000000000000000000ROOM")
OTHER = ResourceId("0d1e2f30-0000-4000-8000-000000000001.01K000000000000000000OTHER")
NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
TEN = NINE + timedelta(hours=1)
AN_HOUR = Timed(NINE, TEN)


@pytest.fixture(params=["memory", pytest.param("tables", marks=pytest.mark.stack)])
async def ledgers(request: pytest.FixtureRequest, opened: Callable[[], Awaitable[Tables]]) -> Ledgers:
    return MemoryLedgers() if request.param == "memory" else TableLedgers(await opened())


def mapping(number: int, when: When = AN_HOUR, key: CalendarKey | None = None) -> Mapping:
    """A linked mapping; its ids hold the characters that table keys refuse."""
    event = EventId(f"AAMk/{number}+#?=\\ event")
    return Mapping(
        id=MappingId(ulid(number, bytes(10))),
        origin=Side.CALENDAR,
        when=when,
        made_at=NINE,
        held_since=NINE,
        calendar=CalendarRecord(
            key or CalendarKey(event),
            event,
            Version('W/"1"'),
            Fingerprint({Field.TIME: "aa", Field.CANCELLED: "bb"}),
            is_organiser=True,
        ),
        platform=PlatformRecord(BookingId(f"b/{number}#'"), Version(str(number)), Fingerprint({Field.ORGANISER: "cc"})),
    )


def days(of: Mapping | None) -> tuple[date, ...]:
    return occupied(of.when, "Europe/Berlin").days() if of else ()


def change(before: Mapping | None, after: Mapping | None) -> MappingChange:
    return MappingChange(before, after, days(before), days(after))


def new(*mappings: Mapping) -> Writes:
    return Writes(mappings=tuple(change(None, each) for each in mappings))


async def keep(ledgers: Ledgers, writes: Writes, head: Head | None = None) -> Head:
    before = await ledgers.head(ROOM)
    return await ledgers.commit(ROOM, before, head or before, writes)


async def all_of(ledgers: Ledgers, resource: ResourceId = ROOM) -> list[Mapping]:
    return [each async for each in ledgers.mappings(resource)]


async def test_a_resource_without_a_ledger_has_a_fresh_head_and_nothing_in_it(ledgers: Ledgers) -> None:
    assert await ledgers.head(ROOM) == Head()
    assert await all_of(ledgers) == []
    assert await ledgers.open_steps(ROOM) == ()
    assert await ledgers.decisions(ROOM) == ()
    assert await ledgers.commands(ROOM) == ()


async def test_a_head_comes_back_as_it_was_written_under_its_new_etag(ledgers: Ledgers) -> None:
    head = Head(
        token="t" * 70_000,
        cursor="c-1",
        run=7,
        last_run=NINE,
        proven_at=NINE,
        window_start=NINE,
        window_end=TEN,
        not_before=TEN,
        failure="throttled",
        unreadable={"3f0c9a": TEN},
        first_failure=NINE,
        attempts=3,
    )
    written = await ledgers.commit(ROOM, Head(), head, Writes())
    assert written.etag
    assert written == replace(head, etag=written.etag)
    assert await ledgers.head(ROOM) == written


async def test_every_commit_changes_the_etag_even_when_nothing_else_does(ledgers: Ledgers) -> None:
    first = await keep(ledgers, Writes())
    second = await ledgers.commit(ROOM, first, first, Writes())
    assert second.etag != first.etag
    assert replace(second, etag="") == replace(first, etag="")


async def test_a_run_that_lost_its_resource_is_stale_and_writes_nothing(ledgers: Ledgers) -> None:
    seen = await keep(ledgers, Writes())
    await ledgers.commit(ROOM, seen, replace(seen, token="theirs"), Writes())
    with pytest.raises(Stale):
        await ledgers.commit(ROOM, seen, replace(seen, token="mine"), new(mapping(1)))
    assert (await ledgers.head(ROOM)).token == "theirs"
    assert await all_of(ledgers) == []
    assert await ledgers.on_days(ROOM, [NINE.date()]) == ()


async def test_of_two_runs_that_begin_a_ledger_the_second_is_stale(ledgers: Ledgers) -> None:
    await ledgers.commit(ROOM, Head(), Head(token="first"), Writes())
    with pytest.raises(Stale):
        await ledgers.commit(ROOM, Head(), Head(token="second"), new(mapping(1)))
    assert (await ledgers.head(ROOM)).token == "first"
    assert await all_of(ledgers) == []


async def test_a_commit_on_a_ledger_that_was_dropped_meanwhile_is_stale(ledgers: Ledgers) -> None:
    seen = await keep(ledgers, new(mapping(1)))
    await ledgers.commit(ROOM, seen, Head(), Writes(everything_dropped=True))
    with pytest.raises(Stale):
        await ledgers.commit(ROOM, seen, seen, new(mapping(2)))
    assert await ledgers.head(ROOM) == Head()


async def test_a_mapping_is_found_by_its_calendar_item_its_booking_and_its_id(ledgers: Ledgers) -> None:
    one, two, three = mapping(1), mapping(2), mapping(3)
    assert one.calendar
    assert two.platform
    await keep(ledgers, new(one, two, three))
    keys = [one.calendar.key, CalendarKey(EventId("unknown"))]
    assert await ledgers.by_calendar_keys(ROOM, keys) == (one,)
    assert await ledgers.by_booking_ids(ROOM, [two.platform.id, BookingId("unknown")]) == (two,)
    assert set(await ledgers.by_ids(ROOM, [three.id, one.id, MappingId("unknown")])) == {one, three}
    assert await ledgers.by_ids(OTHER, [three.id]) == ()


async def test_looking_up_nothing_finds_nothing(ledgers: Ledgers) -> None:
    await keep(ledgers, new(mapping(1)))
    assert await ledgers.by_calendar_keys(ROOM, []) == ()
    assert await ledgers.by_booking_ids(ROOM, []) == ()
    assert await ledgers.by_ids(ROOM, []) == ()
    assert await ledgers.on_days(ROOM, []) == ()


async def test_a_mapping_asked_for_twice_comes_once(ledgers: Ledgers) -> None:
    one = mapping(1)
    assert one.platform
    await keep(ledgers, new(one))
    assert await ledgers.by_booking_ids(ROOM, [one.platform.id, one.platform.id]) == (one,)


async def test_six_hundred_keys_are_looked_up_as_well_as_one(ledgers: Ledgers) -> None:
    many = [mapping(n) for n in range(1, 61)]
    await keep(ledgers, new(*many))
    wanted = [BookingId(f"unknown-{n}") for n in range(550)] + [m.platform.id for m in many if m.platform]
    assert set(await ledgers.by_booking_ids(ROOM, wanted)) == set(many)


async def test_mappings_come_in_the_order_of_their_ids(ledgers: Ledgers) -> None:
    await keep(ledgers, new(mapping(3), mapping(1), mapping(2)))
    assert await all_of(ledgers) == [mapping(1), mapping(2), mapping(3)]


async def test_ids_that_differ_only_in_case_are_different(ledgers: Ledgers) -> None:
    one = mapping(1, key=CalendarKey(EventId("AAMkAb")))
    two = mapping(2, key=CalendarKey(EventId("AAMkaB")))
    await keep(ledgers, new(one, two))
    assert await ledgers.by_calendar_keys(ROOM, [CalendarKey(EventId("AAMkaB"))]) == (two,)


async def test_a_series_finds_its_occurrences_and_not_its_single_bookings(ledgers: Ledgers) -> None:
    master = EventId("AAMk/master=")
    first = mapping(1, key=CalendarKey(master, NINE))
    second = mapping(2, Timed(TEN, TEN), key=CalendarKey(master, NINE + timedelta(days=7)))
    single = mapping(3, key=CalendarKey(master))
    elsewhere = mapping(4, key=CalendarKey(EventId("AAMk/master=2"), NINE))
    await keep(ledgers, new(first, second, single, elsewhere))
    assert await ledgers.by_series(ROOM, master) == (first, second)
    assert await ledgers.by_calendar_keys(ROOM, [CalendarKey(master, NINE)]) == (first,)


async def test_a_day_finds_what_touches_it_and_nothing_else(ledgers: Ledgers) -> None:
    today = mapping(1)
    overnight = mapping(2, Timed(NINE + timedelta(hours=14), NINE + timedelta(hours=16)))
    tomorrow = mapping(3, Timed(NINE + timedelta(days=1), TEN + timedelta(days=1)))
    berlin_day = mapping(4, AllDay(date(2026, 11, 21), date(2026, 11, 22)))
    await keep(ledgers, new(today, overnight, tomorrow, berlin_day))
    assert await ledgers.on_days(ROOM, [date(2026, 11, 20)]) == (today, overnight, berlin_day)
    assert await ledgers.on_days(ROOM, [date(2026, 11, 21)]) == (overnight, tomorrow, berlin_day)
    assert await ledgers.on_days(ROOM, [date(2026, 11, 22)]) == ()


async def test_days_with_gaps_between_them_find_each_mapping_once(ledgers: Ledgers) -> None:
    weekly = [mapping(n, Timed(NINE + timedelta(days=7 * n), TEN + timedelta(days=7 * n))) for n in range(1, 6)]
    stay = mapping(9, Timed(NINE, NINE + timedelta(days=30)))
    await keep(ledgers, new(*weekly, stay))
    wanted = [(NINE + timedelta(days=7 * n)).date() for n in (1, 3, 5)]
    assert await ledgers.on_days(ROOM, wanted) == (weekly[0], weekly[2], weekly[4], stay)


async def test_a_booking_of_half_a_year_is_found_on_its_days_only(ledgers: Ledgers) -> None:
    closed = mapping(1, AllDay(date(2026, 12, 1), date(2027, 6, 1)))
    await keep(ledgers, new(closed))
    assert await ledgers.on_days(ROOM, [date(2027, 3, 14)]) == (closed,)
    assert await ledgers.on_days(ROOM, [date(2026, 11, 20)]) == ()
    assert await ledgers.on_days(ROOM, [date(2027, 6, 2)]) == ()


async def test_a_mapping_that_moved_is_found_at_its_new_day_only(ledgers: Ledgers) -> None:
    before = mapping(1)
    after = replace(before, when=Timed(NINE + timedelta(days=40), TEN + timedelta(days=40)))
    await keep(ledgers, new(before))
    await keep(ledgers, Writes(mappings=(change(before, after),)))
    assert await ledgers.on_days(ROOM, [NINE.date()]) == ()
    assert await ledgers.on_days(ROOM, [(NINE + timedelta(days=40)).date()]) == (after,)
    assert await all_of(ledgers) == [after]


async def test_a_booking_may_become_long_and_short_again(ledgers: Ledgers) -> None:
    short = mapping(1)
    long = replace(short, when=Timed(NINE, NINE + timedelta(days=90)))
    await keep(ledgers, new(short))
    await keep(ledgers, Writes(mappings=(change(short, long),)))
    assert await ledgers.on_days(ROOM, [date(2027, 1, 10)]) == (long,)
    await keep(ledgers, Writes(mappings=(change(long, short),)))
    assert await ledgers.on_days(ROOM, [date(2027, 1, 10)]) == ()
    assert await ledgers.on_days(ROOM, [NINE.date()]) == (short,)


async def test_a_mapping_gets_and_loses_a_side(ledgers: Ledgers) -> None:
    whole = mapping(1)
    assert whole.platform
    half = replace(whole, platform=None, state=MappingState.CREATING, reason="in flight")
    await keep(ledgers, new(half))
    assert await ledgers.by_booking_ids(ROOM, [whole.platform.id]) == ()
    await keep(ledgers, Writes(mappings=(change(half, whole),)))
    assert await ledgers.by_booking_ids(ROOM, [whole.platform.id]) == (whole,)
    await keep(ledgers, Writes(mappings=(change(whole, half),)))
    assert await ledgers.by_booking_ids(ROOM, [whole.platform.id]) == ()
    assert await ledgers.by_ids(ROOM, [whole.id]) == (half,)


async def test_a_dropped_mapping_leaves_no_trace(ledgers: Ledgers) -> None:
    one = mapping(1, key=CalendarKey(EventId("master"), NINE))
    assert one.calendar
    assert one.platform
    await keep(ledgers, new(one, mapping(2)))
    await keep(ledgers, Writes(mappings=(change(one, None),)))
    assert await all_of(ledgers) == [mapping(2)]
    assert await ledgers.by_calendar_keys(ROOM, [one.calendar.key]) == ()
    assert await ledgers.by_booking_ids(ROOM, [one.platform.id]) == ()
    assert await ledgers.by_series(ROOM, "master") == ()
    assert await ledgers.on_days(ROOM, [NINE.date()]) == (mapping(2),)


async def test_a_booking_that_passes_from_one_mapping_to_another_belongs_to_the_new_one(ledgers: Ledgers) -> None:
    giver, taker = mapping(1), replace(mapping(2), platform=None)
    assert giver.platform
    await keep(ledgers, new(giver, taker))
    took = replace(taker, platform=giver.platform)
    gave = replace(giver, platform=None)
    await keep(ledgers, Writes(mappings=(change(taker, took), change(giver, gave))))
    assert await ledgers.by_booking_ids(ROOM, [giver.platform.id]) == (took,)


async def test_one_key_for_two_mappings_is_refused(ledgers: Ledgers) -> None:
    one = mapping(1)
    with pytest.raises(ValueError, match="2 mappings"):
        await keep(ledgers, new(one, replace(mapping(2), platform=one.platform)))
    assert await all_of(ledgers) == []


async def test_five_hundred_mappings_in_one_commit_are_all_there_and_the_token_with_them(ledgers: Ledgers) -> None:
    many = [mapping(n, Timed(NINE + timedelta(days=n % 30), TEN + timedelta(days=n % 30))) for n in range(500)]
    steps = tuple(OpenStep(f"s{n:03}", Cause.RETRY, NINE) for n in range(120))
    writes = replace(new(*many), open_steps=steps)
    head = await ledgers.commit(ROOM, Head(), Head(token="t", cursor="c"), writes)
    assert await ledgers.head(ROOM) == head
    assert (head.token, head.cursor) == ("t", "c")
    assert await all_of(ledgers) == many
    assert await ledgers.open_steps(ROOM) == steps
    assert len(await ledgers.on_days(ROOM, [NINE.date()])) == 17


async def test_an_open_step_is_replaced_and_settled_by_its_id(ledgers: Ledgers) -> None:
    waiting = OpenStep(
        "calendar:AAMk/1#",
        Cause.AWAITING_ROOM,
        NINE,
        due=TEN,
        mapping=mapping(1).id,
        calendar=CalendarKey(EventId("AAMk/1"), NINE),
        platform=BookingId("b"),
        reason="not answered",
    )
    held = OpenStep("held", Cause.HELD, TEN, permitted=True)
    await keep(ledgers, Writes(open_steps=(waiting, held)))
    later = replace(waiting, attempts=2, due=TEN + timedelta(minutes=5))
    await keep(ledgers, Writes(open_steps=(later,)))
    assert set(await ledgers.open_steps(ROOM)) == {later, held}
    await keep(ledgers, Writes(settled=(waiting.id,)))
    assert await ledgers.open_steps(ROOM) == (held,)


async def test_settling_what_is_not_there_is_done_already(ledgers: Ledgers) -> None:
    held = OpenStep("held", Cause.HELD, TEN)
    await keep(ledgers, Writes(open_steps=(held,)))
    await keep(ledgers, Writes(settled=("never", "held", "nor this"), commands_done=("none",)), Head(token="moved"))
    assert await ledgers.open_steps(ROOM) == ()
    assert (await ledgers.head(ROOM)).token == "moved"


async def test_a_step_that_is_settled_and_opened_in_one_commit_is_open(ledgers: Ledgers) -> None:
    held = OpenStep("held", Cause.HELD, TEN)
    await keep(ledgers, Writes(open_steps=(held,)))
    again = replace(held, cause=Cause.RETRY)
    await keep(ledgers, Writes(open_steps=(again,), settled=("held",)))
    assert await ledgers.open_steps(ROOM) == (again,)


def decision(number: int, of: int, at: datetime) -> Decision:
    reason = Reason(Code.SAME_FIELD_EDITED, {"field": "time", "lost": "platform"})
    return Decision(ulid(number, bytes(10)), mapping(of).id, at, reason, run=number)


async def test_decisions_are_read_newest_first_of_a_resource_and_of_a_mapping(ledgers: Ledgers) -> None:
    made = [decision(n, of=n % 2, at=NINE + timedelta(minutes=n)) for n in range(6)]
    await keep(ledgers, Writes(decisions=(made[3], made[0], made[5])))
    await keep(ledgers, Writes(decisions=(made[1], made[4], made[2])))
    assert await ledgers.decisions(ROOM) == tuple(reversed(made))
    assert await ledgers.decisions(ROOM, mapping(1).id) == (made[5], made[3], made[1])
    assert await ledgers.decisions(ROOM, limit=2) == (made[5], made[4])
    assert await ledgers.decisions(ROOM, mapping(0).id, limit=1) == (made[4],)


async def test_of_two_decisions_at_one_time_the_later_id_is_the_newer(ledgers: Ledgers) -> None:
    made = [decision(n, of=1, at=NINE) for n in (1, 40, 9, 33)]
    await keep(ledgers, Writes(decisions=tuple(made)))
    assert [each.run for each in await ledgers.decisions(ROOM)] == [40, 33, 9, 1]


async def test_a_decision_kept_twice_stands_once(ledgers: Ledgers) -> None:
    await keep(ledgers, Writes(decisions=(decision(1, 1, NINE),)))
    await keep(ledgers, Writes(decisions=(decision(1, 1, NINE),)))
    assert len(await ledgers.decisions(ROOM)) == 1


async def test_a_command_waits_until_a_run_has_done_it_and_leaves_the_head_alone(ledgers: Ledgers) -> None:
    head = await keep(ledgers, Writes())
    link = Command(ulid(1, bytes(10)), Verb.LINK, NINE, {"by": "admin"})
    prove = Command(ulid(2, bytes(10)), Verb.PROVE, TEN)
    await ledgers.command(ROOM, prove)
    await ledgers.command(ROOM, link)
    assert await ledgers.commands(ROOM) == (link, prove)
    assert (await ledgers.commands(ROOM))[0].facts == {"by": "admin"}
    await ledgers.commit(ROOM, head, head, Writes(commands_done=(link.id,)))
    assert await ledgers.commands(ROOM) == (prove,)


async def test_a_command_waits_for_a_resource_that_has_no_ledger_yet(ledgers: Ledgers) -> None:
    link = Command(ulid(1, bytes(10)), Verb.LINK, NINE)
    await ledgers.command(ROOM, link)
    assert await ledgers.head(ROOM) == Head()
    await ledgers.commit(ROOM, Head(), Head(run=1), Writes(commands_done=(link.id,)))
    assert await ledgers.commands(ROOM) == ()


async def test_dropping_everything_drops_every_row_and_leaves_the_head_given(ledgers: Ledgers) -> None:
    await ledgers.command(ROOM, Command("q1", Verb.UNLINK, NINE))
    writes = replace(new(*map(mapping, range(40))), open_steps=(OpenStep("o", Cause.HELD, NINE),))
    head = await keep(ledgers, replace(writes, decisions=(decision(1, 1, NINE),)), Head(token="old"))
    kept = mapping(99)
    dropped = replace(new(kept), everything_dropped=True)
    after = await ledgers.commit(ROOM, head, Head(run=9), dropped)
    assert await ledgers.head(ROOM) == after == Head(run=9, etag=after.etag)
    assert await all_of(ledgers) == [kept]
    assert await ledgers.on_days(ROOM, [NINE.date()]) == (kept,)
    assert await ledgers.open_steps(ROOM) == ()
    assert await ledgers.decisions(ROOM) == ()
    assert await ledgers.commands(ROOM) == ()


async def test_dropping_everything_under_a_fresh_head_leaves_no_ledger(ledgers: Ledgers) -> None:
    head = await keep(ledgers, new(mapping(1), mapping(2)))
    assert await ledgers.commit(ROOM, head, Head(), Writes(everything_dropped=True)) == Head()
    assert await ledgers.head(ROOM) == Head()
    assert await all_of(ledgers) == []


async def test_the_ledgers_of_two_resources_do_not_meet(ledgers: Ledgers) -> None:
    await keep(ledgers, new(mapping(1)))
    await ledgers.commit(OTHER, Head(), Head(token="theirs"), new(mapping(2)))
    assert await all_of(ledgers) == [mapping(1)]
    assert await all_of(ledgers, OTHER) == [mapping(2)]
    assert (await ledgers.head(ROOM)).token is None


async def test_a_dropped_mapping_is_found_by_each_of_its_keys_and_a_standing_one_is_not(ledgers: Ledgers) -> None:
    gone, stands = mapping(1), mapping(2)
    await keep(ledgers, new(gone, stands))
    assert gone.calendar is not None
    assert gone.platform is not None
    assert await ledgers.dropped(ROOM, gone.calendar.key) is None
    await keep(ledgers, Writes(mappings=(change(gone, None),)))
    assert await ledgers.dropped(ROOM, gone.calendar.key) == gone.id
    assert await ledgers.dropped(ROOM, gone.platform.id) == gone.id
    assert stands.platform is not None
    assert await ledgers.dropped(ROOM, stands.platform.id) is None
    assert await ledgers.dropped(OTHER, gone.platform.id) is None


async def test_a_key_that_was_dropped_twice_names_the_mapping_that_had_it_last(ledgers: Ledgers) -> None:
    first = mapping(1)
    second = replace(mapping(2), calendar=first.calendar)
    for each in (first, second):
        await keep(ledgers, new(each))
        await keep(ledgers, Writes(mappings=(change(each, None),)))
    assert first.calendar is not None
    assert await ledgers.dropped(ROOM, first.calendar.key) == second.id


async def test_a_dropped_mapping_is_forgotten_with_its_last_decision(ledgers: Ledgers) -> None:
    gone = mapping(1)
    assert gone.calendar is not None
    event = str(gone.calendar.key)
    told = [
        Decision(ulid(n, bytes(10)), gone.id, NINE + timedelta(days=n), Reason(Code.PAIRED), 1, event) for n in (1, 2)
    ]
    await keep(ledgers, new(gone))
    await keep(ledgers, Writes(mappings=(change(gone, None),), decisions=tuple(told)))
    assert await ledgers.forget_decisions(ROOM, told[1].at) == 1
    assert await ledgers.dropped(ROOM, gone.calendar.key) == gone.id
    assert await ledgers.forget_decisions(ROOM, told[1].at + timedelta(seconds=1)) == 1
    assert await ledgers.dropped(ROOM, gone.calendar.key) is None
