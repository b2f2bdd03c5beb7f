"""People over the API: who is there, who may book, and what becomes of the bookings of those who have left."""

from __future__ import annotations

import pytest

from shared.app.follow_people import follow_people
from shared.domain.people import Member, UserId
from tests.doubles.world import BEN, World, at
from tests.unit.functions.calling.office import Office

BOOKINGS = "/api/platform/resources/matterhorn/bookings"
MORNING = {"start": "2026-11-23T09:00:00Z", "end": "2026-11-23T10:00:00Z"}
NOON = {"start": "2026-11-23T12:00:00Z", "end": "2026-11-23T13:00:00Z"}
BEN_ID, ADELE_ID = UserId("bbbbbbbb-0000-0000-0000-00000000000b"), UserId("bbbbbbbb-0000-0000-0000-00000000000a")
HERE = f"/api/people/{BEN_ID}/bookings"


@pytest.fixture
async def staffed() -> Office:
    """An app that follows a directory of Adele and Ben, with the room linked."""
    world = World(follows_people=True)
    office = Office(world)
    world.people.add(Member(ADELE_ID, "adele.vance@contoso.example", "Adele Vance"))
    world.people.add(Member(BEN_ID, BEN.address, BEN.name, aliases=("ben@contoso.example",)))
    await follow_people(world.outside)
    await office.room()
    return office


async def leave(office: Office) -> None:
    office.world.people.remove(BEN_ID)
    await office.ask("POST", "/api/people/follow")
    await office.world.settle()


async def test_everybody_is_listed_and_leavers_apart(staffed: Office) -> None:
    told = await staffed.ask("GET", "/api/people")
    assert ([each["name"] for each in told["people"]], told["active"]) == (["Adele Vance", "Ben Walters"], 2)
    await leave(staffed)
    (left,) = (await staffed.ask("GET", "/api/people?left=true"))["people"]
    assert (left["id"], left["active"]) == (BEN_ID, False)


async def test_a_long_list_comes_in_pages_in_a_fixed_order(staffed: Office) -> None:
    for number in range(5):
        staffed.world.people.add(Member(UserId(f"cccccccc-0000-0000-0000-00000000000{number}"), f"c{number}@x.example"))
    await staffed.ask("POST", "/api/people/follow")
    await staffed.world.settle()
    seen: list[str] = []
    target: str | None = "/api/people?limit=3"
    while target:
        page = await staffed.ask("GET", target)
        seen += [each["id"] for each in page["people"]]
        target = f"/api/people?limit=3&after={page['next']}" if page["next"] else None
    assert len(seen) == 7
    assert seen == sorted(set(seen))


async def test_where_no_directory_is_followed_the_answer_says_how(office: Office) -> None:
    answer = await office.send("GET", "/api/people")
    assert answer.status == 404
    assert "LOCKSTEP_FOLLOW_PEOPLE" in answer.message


async def test_a_booking_under_an_alias_belongs_to_the_person(staffed: Office) -> None:
    made = await staffed.ask("POST", BOOKINGS, {**MORNING, "organiser": "BEN@contoso.example"})
    assert made["organiser"] == {"address": BEN.address, "name": BEN.name}


async def test_a_leaver_can_neither_book_nor_be_given_a_booking(staffed: Office) -> None:
    made = await staffed.ask("POST", BOOKINGS, {**NOON, "organiser": "adele.vance@contoso.example"})
    await leave(staffed)
    refused = await staffed.send("POST", BOOKINGS, {**MORNING, "organiser": "ben@contoso.example"})
    assert (refused.status, refused.code) == (422, "booker_left")
    given = await staffed.send("PATCH", f"{BOOKINGS}/{made['id']}", {"organiser": BEN.address})
    assert (given.status, given.code) == (422, "booker_left")


async def test_somebody_unknown_books_as_the_policy_says(staffed: Office) -> None:
    eve = {**MORNING, "organiser": "eve@elsewhere.example"}
    assert (await staffed.send("POST", BOOKINGS, eve)).status == 201
    order = {"verb": "policy", "settings": {"unknown_bookers": "refuse"}}
    await staffed.ask("POST", f"/api/resources/{staffed.world.resource_id}/commands", order)
    await staffed.world.settle()
    refused = await staffed.send("POST", BOOKINGS, {**NOON, "organiser": "eve@elsewhere.example"})
    assert (refused.status, refused.code) == (422, "unknown_booker")
    assert (await staffed.send("POST", BOOKINGS, NOON)).code == "unknown_booker"


async def test_a_newcomer_whom_nobody_has_told_us_of_yet_may_book(staffed: Office) -> None:
    order = {"verb": "policy", "settings": {"unknown_bookers": "refuse"}}
    await staffed.ask("POST", f"/api/resources/{staffed.world.resource_id}/commands", order)
    await staffed.world.settle()
    staffed.world.people.add(Member(UserId("new"), "nora@contoso.example", "Nora"))
    assert (await staffed.ask("POST", BOOKINGS, {**NOON, "organiser": "nora@contoso.example"}))["status"] == "confirmed"


