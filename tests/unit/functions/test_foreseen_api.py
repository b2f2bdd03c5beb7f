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
    (told,) = story["history"]
    assert told["code"] == "created_on_platform"
    assert told["sentence"].startswith("It was new in the calendar and was made on the platform")
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


async def test_a_bulk_plan_is_shown_before_it_is_undone_and_gone_after(office: Office) -> None:
    office.world.invite(NINE)
    room = await office.room()
    here = f"/api/resources/{room}"
    shown = (await office.ask("GET", here))["bulk_plan"]
    assert (shown["of"], shown["total"], shown["done"], shown["left"]) == ("link", 1, 1, 0)
    found = await office.ask("GET", f"{here}/undo")
    assert (found["plan"], len(found["removes"]), found["keeps"], found["others"]) == (shown["id"], 1, [], 0)
    await office.ask("POST", f"{here}/commands", {"verb": "undo", "plan": shown["id"]})
    await office.world.settle()
    day = await office.ask("GET", "/api/platform/resources/matterhorn/bookings?day=2026-11-23")
    assert day["bookings"] == []
    assert len(office.world.on_calendar()) == 1


@pytest.mark.parametrize("body", [{"verb": "undo"}, {"verb": "undo", "plan": "last"}, {"verb": "retry", "plan": "x"}])
async def test_an_undo_names_what_it_takes_back(office: Office, body: object) -> None:
    room = await office.room()
    assert (await office.send("POST", f"/api/resources/{room}/commands", body)).status == 400


async def test_a_room_without_a_bulk_plan_has_nothing_to_undo(office: Office) -> None:
    room = await office.room()
    assert (await office.send("GET", f"/api/resources/{room}/undo")).status == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"verb": "approve", "actions": ["create"]}, 202),
        ({"verb": "approve", "actions": ["explode"]}, 400),
        ({"verb": "discard", "mappings": []}, 400),
        ({"verb": "prove", "mappings": ["x"]}, 400),
    ],
)
async def test_an_approval_may_be_narrowed_to_what_makes_sense(office: Office, body: object, status: int) -> None:
    room = await office.room()
    assert (await office.send("POST", f"/api/resources/{room}/commands", body)).status == status
