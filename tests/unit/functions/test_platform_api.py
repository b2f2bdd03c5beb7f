"""The built-in platform's API over the real platform: bookings, keys that make them repeatable, blocks, changes."""

from __future__ import annotations

import pytest

from shared.domain.wakeup import WakeCause
from shared.ports.errors import Retry
from tests.unit.functions.calling.office import Office

ROOM = "/api/platform/resources/matterhorn"
BOOKINGS = f"{ROOM}/bookings"
MORNING = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
NOON = {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z"}
BEN = {"address": "ben.walters@contoso.example", "name": "Ben Walters"}


@pytest.fixture
async def open_office(office: Office) -> Office:
    """An app whose platform has a resource; nothing is linked to it."""
    await office.ask(
        "POST", "/api/platform/resources", {"id": "matterhorn", "name": "Matterhorn", "zone": "Europe/Zurich"}
    )
    return office


async def test_a_resource_is_made_once_and_listed(open_office: Office) -> None:
    made = {"id": "matterhorn", "name": "Matterhorn", "zone": "Europe/Zurich", "units": 1}
    made |= {"buffer_minutes": 0, "opening_hours": None}
    assert await open_office.ask("GET", "/api/platform/resources") == {"resources": [made]}
    again = await open_office.send("POST", "/api/platform/resources", {"id": "matterhorn", "name": "Other"})
    assert (again.status, again.code) == (409, "exists")


async def test_a_booking_is_made_and_told_in_utc(open_office: Office) -> None:
    local = {"start": "2026-11-23T10:00:00+01:00", "end": "2026-11-23T11:00:00+01:00"}
    answer = await open_office.send("POST", BOOKINGS, {**local, "title": "Workshop", "organiser": BEN})
    assert answer.status == 201
    assert {name: answer.body[name] for name in MORNING} == MORNING
    assert (answer.body["title"], answer.body["organiser"], answer.body["made_by"]) == ("Workshop", BEN, "person")
    assert await open_office.ask("GET", f"{BOOKINGS}/{answer.body['id']}") == answer.body


async def test_an_owner_may_be_an_address_or_nobody(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, {**MORNING, "organiser": "ben.walters@contoso.example"})
    assert made["organiser"] == {**BEN, "name": ""}
    assert (await open_office.ask("POST", BOOKINGS, {**NOON, "organiser": None}))["organiser"] is None


async def test_an_overlap_is_refused_with_the_other_bookings_time_alone(open_office: Office) -> None:
    await open_office.ask("POST", BOOKINGS, {**MORNING, "title": "Redundancies", "private": True})
    answer = await open_office.send("POST", BOOKINGS, MORNING)
    assert (answer.status, answer.code) == (409, "overlap")
    assert "10:00" in answer.message
    assert "Redundancies" not in answer.message


async def test_a_private_bookings_title_is_kept_and_not_shown(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, {**MORNING, "title": "Redundancies", "private": True})
    assert (made["title"], made["private"]) == ("", True)
    opened = await open_office.ask("PATCH", f"{BOOKINGS}/{made['id']}", {"private": False})
    assert opened["title"] == "Redundancies"


async def test_a_booking_is_moved_only_from_the_version_that_was_seen(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING)
    booking = f"{BOOKINGS}/{made['id']}"
    moved = await open_office.ask("PATCH", booking, {**NOON, "version": made["version"]})
    assert moved["start"] == NOON["start"]
    late = await open_office.send("PATCH", booking, {**MORNING, "version": made["version"]})
    assert (late.status, late.code) == (409, "changed_meanwhile")
    assert (await open_office.ask("GET", booking))["start"] == NOON["start"]


async def test_a_booking_becomes_one_of_whole_days(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING)
    days = {"start": "2026-11-23", "end": "2026-11-25", "all_day": True}
    changed = await open_office.ask("PATCH", f"{BOOKINGS}/{made['id']}", days)
    assert {name: changed[name] for name in days} == days


async def test_a_booking_is_cancelled_with_its_reason_and_restored(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING)
    booking = f"{BOOKINGS}/{made['id']}"
    cancelled = await open_office.ask("DELETE", f"{booking}?reason=moved%20online")
    assert (cancelled["status"], cancelled["reason"]) == ("cancelled", "moved online")
    restored = await open_office.ask("POST", f"{booking}/restore")
    assert (restored["status"], restored["reason"]) == ("confirmed", "")


async def test_a_day_and_a_stretch_of_time_list_what_touches_them(open_office: Office) -> None:
    first = await open_office.ask("POST", BOOKINGS, MORNING)
    second = await open_office.ask("POST", BOOKINGS, NOON)
    await open_office.ask("DELETE", f"{BOOKINGS}/{second['id']}")
    day = await open_office.ask("GET", f"{BOOKINGS}?day=2026-11-23")
    assert [each["id"] for each in day["bookings"]] == [first["id"]]
    both = f"{BOOKINGS}?from=2026-11-23T09:30:00Z&to=2026-11-23T12:30:00Z&cancelled=true"
    assert [each["id"] for each in (await open_office.ask("GET", both))["bookings"]] == [first["id"], second["id"]]
    assert (await open_office.ask("GET", f"{BOOKINGS}?day=2026-11-24"))["bookings"] == []


async def test_the_feed_continues_from_the_cursor_of_a_list(open_office: Office) -> None:
    cursor = (await open_office.ask("GET", f"{BOOKINGS}?day=2026-11-23"))["cursor"]
    made = await open_office.ask("POST", BOOKINGS, MORNING)
    changes = await open_office.ask("GET", f"{ROOM}/changes?since={cursor}")
    assert ([each["id"] for each in changes["bookings"]], changes["more"]) == ([made["id"]], False)
    assert (await open_office.ask("GET", f"{ROOM}/changes?since={changes['cursor']}"))["bookings"] == []
    assert (await open_office.ask("GET", f"{ROOM}/changes"))["bookings"] == [made]


async def test_a_foreign_cursor_is_expired(open_office: Office) -> None:
    answer = await open_office.send("GET", f"{ROOM}/changes?since=somebodys")
    assert (answer.status, answer.code) == (410, "cursor_expired")


async def test_a_blocked_time_is_kept_free_until_it_is_opened(open_office: Office) -> None:
    block = await open_office.ask("POST", f"{ROOM}/blocks", {**MORNING, "reason": "Cleaning"})
    refused = await open_office.send("POST", BOOKINGS, MORNING)
    assert (refused.status, refused.code) == (409, "blocked")
    within = f"{ROOM}/blocks?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z"
    assert (await open_office.ask("GET", within))["blocks"] == [block]
    assert await open_office.ask("DELETE", f"{ROOM}/blocks/{block['id']}") == {"unblocked": block["id"]}
    assert (await open_office.ask("GET", within))["blocks"] == []


# Idempotency-Key.


async def test_the_same_key_makes_one_booking(open_office: Office) -> None:
    first = await open_office.send("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    again = await open_office.send("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    assert (first.status, again.status) == (201, 200)
    assert again.body == first.body
    assert len((await open_office.ask("GET", f"{BOOKINGS}?day=2026-11-23"))["bookings"]) == 1


async def test_a_booking_made_under_a_key_is_a_persons(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    assert made["made_by"] == "person"


async def test_repeating_a_request_does_not_move_a_booking_back(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    await open_office.ask("PATCH", f"{BOOKINGS}/{made['id']}", NOON)
    again = await open_office.ask("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    assert (again["id"], again["start"]) == (made["id"], NOON["start"])


async def test_repeating_a_request_does_not_restore_what_was_cancelled(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    await open_office.ask("DELETE", f"{BOOKINGS}/{made['id']}")
    again = await open_office.ask("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    assert (again["id"], again["status"]) == (made["id"], "cancelled")


async def test_another_key_or_another_resource_is_another_booking(open_office: Office) -> None:
    await open_office.ask("POST", "/api/platform/resources", {"id": "eiger", "name": "Eiger"})
    first = await open_office.ask("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    elsewhere = await open_office.ask(
        "POST", "/api/platform/resources/eiger/bookings", MORNING, {"Idempotency-Key": "order-1"}
    )
    other = await open_office.ask("POST", BOOKINGS, NOON, {"Idempotency-Key": "order-2"})
    assert len({first["id"], elsewhere["id"], other["id"]}) == 3


@pytest.mark.parametrize("key", ["", "a b", "é", "k" * 256])
async def test_a_key_that_cannot_be_kept_is_refused(open_office: Office, key: str) -> None:
    answer = await open_office.send("POST", BOOKINGS, MORNING, {"Idempotency-Key": key})
    assert (answer.status, answer.code) == (400, "bad_request")
    assert (await open_office.ask("GET", f"{BOOKINGS}?day=2026-11-23"))["bookings"] == []


async def test_a_lost_answer_of_the_storage_is_made_good_under_the_same_key(open_office: Office) -> None:
    open_office.store.lose_answers = 1
    lost = await open_office.send("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    assert lost.status == 503
    again = await open_office.send("POST", BOOKINGS, MORNING, {"Idempotency-Key": "order-1"})
    assert again.status in (200, 201)
    assert len((await open_office.ask("GET", f"{BOOKINGS}?day=2026-11-23"))["bookings"]) == 1


# Who is woken.


async def test_each_change_wakes_the_linked_resource_and_reading_does_not(office: Office) -> None:
    room = await office.room()
    made = await office.ask("POST", BOOKINGS, MORNING)
    booking = f"{BOOKINGS}/{made['id']}"
    await office.ask("PATCH", booking, {"title": "Other"})
    await office.ask("DELETE", booking)
    await office.ask("POST", f"{booking}/restore")
    block = await office.ask("POST", f"{ROOM}/blocks", {**NOON})
    await office.ask("DELETE", f"{ROOM}/blocks/{block['id']}")
    await office.ask("GET", booking)
    await office.ask("GET", f"{BOOKINGS}?day=2026-11-23")
    sent = [(each.resource, each.cause) for each in office.world.wakeups.waiting]
    assert sent == [(room, WakeCause.PLATFORM)] * 6


async def test_a_booking_reaches_the_calendar(office: Office) -> None:
    await office.room()
    await office.ask("POST", BOOKINGS, {**MORNING, "title": "Workshop"})
    await office.world.platform_says()
    (event,) = office.world.on_calendar()
    assert event.booking.title == "Workshop"


async def test_nobody_is_woken_where_nothing_is_linked(open_office: Office) -> None:
    await open_office.ask("POST", BOOKINGS, MORNING)
    assert open_office.world.wakeups.waiting == []


async def test_a_booking_that_stands_is_told_as_made_though_nobody_could_be_woken(office: Office) -> None:
    await office.room()
    office.world.faults.fail("wakeups.send", Retry("the queue is away"))
    answer = await office.send("POST", BOOKINGS, MORNING)
    assert answer.status == 201
    assert (await office.ask("GET", f"{BOOKINGS}/{answer.body['id']}"))["status"] == "confirmed"


WEEK = {"monday": ["08:00-12:00", "13:00-18:00"], "tuesday": ["08:00-24:00"]}
HERE = "/api/platform/resources/matterhorn"


async def test_opening_hours_are_set_shown_and_taken_away(open_office: Office) -> None:
    assert (await open_office.ask("PATCH", HERE, {"opening_hours": WEEK}))["opening_hours"] == WEEK
    assert (await open_office.ask("GET", "/api/platform/resources"))["resources"][0]["opening_hours"] == WEEK
    found = await open_office.ask("GET", f"{HERE}/blocks?from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z")
    assert [(block["start"], block["end"]) for block in found["blocks"]] == [
        ("2026-11-17T23:00:00Z", "2026-11-23T07:00:00Z"),
        ("2026-11-23T11:00:00Z", "2026-11-23T12:00:00Z"),
        ("2026-11-23T17:00:00Z", "2026-11-24T07:00:00Z"),
    ]
    assert all(block["closing"] for block in found["blocks"])
    assert (await open_office.ask("PATCH", HERE, {"opening_hours": None}))["opening_hours"] is None


async def test_nobody_books_outside_the_opening_hours(open_office: Office) -> None:
    await open_office.ask("PATCH", HERE, {"opening_hours": WEEK})
    lunch = {"start": "2026-11-23T11:30:00Z", "end": "2026-11-23T12:30:00Z"}
    answer = await open_office.send("POST", BOOKINGS, lunch)
    assert (answer.status, answer.code) == (409, "blocked")
    assert "is closed from 12:00 to 13:00" in answer.message
    assert (await open_office.send("POST", BOOKINGS, MORNING)).status == 201


@pytest.mark.parametrize(
    "body", [{}, {"opening_hours": []}, {"opening_hours": {"monday": "08:00-18:00"}}, {"opening_hours": {"day": []}}]
)
async def test_hours_that_make_no_sense_are_refused(open_office: Office, body: object) -> None:
    assert (await open_office.send("PATCH", HERE, body)).status == 400


async def test_somebody_checks_in_when_the_booking_is_about_to_start(open_office: Office) -> None:
    made = await open_office.ask("POST", BOOKINGS, MORNING)
    assert (made["checked_in"], made["released"]) == (None, False)
    early = await open_office.send("POST", f"{BOOKINGS}/{made['id']}/check-in")
    assert (early.status, early.code) == (422, "invalid")
    assert "too early" in early.message
    assert (await open_office.send("POST", f"{BOOKINGS}/nothing/check-in")).status == 404
    await open_office.ask("DELETE", f"{BOOKINGS}/{made['id']}")
    gone = await open_office.send("POST", f"{BOOKINGS}/{made['id']}/check-in")
    assert (gone.status, gone.code) == (409, "cancelled")
