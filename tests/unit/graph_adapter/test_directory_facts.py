"""What directory, mailbox settings and Places say together about a mailbox; and names of zones."""

from __future__ import annotations

from typing import Any

import pytest

from shared.adapters.graph.directory import facts
from shared.adapters.graph.zones import UnknownZoneError, iana_name, zone

USER = {"id": "1", "displayName": "Matterhorn (dir)", "businessPhones": ["+41 1"]}
ROOM = {"userPurpose": "room", "timeZone": "Romance Standard Time"}
PLACE = {
    "displayName": "Matterhorn", "capacity": 12, "building": "HQ", "floorNumber": 3, "floorLabel": "third",
    "phone": "+41 2", "audioDeviceName": "Speaker", "videoDeviceName": None, "displayDeviceName": "Screen",
    "isWheelChairAccessible": True, "tags": ["whiteboard"],
}  # fmt: skip


def test_places_say_most_about_a_room() -> None:
    told = facts(USER, ROOM, PLACE)
    assert (told.name, told.kind, told.capacity, told.building, told.floor) == ("Matterhorn", "room", 12, "HQ", "third")
    assert (told.zone, told.phone) == ("Europe/Paris", "+41 2")
    assert told.features == ("audio", "display", "wheelchair", "whiteboard")


def test_the_directory_alone_says_name_and_phone() -> None:
    told = facts(USER, {}, {})
    assert (told.name, told.phone, told.zone, told.capacity) == ("Matterhorn (dir)", "+41 1", "UTC", None)


@pytest.mark.parametrize(
    ("settings", "place", "kind"),
    [
        ({"userPurpose": "equipment"}, {}, "equipment"),
        ({"userPurpose": "user"}, {}, "user"),
        ({}, PLACE, "room"),
        ({}, {}, "room"),
    ],
)
def test_the_kind_is_what_the_mailbox_is_for(settings: dict[str, Any], place: dict[str, Any], kind: str) -> None:
    assert facts(USER, settings, place).kind == kind


@pytest.mark.parametrize(("value", "capacity"), [(12, 12), ("12", 12), (None, None), ("many", None), (-1, None)])
def test_a_capacity_is_a_number_also_as_text(value: Any, capacity: int | None) -> None:
    assert facts(USER, ROOM, {**PLACE, "capacity": value}).capacity == capacity


@pytest.mark.parametrize(
    ("place", "floor"),
    [({"floorNumber": 0}, "0"), ({"floorNumber": 3, "floorLabel": ""}, "3"), ({"floorLabel": "EG"}, "EG"), ({}, "")],
)
def test_a_floor_is_its_label_or_its_number(place: dict[str, Any], floor: str) -> None:
    assert facts(USER, ROOM, place).floor == floor


@pytest.mark.parametrize(
    ("name", "iana"),
    [
        ("UTC", "UTC"),
        ("tzone://Microsoft/Utc", "UTC"),
        ("Eastern Standard Time", "America/New_York"),
        ("Asia/Tokyo", "Asia/Tokyo"),
    ],
)
def test_windows_and_iana_names_are_one_zone(name: str, iana: str) -> None:
    assert iana_name(name) == iana
    assert zone(name).key == iana


@pytest.mark.parametrize(
    "name", ["Mars/Olympus", "", "tzone://Microsoft/Custom", "../etc/passwd", "Customized Time Zone"]
)
def test_a_name_that_is_no_zone_is_never_taken_for_utc(name: str) -> None:
    with pytest.raises(UnknownZoneError):
        zone(name)


@pytest.mark.parametrize("name", ["Mars/Olympus", None, ""])
def test_a_mailbox_whose_zone_is_not_known_is_shown_in_utc(name: str | None) -> None:
    assert facts(USER, {"timeZone": name}, {}).zone == "UTC"
