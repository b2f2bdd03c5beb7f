"""The pages that a signed link opens, in a browser: the administrator's and the story of one booking."""

from __future__ import annotations

import re
from typing import Any

from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.integration.loop.driving.company import BRUNO
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually


async def _setup_link(site: Site) -> str:
    return str((await site.host.ask("GET", "/api/setup"))["url"])


async def test_the_administrators_page_can_be_read_by_everybody(site: Site, page: Page) -> None:
    await page.goto(await _setup_link(site))
    await expect(page.get_by_role("heading", level=1)).to_have_text("Let Lockstep reach the rooms")
    await axe(page)


async def test_the_administrators_page_fits_on_a_phone(site: Site, phone: Page) -> None:
    await phone.goto(await _setup_link(site))
    await expect(phone.get_by_role("heading", name="What is asked")).to_be_visible()
    await axe(phone)
    await fits(phone)


_LINK = re.compile(r"https?://\S+/api/story/\S+")


async def _story_link(site: Site) -> str:
    """The link of the mail that a booker gets whose booking lost its time."""
    await site.reach_everybody()
    room = await site.room(winner="calendar")
    async with room.held_still():
        await site.outlook.invite(BRUNO, room.address, timed(at(9), at(10)))
        await eventually(room.calendar_side, bool, "the room has accepted")
        await site.desk.book(room.platform, booked(at(9, 30), at(10, 30)), "Surgery", organiser=_booker(room.address))

    async def link() -> str | None:
        mails: list[dict[str, Any]] = (await site.graph.ask("GET", "/sim/outbox"))["value"]
        own = [mail["body"] for mail in mails if _booker(room.address) in mail["to"]]
        return next((found[0] for body in own if (found := _LINK.search(body))), None)

    return str(await eventually(link, bool, "the booker is told by mail"))


def _booker(room: str) -> str:
    return f"booker.of.{room}"


async def test_the_story_of_a_booking_that_lost_can_be_read_by_everybody(site: Site, page: Page) -> None:
    await page.goto(await _story_link(site))
    await expect(page.get_by_role("heading", level=1)).to_contain_text("A booking of")
    await expect(page.get_by_role("listitem").filter(has_text="The room is taken")).to_be_visible()
    await expect(page.get_by_text("Surgery")).to_have_count(0)
    await axe(page)


async def test_the_story_fits_on_a_phone_and_is_told_in_its_language(site: Site, open_page: Opening) -> None:
    phone = await open_page(**PHONE, locale="de-CH")
    await phone.goto(await _story_link(site))
    await expect(phone.get_by_role("heading", level=1)).to_contain_text("Eine Buchung von")
    await axe(phone)
    await fits(phone)
