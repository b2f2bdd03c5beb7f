"""Settings by tenant, building and kind: set, inherited, explained, and looked at before they are set."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.booking import Person, ResourceFacts
from shared.domain.ids import MailboxId
from tests.doubles.world import at
from tests.unit.functions.calling.office import Office


async def origin(office: Office, room: str, name: str) -> dict[str, Any]:
    told = await office.ask("GET", f"/api/resources/{room}/policy")
    (found,) = (each for each in told["settings"] if each["name"] == name)
    return dict(found)


async def test_a_setting_of_the_tenant_is_followed_by_its_rooms(office: Office) -> None:
    room = await office.room()
    told = await office.ask("POST", "/api/policies", {"level": "tenant", "settings": {"buffer_minutes": 15}})
    assert [each["id"] for each in told["ordered"]] == [room]
    await office.world.settle()
    assert (await office.ask("GET", f"/api/resources/{room}"))["policy"]["buffer_minutes"] == 15
    found = await origin(office, room, "buffer_minutes")
    assert (found["value"], found["from"]) == (15, {"level": "tenant", "name": ""})


async def test_a_room_with_a_setting_of_its_own_keeps_it_until_it_gives_it_back(office: Office) -> None:
    room = await office.room(buffer_minutes=30)
    told = await office.ask("POST", "/api/policies", {"level": "tenant", "settings": {"buffer_minutes": 15}})
    assert told["ordered"] == []
    found = await origin(office, room, "buffer_minutes")
    assert (found["value"], found["from"]["level"], found["inherited"]) == (30, "resource", 15)
    await office.ask("POST", f"/api/resources/{room}/commands", {"verb": "policy", "inherit": ["buffer_minutes"]})
    await office.world.settle()
    found = await origin(office, room, "buffer_minutes")
    assert (found["value"], found["from"]["level"]) == (15, "tenant")


async def test_a_room_that_is_linked_later_follows_what_is_set(office: Office) -> None:
    await office.ask("POST", "/api/policies", {"level": "tenant", "settings": {"titles": "busy"}})
    room = await office.room()
    assert (await office.ask("GET", f"/api/resources/{room}"))["policy"]["titles"] == "busy"


async def test_what_is_given_back_falls_to_the_level_before(office: Office) -> None:
    room = await office.room()
    kind = (await office.ask("GET", f"/api/resources/{room}"))["kind"]
    await office.ask("POST", "/api/policies", {"level": "tenant", "settings": {"units": 2}})
    await office.ask("POST", "/api/policies", {"level": "kind", "name": kind, "settings": {"units": 3}})
    await office.world.settle()
    assert (await origin(office, room, "units"))["from"] == {"level": "kind", "name": kind}
    await office.ask("POST", "/api/policies", {"level": "kind", "name": kind, "inherit": ["units"]})
    await office.world.settle()
    assert (await origin(office, room, "units"))["value"] == 2
    told = await office.ask("GET", "/api/policies")
    assert [(each["level"], each["settings"]) for each in told["scopes"]] == [("tenant", {"units": 2})]


async def test_a_change_is_looked_at_before_it_is_made(office: Office) -> None:
    room = await office.room()
    office.world.direct_entry(at("09:00", "10:00"), "Board")
    await office.world.notify()
    told = await office.ask("POST", "/api/policies/preview", {"level": "tenant", "settings": {"titles": "busy"}})
    (effect,) = told["resources"]
    assert (told["affected"], told["looked_at"], told["next"]) == (1, 1, None)
    assert (effect["id"], effect["before"], effect["after"]) == (room, {"titles": "full"}, {"titles": "busy"})
    assert told["runs"]["changed"] + told["held"]["changed"] == 1
    (example,) = effect["examples"]
    assert (example["when"]["start"], example["steps"][0]["action"]) == ("2026-11-23T09:00:00Z", "change")
    assert "Board" not in str(told)
    assert (await office.ask("GET", f"/api/resources/{room}"))["policy"]["titles"] == "full"
    assert (await office.ask("GET", "/api/policies"))["scopes"] == []
    day = at("09:00", "10:00").start.date()
    listed = await office.ask("GET", f"/api/platform/resources/matterhorn/bookings?day={day}")
    assert [each["title"] for each in listed["bookings"]] == ["Board"]


async def test_more_resources_than_one_answer_looks_at_are_followed_to_the_end(office: Office) -> None:
    rooms = [await another_room(office, number) for number in range(45)]
    change: dict[str, object] = {"level": "tenant", "settings": {"titles": "busy"}}
    pages = [await office.ask("POST", "/api/policies/preview", change)]
    while following := pages[-1]["next"]:
        pages.append(await office.ask("POST", "/api/policies/preview", {**change, "after": following}))
    assert [(each["affected"], each["looked_at"]) for each in pages] == [(45, 20), (45, 20), (45, 5)]
    looked = [each["id"] for page in pages for each in page["resources"]]
    assert (len(looked), set(looked)) == (45, set(rooms))
    assert sum(page[fate]["changed"] for page in pages for fate in ("runs", "held")) == 45


async def another_room(office: Office, number: int) -> str:
    """Link one room of many, with one booking in it."""
    address, mailbox = f"room{number}@contoso.example", MailboxId(f"cccccccc-{number:04}")
    office.world.calendar.add_mailbox(mailbox, owner=Person(address, f"Room {number}"))
    office.world.directory.add(mailbox, address, ResourceFacts(f"Room {number}", zone="Europe/Zurich"))
    office.world.calendar.outlook.direct_entry(mailbox, at("09:00", "10:00"), "Board")
    linked = await office.ask("POST", "/api/resources", {"mailbox": address, "platform": f"room-{number}"})
    await office.world.settle()
    return str(linked["id"])


async def test_of_many_bookings_that_would_change_a_few_stand_as_examples(office: Office) -> None:
    room = await office.room()
    for hour in range(8, 13):
        office.world.direct_entry(at(f"{hour:02}:00", f"{hour + 1:02}:00"), "Board")
    await office.world.notify()
    told = await office.ask("POST", "/api/policies/preview", {"resource": room, "settings": {"titles": "busy"}})
    (effect,) = told["resources"]
    assert effect["runs"]["changed"] + effect["held"]["changed"] == 5
    assert [each["when"]["start"][11:13] for each in effect["examples"]] == ["08", "09", "10"]
    assert effect["zone"] == "Europe/Zurich"


async def test_what_would_change_nothing_has_no_example(office: Office) -> None:
    room = await office.room()
    told = await office.ask("POST", "/api/policies/preview", {"resource": room, "settings": {"sweep_minutes": 30}})
    assert told["resources"][0]["examples"] == []


async def test_one_rooms_own_change_is_looked_at_too(office: Office) -> None:
    room = await office.room()
    told = await office.ask("POST", "/api/policies/preview", {"resource": room, "settings": {"buffer_minutes": 5}})
    assert [each["after"] for each in told["resources"]] == [{"buffer_minutes": "5"}]


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"level": "floor", "settings": {"units": 2}}, "'level' must be one of tenant, building, kind"),
        ({"level": "tenant"}, "give 'settings' to set"),
        (
            {"level": "tenant", "name": "HQ", "settings": {"units": 2}},
            "settings are made for the tenant, without a name",
        ),
        ({"level": "building", "settings": {"units": 2}}, "or for a building or a kind by name"),
        ({"level": "tenant", "settings": {"shadow": True}}, "policy shadow is a setting of one resource alone"),
        ({"level": "tenant", "settings": {"units": 0}}, "policy units is 0; it must be from 1 to 1000"),
    ],
)
async def test_what_makes_no_sense_is_refused_and_nothing_is_set(
    office: Office, body: dict[str, object], sentence: str
) -> None:
    for target in ("/api/policies", "/api/policies/preview"):
        answer = await office.send("POST", target, body)
        assert answer.status == 400
        assert sentence in answer.message
    assert (await office.ask("GET", "/api/policies"))["scopes"] == []


async def test_who_set_what_is_written_down(office: Office) -> None:
    await office.ask("POST", "/api/policies", {"level": "building", "name": "HQ", "settings": {"units": 2}})
    (act,) = (await office.ask("GET", "/api/acts"))["acts"]
    assert act["what"] == "set_policy"
    assert act["after"] == {"level": "building", "name": "HQ", "units": "2"}
