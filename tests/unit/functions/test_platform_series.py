"""Series over the built-in platform's API: booked, looked at, changed and cancelled, one occurrence or more of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.functions.calling.office import Office

ROOM = "/api/platform/resources/matterhorn"
BOOKINGS = f"{ROOM}/bookings"
MONDAY = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
WEEKLY = {**MONDAY, "title": "Standup", "recurrence": {"rule": "FREQ=WEEKLY;COUNT=4"}}
WHOLE = "from=2026-11-01T00:00:00Z&to=2027-06-01T00:00:00Z"
Json = dict[str, Any]


@pytest.fixture
async def room(office: Office) -> Office:
    """An app whose platform has a resource; nothing is linked to it."""
    await office.ask(
        "POST", "/api/platform/resources", {"id": "matterhorn", "name": "Matterhorn", "zone": "Europe/Zurich"}
    )
    return office


async def listed(room: Office) -> list[Json]:
    found: list[Json] = (await room.ask("GET", f"{BOOKINGS}?{WHOLE}"))["bookings"]
    return found


async def starts(room: Office) -> list[str]:
    return [each["start"][5:16] for each in await listed(room)]


FOUR = ["11-23T09:00", "11-30T09:00", "12-07T09:00", "12-14T09:00"]


async def test_a_series_is_booked_whole_and_each_booking_tells_it(room: Office) -> None:
    first = await room.ask("POST", BOOKINGS, WEEKLY)
    assert await starts(room) == FOUR
    assert first["series"]["rule"] == "FREQ=WEEKLY;UNTIL=20261214"
    assert {each["series"]["id"] for each in await listed(room)} == {first["series"]["id"]}
    assert [each["series"]["original_start"][5:16] for each in await listed(room)] == FOUR


async def test_repeating_the_order_under_its_key_books_nothing_more(room: Office) -> None:
    first = await room.send("POST", BOOKINGS, WEEKLY, headers={"Idempotency-Key": "one"})
    again = await room.send("POST", BOOKINGS, WEEKLY, headers={"Idempotency-Key": "one"})
    assert (first.status, again.status, again.body["id"]) == (201, 200, first.body["id"])
    assert await starts(room) == FOUR


async def test_a_series_repeats_on_the_clocks_of_its_zone(room: Office) -> None:
    march = {"start": "2027-03-22T09:00:00+01:00", "end": "2027-03-22T10:00:00+01:00"}
    await room.ask("POST", BOOKINGS, {**march, "recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}})
    assert await starts(room) == ["03-22T08:00", "03-29T07:00"]


async def test_a_series_of_which_a_time_is_taken_is_refused_with_that_time_and_books_nothing(room: Office) -> None:
    await room.ask("POST", BOOKINGS, {"start": "2026-12-07T09:30:00Z", "end": "2026-12-07T11:00:00Z"})
    answer = await room.send("POST", BOOKINGS, WEEKLY)
    assert (answer.status, answer.code) == (409, "overlap")
    assert "7 December" in answer.message
    assert await starts(room) == ["12-07T09:30"]


@pytest.mark.parametrize(
    ("recurrence", "status", "word"),
    [
        ({"rule": "FREQ=HOURLY"}, 400, "FREQ can be"),
        ({"rule": ""}, 400, "needs a 'rule'"),
        ("FREQ=DAILY", 400, "is an object"),
        ({"rule": "FREQ=DAILY", "zone": "Mars"}, 400, "no time zone"),
        ({"rule": "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}, 422, "no date"),
    ],
)
async def test_a_recurrence_that_cannot_be_booked_is_refused(
    room: Office, recurrence: object, status: int, word: str
) -> None:
    answer = await room.send("POST", BOOKINGS, {**MONDAY, "recurrence": recurrence})
    assert (answer.status, word in answer.message) == (status, True), answer.message
    assert await starts(room) == []


async def test_an_occurrence_longer_than_the_gap_is_refused(room: Office) -> None:
    long = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-24T10:00:00Z", "recurrence": {"rule": "FREQ=DAILY"}}
    assert (await room.send("POST", BOOKINGS, long)).status == 422


async def test_one_occurrence_moves_alone_and_stays_of_its_series(room: Office) -> None:
    first = await room.ask("POST", BOOKINGS, WEEKLY)
    second = (await listed(room))[1]
    noon = {"start": "2026-12-01T12:00:00Z", "end": "2026-12-01T13:00:00Z"}
    moved = await room.ask("PATCH", f"{BOOKINGS}/{second['id']}", noon)
    assert await starts(room) == [FOUR[0], "12-01T12:00", *FOUR[2:]]
    assert moved["series"]["id"] == first["series"]["id"]
    assert moved["series"]["original_start"][5:16] == FOUR[1]


async def test_this_and_following_are_a_series_of_their_own_from_then_on(room: Office) -> None:
    first = await room.ask("POST", BOOKINGS, WEEKLY)
    before = await listed(room)
    later = {"start": "2026-12-07T14:00:00Z", "end": "2026-12-07T15:00:00Z"}
    changed = await room.ask("PATCH", f"{BOOKINGS}/{before[2]['id']}?scope=following", later)
    assert await starts(room) == [*FOUR[:2], "12-07T14:00", "12-14T14:00"]
    assert [each["id"] for each in await listed(room)] == [each["id"] for each in before]
    assert changed["series"]["id"] != first["series"]["id"]
    assert (await listed(room))[0]["series"]["rule"] == "FREQ=WEEKLY;UNTIL=20261206"


async def test_all_of_a_series_that_is_still_to_come_keeps_its_id(room: Office) -> None:
    first = await room.ask("POST", BOOKINGS, WEEKLY)
    third = (await listed(room))[2]
    await room.ask("PATCH", f"{BOOKINGS}/{third['id']}?scope=all", {"title": "Retro"})
    assert {each["title"] for each in await listed(room)} == {"Retro"}
    assert {each["series"]["id"] for each in await listed(room)} == {first["series"]["id"]}


async def test_a_changed_rule_moves_shortens_and_extends(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    before = await listed(room)
    order = {"recurrence": {"rule": "FREQ=WEEKLY;COUNT=2"}}
    await room.ask("PATCH", f"{BOOKINGS}/{before[0]['id']}?scope=all", order)
    assert await starts(room) == FOUR[:2]
    order = {"recurrence": {"rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=3"}}
    tuesday = {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z"}
    await room.ask("PATCH", f"{BOOKINGS}/{before[0]['id']}?scope=all", {**order, **tuesday})
    assert await starts(room) == ["11-24T09:00", "12-01T09:00", "12-08T09:00"]
    assert [each["id"] for each in await listed(room)][:2] == [each["id"] for each in before][:2]


async def test_a_cancelled_occurrence_stays_cancelled_when_the_series_moves(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    before = await listed(room)
    await room.ask("DELETE", f"{BOOKINGS}/{before[1]['id']}")
    later = {"start": "2026-11-23T14:00:00Z", "end": "2026-11-23T15:00:00Z"}
    await room.ask("PATCH", f"{BOOKINGS}/{before[0]['id']}?scope=all", later)
    assert await starts(room) == ["11-23T14:00", "12-07T14:00", "12-14T14:00"]


async def test_a_series_is_cancelled_from_an_occurrence_on_or_whole(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    before = await listed(room)
    cancelled = await room.ask("DELETE", f"{BOOKINGS}/{before[2]['id']}?scope=following&reason=done")
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "done")
    assert await starts(room) == FOUR[:2]
    await room.ask("DELETE", f"{BOOKINGS}/{before[1]['id']}?scope=all")
    assert await starts(room) == []


async def test_all_that_is_to_come_moves_as_the_date_does_that_somebody_moved(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    third = (await listed(room))[2]
    elsewhere = {"start": "2026-12-08T14:00:00Z", "end": "2026-12-08T15:00:00Z"}
    await room.ask("PATCH", f"{BOOKINGS}/{third['id']}?scope=all", elsewhere)
    assert await starts(room) == ["11-24T14:00", "12-01T14:00", "12-08T14:00", "12-15T14:00"]


async def test_what_follows_moves_to_another_day_and_what_comes_before_stays(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    third = (await listed(room))[2]
    elsewhere = {"start": "2026-12-10T14:00:00Z", "end": "2026-12-10T15:00:00Z"}
    await room.ask("PATCH", f"{BOOKINGS}/{third['id']}?scope=following", elsewhere)
    assert await starts(room) == [*FOUR[:2], "12-10T14:00", "12-17T14:00"]


async def test_an_occurrence_that_was_moved_by_itself_moves_the_others_by_as_many_days(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    second = (await listed(room))[1]
    wednesday = {"start": "2026-12-02T09:00:00Z", "end": "2026-12-02T10:00:00Z"}
    await room.ask("PATCH", f"{BOOKINGS}/{second['id']}", wednesday)
    later = {"start": "2026-12-02T16:00:00Z", "end": "2026-12-02T17:00:00Z"}
    await room.ask("PATCH", f"{BOOKINGS}/{second['id']}?scope=all", later)
    assert await starts(room) == ["11-23T16:00", "11-30T16:00", "12-07T16:00", "12-14T16:00"]


async def test_days_that_the_series_cannot_move_to_are_refused(room: Office) -> None:
    weekdays = {**MONDAY, "recurrence": {"rule": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;COUNT=5"}}
    first = await room.ask("POST", BOOKINGS, weekdays)
    before = await starts(room)
    tuesday = {"start": "2026-11-24T09:00:00Z", "end": "2026-11-24T10:00:00Z"}
    answer = await room.send("PATCH", f"{BOOKINGS}/{first['id']}?scope=all", tuesday)
    assert (answer.status, "keeps its days" in answer.message) == (422, True)
    assert await starts(room) == before


@pytest.mark.parametrize(
    ("query", "body", "status", "word"),
    [
        ("scope=some", {"title": "x"}, 400, "one, following, all"),
        ("scope=all", {"title": "x", "version": "1"}, 400, "about one booking"),
        ("scope=one", {"recurrence": {"rule": "FREQ=DAILY"}}, 400, "scope=following"),
        ("scope=all", {}, 400, "nothing is to be changed"),
    ],
)
async def test_a_change_of_a_series_that_makes_no_sense_is_refused(
    room: Office, query: str, body: Json, status: int, word: str
) -> None:
    first = await room.ask("POST", BOOKINGS, WEEKLY)
    answer = await room.send("PATCH", f"{BOOKINGS}/{first['id']}?{query}", body)
    assert (answer.status, word in answer.message) == (status, True), answer.message
    assert await starts(room) == FOUR


async def test_a_single_booking_has_no_series_to_change(room: Office) -> None:
    single = await room.ask("POST", BOOKINGS, MONDAY)
    assert single["series"] is None
    answer = await room.send("PATCH", f"{BOOKINGS}/{single['id']}?scope=all", {"title": "x"})
    assert (answer.status, "no occurrence" in answer.message) == (422, True)


async def test_a_series_that_was_ended_can_be_extended_again(room: Office) -> None:
    await room.ask("POST", BOOKINGS, WEEKLY)
    before = await listed(room)
    await room.ask("DELETE", f"{BOOKINGS}/{before[2]['id']}?scope=following")
    order = {"recurrence": {"rule": "FREQ=WEEKLY;COUNT=5"}}
    await room.ask("PATCH", f"{BOOKINGS}/{before[0]['id']}?scope=all", order)
    assert await starts(room) == [*FOUR, "12-21T09:00"]
