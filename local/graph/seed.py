"""Company data: what `POST /sim/reset` takes, and the small company that stands where nothing was given."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

from local.graph.store import Store
from local.graph.values import Mailbox, MailboxId, Place, Processing, Purpose, WorkingHours
from local.graph.wire import Json

DOMAIN = "contoso.example"
ZURICH = "Europe/Zurich"
NEW_YORK = "America/New_York"

_NAMESPACE = uuid.UUID("5f2d2f1e-4a57-4c5e-9d8a-2f6d3c1b7e90")

_PEOPLE = (
    ("Adele Vance", "Sales", ZURICH),
    ("Bruno Keller", "Engineering", ZURICH),
    ("Chiara Rossi", "Engineering", ZURICH),
    ("Dario Meier", "Facilities", ZURICH),
    ("Erin Walsh", "Sales", NEW_YORK),
    ("Frank Ortiz", "Finance", NEW_YORK),
    ("Grace Liu", "Engineering", NEW_YORK),
    ("Hana Novak", "Finance", NEW_YORK),
)


def _room(name: str, zone: str, **place: Any) -> Json:
    return {"displayName": name, "timeZone": zone, **place}


_ROOMS: tuple[Json, ...] = (
    _room("Matterhorn", ZURICH, capacity=12, building="Zurich HQ", floorNumber=3, floorLabel="3",
          phone="+41 44 555 01 01", tags=["whiteboard", "hybrid"], videoDeviceName="Teams Room"),
    _room("Eiger", ZURICH, capacity=4, building="Zurich HQ", floorNumber=1, floorLabel="1", tags=["huddle"]),
    _room("Rhine Boardroom", ZURICH, capacity=20, building="Zurich HQ", floorNumber=5, floorLabel="5",
          tags=["boardroom"], isWheelChairAccessible=True, processing={"automateProcessing": "AutoUpdate"}),
    _room("Limmat Project Room", ZURICH, capacity=8, building="Zurich HQ", floorNumber=2, floorLabel="2",
          processing={"removeCanceledMeetings": True}),
    _room("Hudson", NEW_YORK, capacity=10, building="New York", floorNumber=14, floorLabel="14",
          phone="+1 212 555 0114", videoDeviceName="Teams Room"),
    _room("Bryant Phone Booth", NEW_YORK, capacity=1, building="New York", floorNumber=14, floorLabel="14",
          processing={"maximumDurationInMinutes": 60}),
)  # fmt: skip

_EQUIPMENT: tuple[Json, ...] = (_room("Projector Cart", ZURICH),)


def default_company() -> Json:
    """6 rooms of several kinds, 1 piece of equipment, 8 people in 2 time zones."""
    people = [{"displayName": name, "department": team, "timeZone": zone} for name, team, zone in _PEOPLE]
    return {"users": people, "rooms": list(_ROOMS), "equipment": list(_EQUIPMENT)}


def populate(store: Store, company: Mapping[str, Any] | None = None) -> None:
    """Replace the tenant by the given company, or by the default one."""
    store.reset()
    wanted = company or default_company()
    kinds: tuple[tuple[str, Purpose], ...] = (
        ("users", "user"),
        ("rooms", "room"),
        ("equipment", "equipment"),
        ("shared", "shared"),
    )
    for key, purpose in kinds:
        for entry in wanted.get(key) or ():
            store.put_mailbox(mailbox_from(entry, purpose))


def mailbox_from(entry: Mapping[str, Any], purpose: Purpose) -> Mailbox:
    """A mailbox of a company file; what is not given is derived from the display name, ids included."""
    upn = entry.get("userPrincipalName") or entry.get("mail") or _address(entry["displayName"])
    zone = str(entry.get("timeZone", ZURICH))
    blank = Mailbox(
        id=MailboxId(entry.get("id") or str(uuid.uuid5(_NAMESPACE, upn.lower()))),
        upn=upn,
        display_name=entry.get("displayName", upn),
        purpose=purpose,
        zone=zone,
        hours=WorkingHours(zone=zone),
        enabled=purpose == "user",
    )
    return changed(blank, entry)


def _address(name: str) -> str:
    return ".".join(name.lower().split()) + "@" + DOMAIN


_PLACE = {
    "capacity": "capacity",
    "building": "building",
    "floorNumber": "floor_number",
    "floorLabel": "floor_label",
    "label": "label",
    "nickname": "nickname",
    "phone": "phone",
    "bookingType": "booking_type",
    "audioDeviceName": "audio_device",
    "videoDeviceName": "video_device",
    "displayDeviceName": "display_device",
    "isWheelChairAccessible": "wheelchair",
}
_PLAIN = {
    "displayName": "display_name",
    "timeZone": "zone",
    "state": "state",
    "jobTitle": "job_title",
    "department": "department",
    "preferredLanguage": "language",
    "accountEnabled": "enabled",
}


def changed(mailbox: Mailbox, entry: Mapping[str, Any]) -> Mailbox:
    """The mailbox with what the entry names; `processing` takes the names of Set-CalendarProcessing without
    case.
    """
    place: Place = replace(mailbox.place, **_renamed(entry, _PLACE))
    if "tags" in entry:
        place = replace(place, tags=tuple(entry["tags"]))
    hours = mailbox.hours
    if "workingHours" in entry:
        given = entry["workingHours"]
        hours = replace(hours, **{**given, "days": tuple(given.get("days", hours.days))})
    aliases = tuple(entry["aliases"]) if "aliases" in entry else mailbox.aliases
    processing = processing_from(mailbox.processing, entry.get("processing") or {})
    plain = _renamed(entry, _PLAIN)
    return replace(mailbox, **plain, place=place, hours=hours, aliases=aliases, processing=processing)


def _renamed(entry: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {target: entry[source] for source, target in names.items() if source in entry}


def processing_from(current: Processing, entry: Mapping[str, Any]) -> Processing:
    """Calendar processing with the named settings replaced; an unknown name is a ValueError that says so."""
    known = {field.name.replace("_", ""): field.name for field in fields(Processing)}
    given = {}
    for name, value in entry.items():
        target = known.get(name.lower().replace("_", ""))
        if target is None:
            raise ValueError(f"'{name}' is no setting of calendar processing; known are {', '.join(known.values())}.")
        given[target] = value
    return replace(current, **given)
