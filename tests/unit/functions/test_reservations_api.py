"""The bookings of many resources over the API: what is found, by whom it may be read, what one that fails costs."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.app import list_reservations as listing
from shared.app.order_command import order_command
from shared.domain.booking import Booking
from shared.domain.commands import Verb
from shared.domain.ids import MailboxId, PlatformId, resource_id
from shared.domain.join_link import meeting_of
from shared.ports.errors import Retry
from tests.doubles.world import ADELE, BEN, ROOM, at
from tests.unit.functions.calling.office import Office

MORNING, NOON = at("09:00", "10:00"), at("12:00", "13:00")
OVERLAPPING, INSIDE = at("09:30", "10:30"), at("09:40", "09:50")
DAY = {"from": "2026-11-23T00:00:00Z", "to": "2026-11-24T00:00:00Z"}
EIGER = MailboxId("eiger")
LINK = "https://teams.microsoft.com/l/meetup-join/19%3ameeting"


async def listed(office: Office, **asked: object) -> Any:
    return await office.ask("POST", "/api/reservations", {**DAY, **asked})


async def titles(office: Office, **asked: object) -> list[str]:
    return [each["title"] for each in (await listed(office, **asked))["reservations"]]


async def busy_room(office: Office, **policy: object) -> str:
    """Link the room with an open and a private meeting of Adele in it."""
    office.world.calendar.outlook.open_organiser(ADELE)
    room = await office.room(**policy)
    office.world.calendar.outlook.go_online(ROOM, office.world.invite(MORNING, title="Budget"), LINK)
    office.world.invite(NOON, title="Surgery", private=True)
    await office.world.notify()
    return room


async def test_a_booking_is_listed_with_both_ids_its_owner_and_how_it_stands(office: Office) -> None:
    room = await busy_room(office)
    page = await listed(office)
    assert [(each["id"], each["name"], each["zone"]) for each in page["resources"]] == [
        (room, "Matterhorn", "Europe/Zurich")
    ]
    found = page["reservations"][0]
    assert found["resource"] == room
    assert (found["title"], found["owner"]["address"], found["state"]) == ("Budget", ADELE.address, "linked")
    assert (found["origin"], found["private"]) == ("calendar", False)
    assert found["event"]
    assert found["booking"]


async def test_of_a_private_booking_only_its_time_is_told_and_nothing_else_finds_it(office: Office) -> None:
    await busy_room(office)
    private = (await listed(office))["reservations"][1]
    assert (private["private"], private["title"], private["owner"]) == (True, "", None)
    assert private["start"] == "2026-11-23T12:00:00Z"
    assert await titles(office, find="surgery") == []
    assert await titles(office, find="adele") == ["Budget"]
    assert await titles(office, find="matterhorn") == ["Budget", ""]


@pytest.mark.parametrize("words", ["budget", "BUDGET adele", "vance matterhorn"])
async def test_words_are_found_in_title_owner_and_resource_without_case(office: Office, words: str) -> None:
    await busy_room(office)
    assert await titles(office, find=words) == ["Budget"]


async def test_each_word_has_to_occur(office: Office) -> None:
    await busy_room(office)
    assert await titles(office, find="budget ben") == []


@pytest.mark.parametrize("policy", [{"join_links": True}, {}], ids=["shown on the platform", "in the calendar alone"])
async def test_a_meeting_is_found_by_its_pasted_link(office: Office, policy: dict[str, object]) -> None:
    await busy_room(office, **policy)
    pasted = LINK.replace("%3a", ":").replace("teams.", "Teams.") + "?context=of-the-mail"
    assert await titles(office, link=pasted) == ["Budget"]
    assert await titles(office, link=LINK + "-of-another") == []


async def room_with_overlaps(office: Office) -> None:
    """Link the room with a meeting of Adele; an open and a private one of Ben's stand in the calendar alone."""
    office.world.calendar.outlook.open_organiser(ADELE)
    office.world.calendar.outlook.open_organiser(BEN)
    await office.room(winner="report")
    office.world.invite(MORNING, title="Budget")
    await office.world.notify()
    office.world.calendar.outlook.go_online(ROOM, office.world.invite(OVERLAPPING, BEN, "Retrospective"), LINK)
    office.world.calendar.outlook.go_online(ROOM, office.world.invite(INSIDE, BEN, "Surgery", private=True), LINK)
    await office.world.notify()