async def _two_bookings_and_a_meeting(office: Office) -> None:
    for times in (MORNING, NOON):
        await office.ask("POST", BOOKINGS, {**times, "organiser": "ben@contoso.example", "title": "Review"})
    office.world.invite(at("15:00", "16:00"), BEN)
    await office.world.notify()
    await leave(office)


async def test_the_coming_bookings_of_a_leaver_are_listed_and_no_others(staffed: Office) -> None:
    await _two_bookings_and_a_meeting(staffed)
    later = {"start": "2026-11-23T18:00:00Z", "end": "2026-11-23T19:00:00Z"}
    await staffed.ask("POST", BOOKINGS, {**later, "organiser": "adele.vance@contoso.example"})
    listed = (await staffed.ask("GET", HERE))["bookings"]
    assert [each["start"][11:16] for each in listed] == ["09:00", "12:00", "15:00"]
    assert [each["can_be_handed_over"] for each in listed] == [True, True, False]
    assert "Review" not in str(listed)
    assert (await staffed.ask("GET", "/api/people/ben@contoso.example/bookings"))["bookings"] == listed


async def test_released_are_exactly_the_bookings_that_were_approved(staffed: Office) -> None:
    await _two_bookings_and_a_meeting(staffed)
    plan = await staffed.ask("POST", HERE, {"verb": "release"})
    assert len(staffed.world.on_calendar()) == 3
    done = await staffed.ask("POST", HERE, {"verb": "release", "approve": plan["plan"]})
    assert [each["why"] for each in done["done"]] == ["", "", ""]
    await staffed.world.settle()
    await staffed.world.platform_says()
    assert staffed.world.on_calendar() == ()
    assert (await staffed.ask("GET", HERE))["bookings"] == []


async def test_handed_over_are_bookings_and_not_somebodys_meetings(staffed: Office) -> None:
    await _two_bookings_and_a_meeting(staffed)
    order = {"verb": "hand_over", "to": "ADELE.vance@contoso.example"}
    plan = await staffed.ask("POST", HERE, order)
    assert (len(plan["bookings"]), len(plan["left_out"]), plan["to"]) == (2, 1, "adele.vance@contoso.example")
    await staffed.ask("POST", HERE, {**order, "approve": plan["plan"]})
    await staffed.world.platform_says()
    listed = (await staffed.ask("GET", f"{BOOKINGS}?day=2026-11-23"))["bookings"]
    owners = [each["organiser"]["name"] for each in listed]
    assert sorted(owners) == ["Adele Vance", "Adele Vance", "Ben Walters"]


async def test_a_plan_that_is_no_longer_true_is_not_carried_out(staffed: Office) -> None:
    await _two_bookings_and_a_meeting(staffed)
    plan = await staffed.ask("POST", HERE, {"verb": "release"})
    first = plan["bookings"][0]["booking"]
    await staffed.ask("PATCH", f"{BOOKINGS}/{first}", {"title": "Changed meanwhile"})
    answer = await staffed.send("POST", HERE, {"verb": "release", "approve": plan["plan"]})
    assert (answer.status, answer.code) == (409, "changed_meanwhile")
    assert len(staffed.world.on_calendar()) == 3


async def test_only_some_may_be_released(staffed: Office) -> None:
    await _two_bookings_and_a_meeting(staffed)
    (first, *_) = (await staffed.ask("GET", HERE))["bookings"]
    order = {"verb": "release", "bookings": [first["booking"]]}
    plan = await staffed.ask("POST", HERE, order)
    done = await staffed.ask("POST", HERE, {**order, "approve": plan["plan"]})
    assert [each["booking"] for each in done["done"]] == [first["booking"]]
    assert len((await staffed.ask("GET", HERE))["bookings"]) == 2


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({"verb": "burn"}, 400, "release, hand_over"),
        ({"verb": "hand_over"}, 400, "needs it"),
        ({"verb": "release", "to": "adele.vance@contoso.example"}, 400, "belongs to"),
        ({"verb": "hand_over", "to": "eve@elsewhere.example"}, 422, "not in the directory"),
        ({"verb": "hand_over", "to": "ben@contoso.example"}, 422, "has left"),
    ],
)
async def test_an_order_that_makes_no_sense_is_refused_in_words(
    staffed: Office, body: dict[str, str], status: int, says: str
) -> None:
    await leave(staffed)
    answer = await staffed.send("POST", HERE, body)
    assert answer.status == status
    assert says in answer.message


async def test_the_bookings_of_somebody_who_is_there_are_theirs(staffed: Office) -> None:
    answer = await staffed.send("POST", HERE, {"verb": "release"})
    assert answer.status == 400
    assert "has not left" in answer.message


async def test_an_unknown_person_is_not_found(staffed: Office) -> None:
    assert (await staffed.send("GET", "/api/people/nobody@contoso.example/bookings")).status == 404
    assert (await staffed.send("GET", "/api/people/%23/bookings")).status == 404
