"""The panel at a door, as people use it who stand there: what it says, what they press, and what Outlook shows then."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import DESKTOP, PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.browser.test_console_overview import opened
from tests.integration.loop.driving.company import BRUNO
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.waiting import eventually

SMALL_PANEL = {"viewport": {"width": 800, "height": 480}}
UPRIGHT_PANEL = {"viewport": {"width": 800, "height": 1280}}
OFFLINE = "Failed to load resource: net::ERR_INTERNET_DISCONNECTED"
WINDOW = timedelta(hours=3)


def minute() -> datetime:
    """This minute: what is booked at a door begins with it."""
    return datetime.now(UTC).replace(second=0, microsecond=0)


async def a_room(site: Site, **policy: Any) -> Room:
    """A fresh room where it is not about midnight: a door shows the day of its room."""
    return await site.room("Harlem" if datetime.now(UTC).hour >= 20 else "Zurich", **policy)


async def panel_of(site: Site, room: Room) -> str:
    """Make a panel of a room; the address that its browser opens."""
    made = await site.host.ask("POST", f"/api/resources/{room.id}/panels", {"name": "left of the door"})
    return str(made["address"])


async def in_outlook(site: Site, room: Room) -> list[Any]:
    found: list[Any] = await site.outlook.calendar(room.mailbox, minute() - WINDOW, minute() + WINDOW)
    return found


def says(page: Page) -> Locator:
    """What the door says from far away."""
    return page.locator(".says .word")


async def test_somebody_books_at_the_door_and_outlook_shows_it(site: Site, page: Page, picture: Album) -> None:
    room = await a_room(site)
    await page.goto(await panel_of(site, room))
    await expect(says(page)).to_have_text("Free")
    assert "token" not in page.url
    await axe(page)
    await picture(page, "door-free")
    await page.get_by_role("group", name="Book now").get_by_role("button", name="30 min").click()
    await expect(says(page)).to_have_text("Taken")
    await expect(page.get_by_role("status").filter(has_text="Booked until")).to_be_visible()
    await expect(page.get_by_text("Booked at the door", exact=True)).to_be_visible()
    await axe(page)
    await picture(page, "door-taken")

    async def shown() -> list[Any]:
        return await in_outlook(site, room)

    (event,) = await eventually(shown, bool, "the calendar of the room shows it")
    assert event["subject"] == "Booked at the door"


async def test_what_is_booked_in_outlook_reaches_the_door_by_itself(site: Site, page: Page) -> None:
    room = await a_room(site)
    await page.goto(await panel_of(site, room))
    await expect(says(page)).to_have_text("Free")
    start = minute() - timedelta(minutes=5)
    await site.outlook.invite(BRUNO, room.address, timed(start, start + timedelta(minutes=45)))
    await expect(says(page)).to_have_text("Taken", timeout=20_000)


async def test_of_a_private_meeting_the_door_shows_its_time_alone(site: Site, page: Page) -> None:
    room = await a_room(site)
    start = minute() - timedelta(minutes=5)
    when = booked(start, start + timedelta(minutes=45))
    await site.desk.book(room.platform, when, "Redundancies", organiser=BRUNO, private=True)
    await page.goto(await panel_of(site, room))
    await expect(page.locator(".now .title")).to_have_text("Private")
    content = await page.content() + str(await page.evaluate("JSON.stringify(localStorage)"))
    assert "Redundancies" not in content
    assert BRUNO.partition("@")[0] not in content


async def test_somebody_checks_in_at_the_door(site: Site, page: Page) -> None:
    room = await a_room(site, check_in_minutes=30)
    start = minute() - timedelta(minutes=5)
    await site.desk.book(room.platform, booked(start, start + timedelta(minutes=55)), "Workshop")
    await page.goto(await panel_of(site, room))
    await expect(says(page)).to_have_text("Check in")
    await expect(page.get_by_text("else the room is released")).to_be_visible()
    await axe(page)
    await page.get_by_role("button", name="Check in").click()
    await expect(says(page)).to_have_text("Taken")
    await expect(page.get_by_text("Checked in. Welcome!")).to_be_visible()


async def test_the_next_booking_refuses_what_would_reach_into_it_with_a_sentence(
    site: Site, page: Page, complaints: Complaints
) -> None:
    """The door that somebody sees is a moment old: meanwhile the time behind it was taken."""
    complaints.forgive("the server responded with a status of 409")
    room = await a_room(site)
    start, end = minute() - timedelta(minutes=5), minute() + timedelta(minutes=25)
    await site.desk.book(room.platform, booked(start, end), "Workshop")
    await page.goto(await panel_of(site, room))
    extend = page.get_by_role("group", name="Extend").get_by_role("button", name="15 min")
    await expect(extend).to_be_visible()
    await _freeze(page)
    await site.desk.book(room.platform, booked(end, end + timedelta(minutes=30)), "Surgery")
    await extend.click()
    refused = page.get_by_role("status").filter(has_text="The next booking begins at")
    await expect(refused).to_be_visible()
    await axe(page)


async def _freeze(page: Page) -> None:
    """Let the page go on seeing what it sees now."""

    async def the_same(route: Route) -> None:
        if route.request.method != "GET":
            await route.continue_()
        elif "door" not in kept:
            answer = await route.fetch()
            kept["door"] = await answer.text()
            await route.fulfill(response=answer)
        else:
            await route.fulfill(body=kept["door"], content_type="application/json")

    kept: dict[str, str] = {}
    await page.route("**/door", the_same)
    async with page.expect_response("**/door"):
        pass


async def test_ending_early_frees_the_room_in_outlook_too(site: Site, page: Page) -> None:
    room = await a_room(site)
    start = minute() - timedelta(minutes=20)
    await site.desk.book(room.platform, booked(start, start + timedelta(minutes=90)), "Workshop")

    async def ends() -> list[str]:
        return [each["end"]["dateTime"][:16] for each in await in_outlook(site, room)]

    await eventually(ends, bool, "the calendar shows it")
    await page.goto(await panel_of(site, room))
    await page.get_by_role("button", name="End early").click()
    dialog = page.get_by_role("dialog", name="End early")
    await expect(dialog).to_be_visible()
    await axe(page)
    before = minute()
    await dialog.get_by_role("button", name="End now").click()
    await expect(says(page)).to_have_text("Free")
    await expect(page.get_by_text("Ended. The room is free.")).to_be_visible()
    possible = {f"{each:%Y-%m-%dT%H:%M}" for each in (before, before + timedelta(minutes=1))}
    await eventually(ends, lambda found: set(found) <= possible and bool(found), "it has ended in the calendar")


async def test_the_room_leaves_a_meeting_of_outlook_that_is_ended_at_the_door(site: Site, page: Page) -> None:
    """It belongs to its organiser and is not shortened: the room declines, which frees it on both sides."""
    room = await a_room(site)
    start = minute() - timedelta(minutes=20)
    await site.outlook.invite(BRUNO, room.address, timed(start, start + timedelta(minutes=90)))
    await page.goto(await panel_of(site, room))
    await expect(says(page)).to_have_text("Taken", timeout=20_000)
    await page.get_by_role("button", name="End early").click()
    await page.get_by_role("dialog").get_by_role("button", name="End now").click()
    await expect(says(page)).to_have_text("Free")

    async def taken() -> list[Any]:
        return [each for each in await in_outlook(site, room) if not each["isCancelled"]]

    await eventually(taken, lambda found: found == [], "the calendar of the room is free")
    await expect(says(page)).to_have_text("Free")


async def test_without_a_network_the_door_shows_what_it_knew_and_how_old_that_is(
    site: Site, page: Page, complaints: Complaints, picture: Album
) -> None:
    complaints.forgive(OFFLINE, "ERR_INTERNET_DISCONNECTED")
    room = await a_room(site)
    start = minute() - timedelta(minutes=5)
    await site.desk.book(room.platform, booked(start, start + timedelta(minutes=55)), "Workshop")
    await page.goto(await panel_of(site, room))
    await expect(page.get_by_text("Workshop")).to_be_visible()
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    await page.reload()
    await page.context.set_offline(offline=True)
    age = page.get_by_role("status").filter(has_text="No connection. What you see is as of")
    await expect(age).to_be_visible(timeout=20_000)
    await expect(page.get_by_role("button", name="End early")).to_have_count(0)
    await axe(page)
    await picture(page, "door-offline")
    await page.reload()
    await expect(page.get_by_text("Workshop")).to_be_visible()
    await expect(age).to_be_visible()
    await page.context.set_offline(offline=False)
    await expect(age).to_be_hidden(timeout=40_000)
    await expect(page.get_by_role("button", name="End early")).to_be_visible()


async def test_a_token_of_another_room_opens_nothing(site: Site, page: Page, complaints: Complaints) -> None:
    complaints.forgive("the server responded with a status of 401")
    mine, other = await a_room(site), await a_room(site)
    await page.goto((await panel_of(site, mine)).replace(mine.id, other.id))
    await expect(page.get_by_text("This panel was withdrawn, or it belongs to another room.")).to_be_visible()
    await axe(page)


async def test_a_withdrawn_panel_shows_nothing_any_more(site: Site, page: Page, complaints: Complaints) -> None:
    complaints.forgive("the server responded with a status of 401")
    room = await a_room(site)
    await page.goto(await panel_of(site, room))
    await expect(says(page)).to_have_text("Free")
    panels = f"/api/resources/{room.id}/panels"
    (made,) = (await site.host.ask("GET", panels))["panels"]
    await site.host.ask("DELETE", f"{panels}/{made['id']}")
    await expect(page.get_by_text("This panel was withdrawn")).to_be_visible(timeout=20_000)
    assert "lockstep.door" not in str(await page.evaluate("JSON.stringify(localStorage)"))


async def test_a_panel_that_was_given_no_token_says_so(site: Site, page: Page) -> None:
    room = await a_room(site)
    await page.goto(f"{site.host.base}/api/panel/{room.id}")
    await expect(page.get_by_text("This panel is not set up yet.")).to_be_visible()
    await axe(page)


SCREENS: dict[str, dict[str, Any]] = {
    "small": SMALL_PANEL,
    "desk": DESKTOP,
    "upright": UPRIGHT_PANEL,
    "phone": PHONE,
}


_FULL: dict[str, str] = {}
"""The address of the panel of a room with a full day, by the stack that it is on."""


async def _full(site: Site) -> str:
    """A panel of a room with a meeting to check in at, and more of them today."""
    if site.host.base not in _FULL:
        room = await a_room(site, check_in_minutes=30)
        start = minute() - timedelta(minutes=10)
        long = "Budgetplanung 2027 mit Vertriebsregionen Ost, Süd und Übersee"
        await site.desk.book(room.platform, booked(start, start + timedelta(minutes=60)), long)
        for hour in (2, 3, 4):
            later = start + timedelta(hours=hour)
            await site.desk.book(room.platform, booked(later, later + timedelta(minutes=30)), f"{hour}. {long}")
        _FULL[site.host.base] = await panel_of(site, room)
    return _FULL[site.host.base]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
async def test_a_full_day_fits_the_screen(
    site: Site, open_page: Opening, picture: Album, screen: str, scheme: str
) -> None:
    page = await open_page(**SCREENS[screen], color_scheme=scheme, locale="de-CH")
    await page.goto(await _full(site))
    await expect(says(page)).to_have_text("Einchecken")
    await page.evaluate("document.fonts.ready")
    await picture(page, f"door-{screen}-{scheme}", full_page=screen == "phone")
    await axe(page)
    await fits(page)
    for button in await page.get_by_role("button").all():
        size = await button.bounding_box()
        assert size is not None
        assert min(size["width"], size["height"]) >= 48
    if screen in ("small", "desk"):
        high = await page.evaluate("() => document.documentElement.scrollHeight - innerHeight")
        assert high <= 0, f"{high} px are below the edge of the panel"


async def test_a_panel_is_made_opened_and_withdrawn_from_the_console(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("the server responded with a status of 401")
    room = await a_room(site)
    await opened(page, room.stack, f"#/resources/{room.id}")
    await page.get_by_role("button", name="Show door panels").click()
    await expect(page.get_by_text("This door has no panel yet.")).to_be_visible()
    await page.get_by_label("Where it hangs").fill("left of the door")
    await page.get_by_role("button", name="Make a panel").click()
    await expect(page.get_by_label("Address for the panel")).to_have_value(re.compile("/api/panel/.+#token="))
    await axe(page)
    async with page.context.expect_page() as popup:
        await page.get_by_role("link", name="Open the panel here").click()
    panel = await popup.value
    await expect(says(panel)).to_have_text("Free")
    await page.get_by_role("button", name="Withdraw: left of the door").click()
    await page.get_by_role("dialog").get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_text("This door has no panel yet.")).to_be_visible()
    await expect(panel.get_by_text("This panel was withdrawn")).to_be_visible(timeout=60_000)
