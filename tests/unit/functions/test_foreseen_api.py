"""Plans over the API: described, without a title, and without a trace."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.doubles.world import ROOM, at
from tests.unit.functions.calling.office import Office

NINE, TEN = at("09:00", "10:00"), at("10:00", "11:00")


@pytest.fixture
def office() -> Office:
    return Office()


async def test_a_plan_is_shown_without_a_title(office: Office) -> None:
    room = await office.room()
    office.world.invite(NINE, title="Redundancies", private=True)
    office.world.direct_entry(TEN, "Layoffs")
    seen = await office.ask("GET", f"/api/resources/{room}/plan")
    assert seen["runs"] == {
        "bookings": 2, "created": 2, "matched": 0, "changed": 0, "cancelled": 0, "declined": 0, "mails": 0
    }  # fmt: skip
    assert "Redundancies" not in json.dumps(seen)
    assert "Layoffs" not in json.dumps(seen)


async def test_of_a_long_plan_what_is_held_comes_first(office: Office) -> None:
    room = await office.room(cancellations_held_above=0)
    key = office.world.invite(TEN)
    await office.world.notify()
    office.world.calendar.outlook.cancel(ROOM, key)
    office.world.invite(NINE)
    seen = await office.ask("GET", f"/api/resources/{room}/plan?limit=1")
    assert [each["fate"] for each in seen["bookings"]] == ["held"]
    assert (seen["held"]["cancelled"], seen["runs"]["created"]) == (1, 1)
    assert seen["why"] == "1 booking would be cancelled at once; the policy allows 0"


@pytest.mark.parametrize(("query", "status"), [("full=perhaps", 400), ("limit=0", 400), ("full=true", 200)])
async def test_what_can_be_asked_is_checked(office: Office, query: str, status: int) -> None:
    room = await office.room()
    assert (await office.send("GET", f"/api/resources/{room}/plan?{query}")).status == status


async def test_why_tells_a_bookings_story_in_words_and_without_a_title(office: Office) -> None:
    room = await office.room()
    key = office.world.invite(NINE, title="Redundancies", private=True)
    await office.world.notify()
    story = await office.ask("GET", f"/api/resources/{room}/why?event={quote(str(key), safe='')}")
    assert [each["sentence"] for each in story["history"]] == [
        "It was new in the calendar and was made on the platform."
    ]
    assert (story["calendar"]["takes_place"], story["platform"]["takes_place"]) == (True, True)
    assert story["platform"]["key"] == story["mapping"]["booking"]
    assert "Redundancies" not in json.dumps(story)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 400),
        ("mapping=x", 400),
        ("event=a&booking=b", 400),
        ("event=a@yesterday", 400),
        ("booking=nobody", 404),
    ],
)
async def test_why_needs_one_name_of_a_booking_that_was_seen(office: Office, query: str, status: int) -> None:
    room = await office.room()
    assert (await office.send("GET", f"/api/resources/{room}/why?{query}")).status == status
