"""Events of one calendar: create, read, change, delete, ids, versions, transactions (facts 3.1 to 3.7)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.graph.calendars import (
    ADELE,
    EIGER,
    IMMUTABLE,
    at,
    change,
    create,
    day,
    event_path,
    meeting,
    read,
    view,
)
from tests.integration.graph.simulator import Client, running

PROPERTY = "String {66f5a359-4659-4830-9070-00047ec6ac6e} Name LockstepId"


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


async def test_an_event_reads_in_utc_with_seven_digits_and_in_the_zone_that_was_asked_for(graph: Client) -> None:
    made = await create(graph, EIGER, meeting("2027-01-12", "09:00", "10:30"))
    assert made["start"] == {"dateTime": "2027-01-12T08:00:00.0000000", "timeZone": "UTC"}
    prefer = {"Prefer": 'IdType="ImmutableId", outlook.timezone="Eastern Standard Time"'}
    shown = (await graph.get(event_path(EIGER, made["id"]), headers=prefer)).body
    assert shown["start"] == {"dateTime": "2027-01-12T03:00:00.0000000", "timeZone": "Eastern Standard Time"}
    assert shown["originalStartTimeZone"] == "Europe/Zurich"


async def test_an_unknown_zone_is_refused(graph: Client) -> None:
    body = meeting(day(5), "09:00", "10:00") | {"start": at(day(5), "09:00", "Middle Earth")}
    answer = await graph.post(f"/v1.0/users/{EIGER}/events", body)
    assert (answer.status, answer.code) == (400, "TimeZoneNotSupportedException")


async def test_the_room_is_organizer_of_what_is_written_into_its_calendar(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    assert made["isOrganizer"] is True
    assert made["responseStatus"]["response"] == "organizer"
    assert made["organizer"]["emailAddress"]["address"] == EIGER


async def test_the_attendant_does_not_check_what_is_written_into_the_rooms_calendar(graph: Client) -> None:
    for _ in range(2):
        await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    assert [item["subject"] for item in await view(graph, EIGER)] == ["Planning", "Planning"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (at("2027-01-12", "09:00"), at("2027-01-13", "00:00")),
        (at("2027-01-12", "00:00"), at("2027-01-12", "00:00")),
        (at("2027-01-12", "00:00"), at("2027-01-13", "00:00", "UTC")),
    ],
    ids=["not midnight", "no day long", "two zones"],
)
async def test_an_all_day_event_is_whole_days_in_one_zone(graph: Client, start: Any, end: Any) -> None:
    body = {"subject": "Fair", "isAllDay": True, "start": start, "end": end}
    answer = await graph.post(f"/v1.0/users/{EIGER}/events", body)
    assert (answer.status, answer.code) == (400, "ErrorInvalidRequest")


async def test_an_all_day_event_is_a_date_in_every_zone_and_the_mailboxs_own_day(graph: Client) -> None:
    body = {"subject": "Fair", "isAllDay": True, "start": at("2027-01-12", "00:00"), "end": at("2027-01-13", "00:00")}
    made = await create(graph, EIGER, body)
    assert made["start"] == {"dateTime": "2027-01-12T00:00:00.0000000", "timeZone": "UTC"}
    before = "startDateTime=2027-01-11T22:00:00Z&endDateTime=2027-01-11T23:00:00Z"
    within = "startDateTime=2027-01-11T23:00:00Z&endDateTime=2027-01-11T23:30:00Z"
    assert (await graph.get(f"/v1.0/users/{EIGER}/calendarView?{before}")).body["value"] == []
    assert len((await graph.get(f"/v1.0/users/{EIGER}/calendarView?{within}")).body["value"]) == 1


async def test_every_write_has_its_own_change_key_and_if_match_holds_to_it(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    old = {"If-Match": made["@odata.etag"], **IMMUTABLE}
    first = await change(graph, EIGER, made["id"], {"subject": "A"}, headers=old)
    assert first.body["changeKey"] != made["changeKey"]
    assert first.body["@odata.etag"] == f'W/"{first.body["changeKey"]}"'
    second = await change(graph, EIGER, made["id"], {"subject": "B"}, headers=old)
    assert (second.status, second.code) == (412, "ErrorIrresolvableConflict")
    assert (await read(graph, EIGER, made["id"]))["subject"] == "A"


async def test_a_transaction_repeated_with_the_same_content_gives_the_same_event(graph: Client) -> None:
    body = meeting(day(5), "09:00", "10:00", transactionId="one")
    first, second = await create(graph, EIGER, body), await create(graph, EIGER, body)
    assert first["id"] == second["id"]
    assert len(await view(graph, EIGER)) == 1


async def test_a_transaction_repeated_with_other_content_names_the_event_that_exists(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00", transactionId="one"))
    other = meeting(day(5), "11:00", "12:00", transactionId="one")
    answer = await graph.post(f"/v1.0/users/{EIGER}/events", other, headers=IMMUTABLE)
    assert (answer.status, answer.code) == (400, "ErrorDuplicateTransactionId")
    assert answer.body["error"]["@event.existingEventId"] == made["id"]


async def test_a_transaction_id_is_each_mailboxs_own(graph: Client) -> None:
    first = await create(graph, EIGER, meeting(day(5), "09:00", "10:00", transactionId="one"))
    second = await create(graph, ADELE, meeting(day(6), "09:00", "10:00", transactionId="one"))
    assert first["id"] != second["id"]


async def test_a_deleted_event_is_read_by_its_immutable_id_only_and_listed_nowhere(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    default_id = (await graph.get(f"/v1.0/users/{EIGER}/events")).body["value"][0]["id"]
    assert default_id != made["id"]
    assert (await graph.ask("DELETE", event_path(EIGER, default_id))).status == 204
    assert (await read(graph, EIGER, made["id"]))["isCancelled"] is False
    assert (await graph.get(event_path(EIGER, default_id))).code == "ErrorItemNotFound"
    assert await view(graph, EIGER) == []
    assert (await graph.get(f"/v1.0/users/{EIGER}/events")).body["value"] == []


async def test_a_permanently_deleted_event_is_not_found(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    assert (await graph.post(event_path(EIGER, made["id"], "/permanentDelete"), {})).status == 204
    answer = await graph.get(event_path(EIGER, made["id"]))
    assert (answer.status, answer.code) == (404, "ErrorItemNotFound")


async def test_ids_are_case_sensitive_and_belong_to_one_mailbox(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    assert (await graph.get(event_path(EIGER, made["id"].swapcase()))).status in (400, 404)
    assert (await graph.get(event_path(ADELE, made["id"]))).code == "ErrorItemNotFound"


async def test_an_extended_property_is_stored_expanded_and_found(graph: Client) -> None:
    stamp = {"singleValueExtendedProperties": [{"id": PROPERTY, "value": "B-17"}]}
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00") | stamp)
    await create(graph, EIGER, meeting(day(5), "11:00", "12:00"))
    expand = quote(f"singleValueExtendedProperties($filter=id eq '{PROPERTY}')")
    shown = await read(graph, EIGER, made["id"], f"?$expand={expand}")
    assert shown["singleValueExtendedProperties"] == [{"id": PROPERTY, "value": "B-17"}]
    assert "singleValueExtendedProperties" not in await read(graph, EIGER, made["id"])
    # The value is compared without case, the name with it (facts 3.3).
    for name, value, found in ((PROPERTY, "b-17", 1), (PROPERTY.replace("Lock", "lock"), "B-17", 0)):
        wanted = f"singleValueExtendedProperties/Any(ep: ep/id eq '{name}' and ep/value eq '{value}')"
        answer = await graph.get(f"/v1.0/users/{EIGER}/events?$filter={quote(wanted)}", headers=IMMUTABLE)
        assert [item["id"] for item in answer.body["value"]] == [made["id"]] * found


async def test_an_event_is_found_by_its_icaluid(graph: Client) -> None:
    made = await create(graph, EIGER, meeting(day(5), "09:00", "10:00"))
    await create(graph, EIGER, meeting(day(5), "11:00", "12:00"))
    query = quote(f"iCalUId eq '{made['iCalUId']}'")
    answer = await graph.get(f"/v1.0/users/{EIGER}/events?$filter={query}&$select=subject", headers=IMMUTABLE)
    assert [item["id"] for item in answer.body["value"]] == [made["id"]]
    assert set(answer.body["value"][0]) == {"@odata.etag", "id", "subject"}


async def test_a_filter_that_is_not_known_is_refused(graph: Client) -> None:
    answer = await graph.get(f"/v1.0/users/{EIGER}/events?$filter={quote('transactionId eq')}")
    assert answer.status == 400


async def test_lists_come_in_pages_with_absolute_links(graph: Client) -> None:
    made = {(await create(graph, EIGER, meeting(day(5 + n), "09:00", "10:00")))["id"] for n in range(5)}
    link, found, pages = f"/v1.0/users/{EIGER}/events?$top=2", [], 0
    while link:
        page = (await graph.get(link, headers=IMMUTABLE)).body
        found += [item["id"] for item in page["value"]]
        link, pages = page.get("@odata.nextLink", ""), pages + 1
        assert not link or link.startswith(graph.base + "/v1.0/")
    assert (set(found), len(found), pages) == (made, 5, 3)


async def test_a_patch_changes_what_it_names_and_replaces_attendees_wholesale(graph: Client) -> None:
    body = meeting(day(5), "09:00", "10:00", ADELE, "bruno.keller@contoso.example", categories=["Red"])
    made = await create(graph, EIGER, body)
    attendees = [{"emailAddress": {"address": ADELE}, "type": "optional"}]
    shown = (await change(graph, EIGER, made["id"], {"attendees": attendees, "showAs": "tentative"})).body
    assert [item["emailAddress"]["address"] for item in shown["attendees"]] == [ADELE]
    assert (shown["showAs"], shown["categories"], shown["subject"]) == ("tentative", ["Red"], "Planning")


async def test_a_value_outside_its_enumeration_is_refused(graph: Client) -> None:
    answer = await graph.post(f"/v1.0/users/{EIGER}/events", meeting(day(5), "09:00", "10:00", showAs="occupied"))
    assert answer.status == 400


@pytest.mark.parametrize(
    ("state", "status", "code"),
    [
        ("inactive", 404, "MailboxNotEnabledForRESTAPI"),
        ("softDeleted", 404, "MailboxNotEnabledForRESTAPI"),
        ("denied", 403, "ErrorAccessDenied"),
    ],
)
async def test_a_mailbox_that_cannot_be_reached_says_why(graph: Client, state: str, status: int, code: str) -> None:
    assert (await graph.ask("PATCH", f"/sim/mailboxes/{EIGER}", {"state": state})).status == 200
    answer = await graph.get(f"/v1.0/users/{EIGER}/events")
    assert (answer.status, answer.code) == (status, code)


async def test_doubled_slashes_and_encoded_addresses_are_understood(graph: Client) -> None:
    assert (await graph.get(f"/v1.0//users/{quote(EIGER, safe='')}//calendar/events")).status == 200
