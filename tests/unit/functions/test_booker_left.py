"""Somebody who has left finds nothing of theirs on the booking page and changes nothing, whichever way they come."""

from __future__ import annotations

from typing import Any

import pytest

from shared.app.follow_people import follow_people
from shared.domain.people import Member, UserId
from tests.doubles.world import World
from tests.unit.functions.calling.building import CARLA, LATE_MORNING, MORNING, NOON, Building
from tests.unit.functions.calling.office import Office
from tests.unit.functions.calling.principals import BEHIND_SIGN_IN, OBJECT_ID, signed_in

Json = Any
OLGA, ALIAS = {"x-lockstep-booker": "olga@contoso.example"}, {"x-lockstep-booker": "OO@contoso.example"}
OLGAS_ID = UserId(OBJECT_ID)
OPERATOR = signed_in("Operator")
WAYS = {
    "who they are": ("GET", "/api/book/me", None),
    "what is free": ("GET", "/api/book/free?from={start}&to={end}", None),
    "a day of a room": ("GET", "/api/book/rooms/{room}", None),
    "their bookings": ("GET", "/api/book/mine", None),
    "one of their bookings": ("GET", "{one}", None),
    "booking": ("POST", "/api/book/rooms/{room}/bookings", NOON),
    "moving one": ("PATCH", "{one}", NOON),
    "taking one to another room": ("POST", "{one}/move", {"room": "{other}"}),
    "cancelling one": ("DELETE", "{one}", None),
}


@pytest.fixture
async def staffed() -> Building:
    """Rooms whose people are followed; Olga is one of them and has booked the morning."""
    office = Office(World(follows_people=True))
    office.world.people.add(Member(OLGAS_ID, OLGA["x-lockstep-booker"], "Olga", aliases=("oo@contoso.example",)))
    await follow_people(office.outside)
    building = await Building(office).open()
    await building.book(MORNING, who=OLGA, title="Workshop")
    await building.settle()
    return building


async def asked(building: Building, way: str, who: Json) -> Any:
    """Go one of the ways, as somebody."""
    method, target, body = WAYS[way]
    (booking,) = await standing(building)
    names = {
        **LATE_MORNING, "room": building.ids["matterhorn"], "other": building.ids["moench"],
        "one": f"{building.bookings()}/{booking['id']}",
    }  # fmt: skip
    filled = {key: value.format(**names) for key, value in body.items()} if body else None
    return await building.office.send(method, target.format(**names), filled, who)


async def standing(building: Building) -> Json:
    """What stands on the platform, as an operator sees it."""
    day = "/api/platform/resources/matterhorn/bookings?day=2026-11-23"
    return (await building.office.ask("GET", day, None, OPERATOR))["bookings"]


async def leave(building: Building) -> None:
    building.office.world.people.remove(OLGAS_ID)
    await building.office.ask("POST", "/api/people/follow")
    await building.settle()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("who", [OLGA, ALIAS], ids=["by their address", "by another address of theirs"])
async def test_whoever_names_a_leaver_is_refused_and_nothing_changes(staffed: Building, way: str, who: Json) -> None:
    await leave(staffed)
    before = await standing(staffed)
    answer = await asked(staffed, way, who)
    assert (answer.status, answer.code) == (403, "booker_left")
    assert "olga@contoso.example has left and can no longer book" in answer.message
    assert await standing(staffed) == before


@pytest.mark.parametrize("way", WAYS)
async def test_a_leaver_whose_token_is_still_good_is_refused_and_nothing_changes(
    staffed: Building, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await leave(staffed)
    for name, value in BEHIND_SIGN_IN.items():
        monkeypatch.setenv(name, value)
    before = await standing(staffed)
    # The token may say an address that the directory no longer knows: the object id is the same.
    answer = await asked(staffed, way, signed_in("Operator", preferred_username="olga.new@contoso.example"))
    assert (answer.status, answer.code) == (403, "booker_left")
    assert await standing(staffed) == before


@pytest.mark.parametrize("way", WAYS)
async def test_whoever_is_there_is_let_in_and_so_is_whoever_is_back(staffed: Building, way: str) -> None:
    await leave(staffed)
    staffed.office.world.people.add(Member(OLGAS_ID, OLGA["x-lockstep-booker"], "Olga"))
    await staffed.office.ask("POST", "/api/people/follow")
    await staffed.settle()
    assert (await asked(staffed, way, OLGA)).status in (200, 201)


async def test_it_is_said_in_the_language_of_the_reader(staffed: Building) -> None:
    await leave(staffed)
    answer = await asked(staffed, "their bookings", {**OLGA, "Accept-Language": "de"})
    assert "ist ausgetreten und kann nicht mehr buchen" in answer.message


async def test_others_go_on(staffed: Building) -> None:
    await leave(staffed)
    assert (await asked(staffed, "a day of a room", CARLA)).status == 200
    assert (await asked(staffed, "one of their bookings", CARLA)).status == 404
