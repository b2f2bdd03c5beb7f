"""The operator's view of both sides, as the API tells it."""

from __future__ import annotations

from tests.doubles.world import ROOM, at
from tests.unit.functions.calling.office import Office

DAY = "from=2026-11-23T00:00:00Z&to=2026-11-24T00:00:00Z"


async def test_both_sides_are_told_with_what_they_differ_in(office: Office) -> None:
    room = await office.room()
    key = office.world.invite(at("09:00", "10:00"))
    await office.world.notify()
    told = await office.ask("GET", f"/api/resources/{room}/sides?{DAY}")
    assert (told["equal"], told["resource"], told["from"]) == (True, room, "2026-11-23T00:00:00.000Z")
    office.world.calendar.outlook.move(ROOM, key, at("09:30", "10:30"))
    told = await office.ask("GET", f"/api/resources/{room}/sides?{DAY}")
    (pair,) = told["pairs"]
    assert (told["equal"], pair["equal"], pair["differences"]) == (False, False, ["time"])
    assert pair["calendar"]["start"] == "2026-11-23T09:30:00Z"
    assert pair["platform"]["start"] == "2026-11-23T09:00:00Z"
    assert pair["calendar"]["title"] == pair["platform"]["title"] == "Adele Vance"


async def test_the_coming_fourteen_days_are_compared_unless_told_otherwise(office: Office) -> None:
    room = await office.room()
    told = await office.ask("GET", f"/api/resources/{room}/sides")
    assert (told["from"], told["to"]) == ("2026-11-20T09:00:00.000Z", "2026-12-04T09:00:00.000Z")
    assert told["looked_at"] == "2026-11-20T09:00:00.000Z"


async def test_whose_a_booking_is_and_whether_it_is_confirmed_is_told_of_each_side(office: Office) -> None:
    room = await office.room()
    office.world.invite(at("09:00", "10:00"))
    await office.world.notify()
    (pair,) = (await office.ask("GET", f"/api/resources/{room}/sides?{DAY}"))["pairs"]
    for side in ("calendar", "platform"):
        assert pair[side]["organiser"] == {"address": "adele.vance@contoso.example", "name": "Adele Vance"}
        assert pair[side]["status"] == "confirmed"


async def test_a_private_title_is_told_by_neither_side(office: Office) -> None:
    room = await office.room()
    booking = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z", "title": "Secret", "private": True}
    booking["organiser"] = "ben.walters@contoso.example"
    await office.ask("POST", "/api/platform/resources/matterhorn/bookings", booking)
    await office.world.platform_says()
    told = await office.ask("GET", f"/api/resources/{room}/sides?{DAY}")
    (pair,) = told["pairs"]
    assert (pair["calendar"]["title"], pair["platform"]["title"], pair["platform"]["private"]) == ("", "", True)
    assert (pair["calendar"]["organiser"], pair["platform"]["organiser"]) == (None, None)
    assert told["equal"]


async def test_times_at_which_the_platform_lets_nobody_book_are_told_beside_the_pairs(office: Office) -> None:
    room = await office.room()
    block = {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z", "reason": "Cleaning"}
    await office.ask("POST", "/api/platform/resources/matterhorn/blocks", block)
    told = await office.ask("GET", f"/api/resources/{room}/sides?{DAY}")
    assert [(each["start"], each["reason"]) for each in told["blocks"]] == [("2026-11-23T12:00:00Z", "Cleaning")]
    assert (told["pairs"], told["equal"]) == ([], True)
