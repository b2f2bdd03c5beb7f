"""Mailboxes as the directory, Places and the mailbox settings show them: pure, only v1.0 properties.

Equipment is in the directory and in no place (facts 5). A room's id in Places is not its directory id.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from local.graph.values import Mailbox, WorkingHours
from local.graph.wire import Json
from local.graph.zones import windows_name

DEFAULT_USER_PROPERTIES = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
"""What GET /users gives without $select (user-list.md)."""
USER_PROPERTIES = (
    *DEFAULT_USER_PROPERTIES,
    "accountEnabled",
    "companyName",
    "department",
    "mailNickname",
    "proxyAddresses",
    "userType",
)
ROOM_PROPERTIES = (
    "id",
    "placeId",
    "emailAddress",
    "displayName",
    "nickname",
    "label",
    "capacity",
    "building",
    "floorNumber",
    "floorLabel",
    "bookingType",
    "phone",
    "tags",
    "isWheelChairAccessible",
    "audioDeviceName",
    "videoDeviceName",
    "displayDeviceName",
    "address",
    "geoCoordinates",
)
USER_PURPOSES = {"user": "user", "room": "room", "equipment": "equipment", "shared": "shared"}
_PLACES = uuid.UUID("0f6e2b1c-76a5-4f0e-8c5c-5d7b5d1e0a77")


def user_body(mailbox: Mailbox) -> Json:
    """Every property of a user that the simulator knows; who answers picks from them."""
    given, _, surname = mailbox.display_name.partition(" ")
    person = mailbox.purpose == "user"
    return {
        "id": mailbox.id,
        "displayName": mailbox.display_name,
        "mail": mailbox.upn,
        "userPrincipalName": mailbox.upn,
        "givenName": given if person else None,
        "surname": surname or None if person else None,
        "jobTitle": mailbox.job_title,
        "department": mailbox.department,
        "companyName": None,
        "businessPhones": [mailbox.place.phone] if mailbox.place.phone else [],
        "mobilePhone": None,
        "officeLocation": mailbox.place.building,
        "preferredLanguage": mailbox.language,
        "accountEnabled": mailbox.enabled,
        "mailNickname": mailbox.upn.partition("@")[0],
        "proxyAddresses": ["SMTP:" + mailbox.upn, *("smtp:" + alias for alias in mailbox.aliases)],
        "userType": "Member",
    }


def place_id(mailbox: Mailbox) -> str:
    """The id of a room in Places."""
    return str(uuid.uuid5(_PLACES, mailbox.id))


def room_body(mailbox: Mailbox) -> Json:
    """A room in Places, type annotation included."""
    place = mailbox.place
    return {
        "@odata.type": "#microsoft.graph.room",
        "id": place_id(mailbox),
        "placeId": place_id(mailbox),
        "displayName": mailbox.display_name,
        "emailAddress": mailbox.upn,
        "nickname": place.nickname or mailbox.display_name,
        "label": place.label,
        "capacity": place.capacity,
        "building": place.building,
        "floorNumber": place.floor_number,
        "floorLabel": place.floor_label,
        "bookingType": place.booking_type,
        "phone": place.phone,
        "tags": list(place.tags),
        "isWheelChairAccessible": place.wheelchair,
        "audioDeviceName": place.audio_device,
        "videoDeviceName": place.video_device,
        "displayDeviceName": place.display_device,
        "address": None,
        "geoCoordinates": None,
    }


def room_lists(rooms: Iterable[Mailbox]) -> dict[str, list[Mailbox]]:
    """The room lists by address: one for each building, as the usual tenant has them."""
    found: dict[str, list[Mailbox]] = {}
    for room in rooms:
        if room.place.building:
            slug = ".".join(room.place.building.lower().split())
            found.setdefault(f"rooms.{slug}@{room.upn.partition('@')[2]}", []).append(room)
    return found


def room_list_body(address: str, rooms: list[Mailbox]) -> Json:
    """A room list in Places."""
    identifier = str(uuid.uuid5(_PLACES, address))
    return {
        "@odata.type": "#microsoft.graph.roomList",
        "id": identifier,
        "placeId": identifier,
        "displayName": f"Rooms in {rooms[0].place.building}",
        "emailAddress": address,
        "phone": None,
        "address": None,
        "geoCoordinates": None,
    }


def hours_body(hours: WorkingHours) -> Json:
    """Working hours; their zone has a Windows name, as in the samples."""
    return {
        "daysOfWeek": list(hours.days),
        "startTime": hours.start + ".0000000",
        "endTime": hours.end + ".0000000",
        "timeZone": {"name": windows_name(hours.zone)},
    }


def settings_body(mailbox: Mailbox) -> Json:
    """The mailbox settings; the zone has a Windows name (microsoft-graph-docs#19284)."""
    now = {"dateTime": "2020-01-01T00:00:00.0000000", "timeZone": "UTC"}
    return {
        "archiveFolder": None,
        "timeZone": windows_name(mailbox.zone),
        "delegateMeetingMessageDeliveryOptions": "sendToDelegateOnly",
        "dateFormat": "yyyy-MM-dd",
        "timeFormat": "HH:mm",
        "userPurpose": USER_PURPOSES[mailbox.purpose],
        "automaticRepliesSetting": {
            "status": "disabled",
            "externalAudience": "all",
            "internalReplyMessage": "",
            "externalReplyMessage": "",
            "scheduledStartDateTime": now,
            "scheduledEndDateTime": now,
        },
        "language": {"locale": "en-US", "displayName": "English (United States)"},
        "workingHours": hours_body(mailbox.hours),
    }
