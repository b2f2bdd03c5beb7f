"""Users, users/delta, places and mailbox settings (facts 2.6 and 5), asked plainly and through msgraph-sdk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from kiota_abstractions.authentication.anonymous_authentication_provider import AnonymousAuthenticationProvider
from msgraph.generated.models.user_purpose import UserPurpose
from msgraph.graph_request_adapter import GraphRequestAdapter
from msgraph.graph_service_client import GraphServiceClient

from tests.integration.graph.simulator import Client, running

EIGER = "/v1.0/users/eiger@contoso.example"
ROOMS = {"Matterhorn", "Eiger", "Rhine Boardroom", "Limmat Project Room", "Hudson", "Bryant Phone Booth"}


@pytest.fixture
async def graph() -> AsyncIterator[Client]:
    async with running() as client:
        yield client


@pytest.fixture
def sdk(graph: Client) -> GraphServiceClient:
    graph.need_no_token()
    adapter = GraphRequestAdapter(AnonymousAuthenticationProvider())
    adapter.base_url = graph.base + "/v1.0"
    return GraphServiceClient(request_adapter=adapter)


async def names(graph: Client, path: str) -> list[str]:
    answer = await graph.get(path)
    assert answer.status == 200, answer.body
    return [item["displayName"] for item in answer.body["value"]]


def change(graph: Client, name: str, **values: Any) -> None:
    mailbox = graph.store.find_mailbox(name)
    assert mailbox is not None
    graph.store.put_mailbox(replace(mailbox, **values))


# -- users


async def test_users_are_people_rooms_and_equipment(graph: Client) -> None:
    found = await names(graph, "/v1.0/users")
    assert set(found) > ROOMS
    assert {"Projector Cart", "Adele Vance"} < set(found)


async def test_a_user_is_found_by_id_by_upn_and_by_escaped_upn(graph: Client) -> None:
    first = (await graph.get(EIGER)).body
    assert first["displayName"] == "Eiger"
    for name in (first["id"], "eiger%40contoso.example", "EIGER@Contoso.Example"):
        assert (await graph.get(f"/v1.0//users/{name}")).body["id"] == first["id"]


async def test_a_user_shows_the_default_properties_and_the_selected_ones(graph: Client) -> None:
    body = (await graph.get(EIGER)).body
    assert "proxyAddresses" not in body
    body = (await graph.get(EIGER + "?$select=displayName,accountEnabled,proxyAddresses")).body
    assert body.keys() == {"@odata.context", "id", "displayName", "accountEnabled", "proxyAddresses"}
    assert body["accountEnabled"] is False
    assert body["proxyAddresses"] == ["SMTP:eiger@contoso.example"]


async def test_an_unknown_user_and_an_unknown_property_are_refused(graph: Client) -> None:
    assert (await graph.get("/v1.0/users/nobody@contoso.example")).code == "Request_ResourceNotFound"
    assert (await graph.get(EIGER + "?$select=shoeSize")).status == 400


async def test_users_are_filtered_by_address(graph: Client) -> None:
    change(graph, "eiger@contoso.example", aliases=("small.room@contoso.example",))
    for text in (
        "mail eq 'eiger@contoso.example'",
        "userPrincipalName eq 'EIGER@contoso.example'",
        "startswith(mail,'eiger')",
        "proxyAddresses/any(x:x eq 'smtp:small.room@contoso.example')",
    ):
        assert await names(graph, f"/v1.0/users?$filter={text.replace(' ', '%20')}") == ["Eiger"]
    assert (await graph.get("/v1.0/users?$filter=shoeSize%20eq%2042")).status == 400


async def test_pages_are_followed_to_their_end(graph: Client) -> None:
    whole = await names(graph, "/v1.0/users")
    link, seen = "/v1.0/users?$top=4&$select=displayName", []
    while link:
        answer = await graph.get(link)
        assert len(answer.body["value"]) <= 4
        seen += [item["displayName"] for item in answer.body["value"]]
        link = answer.body.get("@odata.nextLink", "")
        assert not link or link.startswith(graph.base)
    assert seen == whole


async def test_a_soft_deleted_user_is_gone_and_one_without_mailbox_is_not(graph: Client) -> None:
    change(graph, "eiger@contoso.example", state="softDeleted")
    change(graph, "hudson@contoso.example", state="inactive")
    assert (await graph.get(EIGER)).status == 404
    assert (await graph.get("/v1.0/users/hudson@contoso.example")).status == 200
    answer = await graph.get("/v1.0/users/hudson@contoso.example/mailboxSettings")
    assert (answer.status, answer.code) == (404, "MailboxNotEnabledForRESTAPI")


# -- users/delta


async def round_of(graph: Client, link: str, **headers: str) -> tuple[list[dict[str, Any]], str]:
    """All items of a round and its delta link."""
    found: list[dict[str, Any]] = []
    while True:
        answer = await graph.get(link, headers=headers)
        assert answer.status == 200, answer.body
        found += answer.body["value"]
        if "@odata.deltaLink" in answer.body:
            return found, answer.body["@odata.deltaLink"]
        link = answer.body["@odata.nextLink"]


async def test_a_round_lists_every_user_over_several_pages(graph: Client) -> None:
    found, _ = await round_of(graph, "/v1.0/users/delta()", Prefer="odata.maxpagesize=4")
    assert [item["displayName"] for item in found] == await names(graph, "/v1.0/users")


async def test_the_next_round_lists_who_changed_and_how_users_went(graph: Client) -> None:
    _, link = await round_of(graph, "/v1.0/users/delta")
    assert (await round_of(graph, link))[0] == []
    change(graph, "eiger@contoso.example", display_name="Eiger North")
    change(graph, "hudson@contoso.example", state="softDeleted")
    change(graph, "matterhorn@contoso.example", state="deleted")
    found, link = await round_of(graph, link)
    assert {item.get("displayName"): item.get("@removed") for item in found if "displayName" in item} == {
        "Eiger North": None
    }
    removed = {item["id"]: item["@removed"]["reason"] for item in found if "@removed" in item}
    assert sorted(removed.values()) == ["changed", "deleted"]
    change(graph, "hudson@contoso.example", state="active")
    (restored,) = (await round_of(graph, link))[0]
    assert restored["displayName"] == "Hudson"
    assert "@removed" not in restored


async def test_a_change_of_a_property_that_was_not_selected_does_not_surface(graph: Client) -> None:
    _, link = await round_of(graph, "/v1.0/users/delta?$select=displayName,mail")
    change(graph, "eiger@contoso.example", department="Facilities")
    assert (await round_of(graph, link))[0] == []
    change(graph, "eiger@contoso.example", display_name="Eiger North")
    (found,) = (await round_of(graph, link))[0]
    assert found.keys() == {"id", "displayName", "mail"}


async def test_latest_gives_a_delta_link_and_no_data(graph: Client) -> None:
    found, link = await round_of(graph, "/v1.0/users/delta?$deltatoken=latest")
    assert found == []
    change(graph, "eiger@contoso.example", display_name="Eiger North")
    assert [item["displayName"] for item in (await round_of(graph, link))[0]] == ["Eiger North"]


async def test_a_filter_names_at_most_fifty_ids_and_nothing_else(graph: Client) -> None:
    wanted = [mailbox.id for mailbox in graph.store.mailboxes.values()][:2]
    clause = "%20or%20".join(f"id%20eq%20'{name}'" for name in wanted)
    found, link = await round_of(graph, f"/v1.0/users/delta?$filter={clause}")
    assert [item["id"] for item in found] == wanted
    change(graph, "bryant.phone.booth@contoso.example", display_name="Booth")
    assert (await round_of(graph, link))[0] == []
    many = "%20or%20".join(["id%20eq%20'x'"] * 51)
    assert (await graph.get(f"/v1.0/users/delta?$filter={many}")).status == 400
    assert (await graph.get("/v1.0/users/delta?$filter=mail%20eq%20'x'")).status == 400


@pytest.mark.parametrize("name", ["$top=5", "$orderby=mail", "$expand=manager"])
async def test_unsupported_options_are_refused(graph: Client, name: str) -> None:
    assert (await graph.get(f"/v1.0/users/delta?{name}")).status == 400


async def test_a_token_dies_after_seven_days_with_410_and_a_way_to_start_again(graph: Client) -> None:
    _, link = await round_of(graph, "/v1.0/users/delta")
    graph.store.clock_offset = timedelta(days=6)
    _, link = await round_of(graph, link)
    graph.store.clock_offset = timedelta(days=14)
    answer = await graph.get(link)
    assert (answer.status, answer.code) == (410, "syncStateNotFound")
    found, _ = await round_of(graph, answer.headers["Location"])
    assert len(found) == len(graph.store.mailboxes)


async def test_a_token_that_is_none_is_refused(graph: Client) -> None:
    assert (await graph.get("/v1.0/users/delta?$deltatoken=guess")).status == 400


# -- places


async def test_rooms_are_places_and_equipment_is_not(graph: Client, sdk: GraphServiceClient) -> None:
    assert set(await names(graph, "/v1.0/places/microsoft.graph.room")) == ROOMS
    page = await sdk.places.graph_room.get()
    assert page is not None
    assert page.value is not None
    rooms = {room.display_name: room for room in page.value}
    assert set(rooms) == ROOMS
    assert (rooms["Matterhorn"].capacity, rooms["Matterhorn"].building) == (12, "Zurich HQ")
    assert rooms["Matterhorn"].tags == ["whiteboard", "hybrid"]


async def test_a_room_in_places_has_another_id_than_its_mailbox(graph: Client) -> None:
    place = (await graph.get("/v1.0/places/eiger@contoso.example")).body
    user = (await graph.get(EIGER)).body
    assert place["emailAddress"] == user["mail"]
    assert place["id"] != user["id"]
    assert (await graph.get(f"/v1.0/places/{place['id']}")).body == place


async def test_a_room_list_is_asked_by_its_address(graph: Client, sdk: GraphServiceClient) -> None:
    page = await sdk.places.graph_room_list.get()
    assert page is not None
    assert page.value is not None
    address = {entry.display_name: entry.email_address for entry in page.value}["Rooms in New York"]
    assert await names(graph, f"/v1.0/places/{address}/microsoft.graph.roomlist/rooms") == [
        "Hudson",
        "Bryant Phone Booth",
    ]
    assert (await graph.get("/v1.0/places/nothing@contoso.example/graph.roomlist/rooms")).status == 404


async def test_places_are_filtered_selected_counted_and_skipped(graph: Client) -> None:
    path = "/v1.0/places/graph.room?$filter=building%20eq%20'New%20York'%20and%20capacity%20ge%202"
    assert await names(graph, path) == ["Hudson"]
    answer = await graph.get("/v1.0/places/graph.room?$select=displayName&$count=true&$top=4&$skip=4")
    assert answer.body["@odata.count"] == 6
    assert [item["displayName"] for item in answer.body["value"]] == ["Hudson", "Bryant Phone Booth"]
    assert answer.body["value"][0].keys() == {"@odata.type", "id", "displayName"}


async def test_a_page_of_one_place_has_no_next_link(graph: Client) -> None:
    assert "@odata.nextLink" not in (await graph.get("/v1.0/places/graph.room?$top=1")).body
    assert "@odata.nextLink" in (await graph.get("/v1.0/places/graph.room?$top=2")).body


# -- mailbox settings


@pytest.mark.parametrize(
    ("name", "purpose"),
    [
        ("eiger@contoso.example", UserPurpose.Room),
        ("projector.cart@contoso.example", UserPurpose.Equipment),
        ("adele.vance@contoso.example", UserPurpose.User),
    ],
)
async def test_the_purpose_of_a_mailbox_tells_equipment_from_rooms(
    sdk: GraphServiceClient, graph: Client, name: str, purpose: UserPurpose
) -> None:
    settings = await sdk.users.by_user_id(name).mailbox_settings.get()
    assert settings is not None
    assert settings.user_purpose is purpose
    body = (await graph.get(f"/v1.0/users/{name}/mailboxSettings/userPurpose")).body
    assert body["value"] == purpose.value


async def test_zone_and_working_hours_of_a_mailbox_carry_windows_names(graph: Client) -> None:
    hudson = "/v1.0/users/hudson@contoso.example/mailboxSettings"
    assert (await graph.get(hudson + "/timeZone")).body["value"] == "Eastern Standard Time"
    hours = (await graph.get(hudson + "/workingHours")).body
    assert hours["startTime"] == "08:00:00.0000000"
    assert hours["timeZone"] == {"name": "Eastern Standard Time"}
    assert (await graph.get(hudson + "/shoeSize")).status == 400


async def test_a_mailbox_that_is_denied_is_403(graph: Client) -> None:
    change(graph, "eiger@contoso.example", state="denied")
    answer = await graph.get(EIGER + "/mailboxSettings")
    assert (answer.status, answer.code) == (403, "ErrorAccessDenied")


@pytest.mark.parametrize(
    ("suffix", "expected"),
    [
        ("", "W. Europe Standard Time"),
        ("(TimeZoneStandard=microsoft.graph.timeZoneStandard'Windows')", "W. Europe Standard Time"),
        ("(TimeZoneStandard=microsoft.graph.timeZoneStandard'Iana')", "Europe/Zurich"),
        ("(TimeZoneStandard='Iana')", "Europe/Zurich"),
    ],
)
async def test_the_supported_time_zones_come_in_either_standard(graph: Client, suffix: str, expected: str) -> None:
    answer = await graph.get(f"{EIGER}/outlook/supportedTimeZones{suffix}")
    assert expected in [entry["alias"] for entry in answer.body["value"]]


async def test_a_standard_that_is_none_is_refused(graph: Client) -> None:
    assert (await graph.get(f"{EIGER}/outlook/supportedTimeZones(TimeZoneStandard='Posix')")).status == 400


async def test_the_link_of_a_large_company_is_short_enough_to_be_asked_for() -> None:
    async with running({"users": [{"displayName": f"Person {number}"} for number in range(600)]}) as graph:
        answer = await graph.get("/v1.0/users/delta?$select=displayName,accountEnabled")
        while "@odata.nextLink" in answer.body:
            answer = await graph.get(answer.body["@odata.nextLink"])
        assert (await graph.get(answer.body["@odata.deltaLink"])).body["value"] == []