async def test_what_stands_in_the_calendar_alone_is_told_and_found_as_the_calendar_shows_it(office: Office) -> None:
    await room_with_overlaps(office)
    everything = (await listed(office))["reservations"]
    assert [each["title"] for each in everything if each["booking"]] == ["Budget"]
    alone = {each["title"]: each for each in everything if not each["booking"]}
    assert sorted(alone) == ["", "Retrospective"]
    assert alone["Retrospective"]["owner"] == {"address": BEN.address, "name": BEN.name}
    assert (alone[""]["private"], alone[""]["owner"]) == (True, None)
    assert await titles(office, find="retrospective") == ["Retrospective"]
    assert await titles(office, find="walters") == ["Retrospective"]
    assert await titles(office, find="surgery") == []
    assert await titles(office, link=LINK) == ["Retrospective"]


async def test_the_calendar_is_asked_only_of_a_room_of_which_it_shows_more(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: object) -> None:
        raise Retry("the calendar did not answer")

    await busy_room(office)
    monkeypatch.setattr(office.outside.calendar, "view", away)
    assert (await listed(office))["unread"] == []
    monkeypatch.undo()
    office.world.direct_entry(OVERLAPPING)
    await office.world.notify()
    assert await titles(office) == ["Budget", "Cleaning", ""]
    monkeypatch.setattr(office.outside.calendar, "view", away)
    found = await listed(office)
    assert [each["title"] for each in found["reservations"]] == ["Budget", "", ""]
    assert [each["why"] for each in found["unread"]] == ["the calendar did not answer"]


async def test_what_was_cancelled_on_the_platform_is_listed_only_where_it_is_asked_for(office: Office) -> None:
    await busy_room(office)
    desk, later = PlatformId("matterhorn"), at("15:00", "16:00")
    for title, private in (("Called off", False), ("Surgery", True)):
        made = await office.platform.book(desk, Booking(later, title, BEN, private))
        await office.platform.cancel(desk, made.item.id)
    await office.world.platform_says()
    assert await titles(office) == ["Budget", ""]
    both = (await listed(office, cancelled=True))["reservations"]
    assert [(each["title"], each["state"]) for each in both[2:]] == [("Called off", "cancelled"), ("", "cancelled")]
    assert both[3]["private"]
    assert await titles(office, cancelled=True, find="called") == ["Called off"]
    assert await titles(office, cancelled=True, find="surgery") == []


async def test_what_is_no_link_is_refused_with_an_example(office: Office) -> None:
    refused = await office.send("POST", "/api/reservations", {**DAY, "link": "my meeting"})
    assert (refused.status, "such as https://" in refused.message) == (400, True)


async def test_another_day_and_another_building_hold_nothing_of_it(office: Office) -> None:
    await busy_room(office)
    tomorrow = {"from": "2026-11-24T00:00:00Z", "to": "2026-11-25T00:00:00Z"}
    assert await titles(office, **tomorrow) == []
    assert await titles(office, building="nowhere") == []


async def test_what_is_long_over_is_still_found(office: Office) -> None:
    await busy_room(office)
    office.world.clock.set(datetime(2026, 12, 20, 8, tzinfo=UTC))
    await order_command(office.outside, office.world.resource_id, Verb.REBASE)
    await office.world.settle()
    (budget, _) = (await listed(office))["reservations"]
    assert (budget["title"], budget["state"], budget["mapping"]) == ("Budget", "over", None)


async def test_a_resource_that_cannot_be_read_is_named_and_keeps_no_other_back(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = await busy_room(office)

    async def away(*_: object) -> None:
        raise Retry("the platform did not answer")

    monkeypatch.setattr(office.outside.platform, "view", away)
    found = await listed(office)
    assert found["reservations"] == []
    assert found["unread"] == [{"resource": room, "name": "Matterhorn", "why": "the platform did not answer"}]


async def test_a_page_goes_on_where_the_one_before_ended(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    room = await busy_room(office)
    mine = await office.outside.resources.get(office.world.resource_id)
    assert mine is not None
    eiger = replace(mine, id=resource_id(office.tenant, office.world.clock.ulid()), mailbox=EIGER, platform=None)
    await office.outside.resources.add(eiger)
    pages = [await listed(office, limit=1)]
    while pages[-1]["next"]:
        pages.append(await listed(office, limit=1, after=pages[-1]["next"]))
    assert [len(page["resources"]) for page in pages] == [1, 1]
    assert [page["next"] for page in pages] == [room, None]
    monkeypatch.setattr(listing, "ENOUGH", 0)
    assert len((await listed(office))["resources"]) <= listing.AT_ONCE


@pytest.mark.parametrize("text", ["", "my meeting", "ftp://teams.microsoft.com/l", "https://", "https://[::1"])
def test_what_names_no_meeting_is_the_link_of_none(text: str) -> None:
    assert meeting_of(text) == ""
