"""What a visitor sees of a small company on a working day: the pictures of the README come from here."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from datetime import date, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import FrameLocator, Page, expect

from tests.browser.beside import HOME, PATIENCE_MS, Beside, at_home
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.company import ADELE, BRUNO, Vacancy
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.waiting import eventually

pytestmark = pytest.mark.timeout(600)

Rooms = dict[str, Room]
_BOOKER = json.dumps(json.dumps({"address": BRUNO, "name": "Bruno Keller"}))


@pytest.fixture(scope="module")
def small_stack(chromium_path: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack with the simulator's own company."""
    made = Stack(tmp_path_factory.mktemp("tour"), found=None)
    try:
        yield made.start()
    finally:
        made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def company(small_stack: Stack) -> AsyncIterator[Site]:
    """The company, nothing linked."""
    async with visiting(small_stack, {}) as here:
        yield here


def _working_day() -> date:
    """The coming Monday, in the week that the page shows by itself on a weekend."""
    today = datetime.now(HOME).date()
    return today + timedelta(days=7 - today.weekday())


async def _linked(site: Site) -> Rooms:
    boxes = (await site.graph.ask("GET", "/sim/mailboxes"))["value"]
    asked = {box["displayName"]: Vacancy(box["id"], box["userPrincipalName"]) for box in boxes if box["kind"] != "user"}
    return dict(zip(asked, await asyncio.gather(*(site.link(each) for each in asked.values())), strict=True))


async def _week_of(site: Site, rooms: Rooms) -> None:
    """Fill the week on both sides and wait until both sides show it."""
    outlook, desk, first = site.outlook, site.desk, _working_day()
    meetings = (
        (ADELE, "Matterhorn", "Customer visit", 0, 10, 60), (ADELE, "Eiger", "Pipeline", 1, 14, 60),
        (ADELE, "Limmat Project Room", "Offer workshop", 2, 9, 180), (ADELE, "Matterhorn", "Forecast", 3, 11, 90),
    )  # fmt: skip
    for person, room, title, days, hour, minutes in meetings:
        start = at_home(first + timedelta(days=days), hour)
        times = timed(start, start + timedelta(minutes=minutes))
        await outlook.invite(person, rooms[room].address, times, title)
    for room, title, days, hour in (("Eiger", "Interview", 0, 10), ("Matterhorn", "Workshop", 1, 13)):
        start = at_home(first + timedelta(days=days), hour)
        await desk.book(rooms[room].platform, booked(start, start + timedelta(hours=2)), title)
    for name, count in (("Matterhorn", 3), ("Eiger", 2), ("Limmat Project Room", 1)):
        await _shows(rooms[name], count)


async def _shows(room: Room, count: int) -> None:
    async def sides() -> tuple[int, int]:
        return len(await room.calendar_side()), len(await room.platform_side())

    await eventually(sides, lambda seen: seen == (count, count), f"{room.address} shows {count} bookings on both sides")


async def _ask_for_the_working_day(booking_page: Page | FrameLocator) -> None:
    await booking_page.get_by_label("Day", exact=True).fill(_working_day().isoformat())
    await booking_page.get_by_label("From", exact=True).fill("09:00")
    await booking_page.get_by_label("From", exact=True).blur()
    offered = booking_page.get_by_role("button", name="Book Hudson", exact=True)
    await expect(offered).to_be_visible(timeout=PATIENCE_MS)
    await expect(booking_page.get_by_text(re.compile("09:00.09:30")).first).to_be_visible(timeout=PATIENCE_MS)


async def test_from_outlook_over_the_booking_page_to_the_console(company: Site, page: Page, picture: Album) -> None:
    rooms = await _linked(company)
    await _week_of(company, rooms)
    where = company.stack.described

    await page.context.add_init_script(f"localStorage.setItem('lockstep.booker', {_BOOKER})")
    await page.goto(where["outlook"])
    beside = Beside(page)
    await beside.look_at("Adele Vance", _working_day())
    await beside.make("Quarterly review", _working_day() + timedelta(days=4), "Matterhorn")
    await beside.tells("“Quarterly review” in Matterhorn", "Outlook → platform")
    await expect(beside.event("Quarterly review")).to_be_visible()
    await _ask_for_the_working_day(page.frame_locator("iframe"))
    await picture(page, "outlook-beside")

    await page.goto(where["console"])
    await expect(page.get_by_role("row").filter(has_text="Projector Cart")).to_be_visible(timeout=PATIENCE_MS)
    await expect(page.get_by_role("row").filter(has_text="in step")).to_have_count(7, timeout=PATIENCE_MS)
    await picture(page, "console")

    await page.evaluate("id => { location.hash = `#/resources/${encodeURIComponent(id)}` }", rooms["Matterhorn"].id)
    await expect(page.get_by_role("heading", name="Matterhorn")).to_be_visible(timeout=PATIENCE_MS)
    both = page.get_by_role("heading", name="Both sides")
    await expect(page.get_by_text("both sides are equal")).to_be_visible(timeout=PATIENCE_MS)
    await both.evaluate("heading => scrollTo(0, heading.getBoundingClientRect().top + scrollY - 80)")
    await picture(page, "console-room")


async def test_the_booking_page_in_a_hand(company: Site, phone: Page, picture: Album) -> None:
    await phone.context.add_init_script(f"localStorage.setItem('lockstep.booker', {_BOOKER})")
    await phone.goto(company.stack.described["book"])
    await _ask_for_the_working_day(phone)
    await picture(phone, "booking-page")
