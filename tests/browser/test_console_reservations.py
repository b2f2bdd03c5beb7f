"""The reservations in the console: found by day, by name and by a pasted link; printed and exported."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, stamp
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 60_000
"""Milliseconds."""


async def _open(page: Page, site: Site, **asked: str) -> None:
    key = site.stack.described["function_key"]
    await page.goto(f"{site.host.base}/api/console#key={key}")
    await page.get_by_role("link", name="Reservations").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Reservations")
    await page.get_by_label("Day", exact=True).fill(asked.get("day", f"{at(9):%Y-%m-%d}"))
    await _read(page)


async def _read(page: Page) -> None:
    await expect(page.get_by_role("button", name="Read again")).to_be_visible(timeout=PATIENCE)


async def _find(page: Page, text: str) -> None:
    await page.get_by_role("searchbox").fill(text)
    await page.get_by_role("button", name="Find", exact=True).click()
    await expect(page.get_by_role("button", name="Read again")).to_be_hidden()
    await _read(page)


def _bookings(page: Page) -> Locator:
    return page.locator("li.reservation")


async def _booked_room(site: Site) -> tuple[Room, dict[str, Any]]:
    """A room with a meeting of Outlook, a private one, and a booking of the platform whose title is a formula."""
    await site.reach_everybody()
    room = await site.room()
    meeting = await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)), "Budget", isOnlineMeeting=True)
    await site.outlook.invite(BRUNO, room.address, timed(at(11), at(12)), "Surgery", sensitivity="private")
    await site.desk.book(room.platform, booked(at(14), at(15)), "=1+1", organiser=BRUNO)

    async def listed() -> list[dict[str, Any]]:
        wanted = {"from": stamp(at(0)), "to": stamp(at(23)), "resource": room.id}
        found: list[dict[str, Any]] = (await site.host.ask("POST", "/api/reservations", wanted))["reservations"]
        return found

    await eventually(listed, lambda seen: [each["state"] for each in seen] == ["linked"] * 3, "all is on both sides")
    event = (await site.outlook.look(meeting)).body
    return room, event


async def test_a_booking_is_found_by_its_owner_and_shows_both_ids(site: Site, page: Page) -> None:
    room, _ = await _booked_room(site)
    await _open(page, site)
    await _find(page, f"adele {room.address}")
    only = _bookings(page)
    await expect(only).to_have_count(1)
    await expect(only).to_contain_text("Budget")
    await expect(only).to_contain_text("on both sides")
    await only.get_by_text("Details", exact=True).click()
    for name in ("Event", "Booking", "Mapping"):
        await expect(only.get_by_role("term").filter(has_text=name)).to_be_visible()
    await axe(page)


async def test_a_refused_booking_shows_no_code_for_its_reason(site: Site, page: Page) -> None:
    room = await site.room(direction="to_calendar")
    await site.outlook.enter(room.address, timed(at(9), at(10)), "Painters")

    async def reasons() -> list[str]:
        wanted = {"from": stamp(at(0)), "to": stamp(at(23)), "resource": room.id}
        return [each["reason"] for each in (await site.host.ask("POST", "/api/reservations", wanted))["reservations"]]

    await eventually(reasons, lambda seen: seen == ["one_way"], "the calendar only receives")
    await _open(page, site)
    await _find(page, room.address)
    only = _bookings(page)
    await expect(only).to_contain_text("refused")
    await only.get_by_text("Details", exact=True).click()
    await expect(only.get_by_role("term").filter(has_text="Mapping")).to_be_visible()
    await expect(only).not_to_contain_text("one_way")


async def test_a_private_booking_shows_its_time_and_nothing_finds_it_by_its_title(site: Site, page: Page) -> None:
    room, _ = await _booked_room(site)
    await _open(page, site)
    await _find(page, room.address)
    await expect(_bookings(page)).to_have_count(3)
    private = _bookings(page).filter(has_text="Private")
    await expect(private).to_have_count(1)
    await expect(private).not_to_contain_text("Bruno")
    await _find(page, f"surgery {room.address}")
    await expect(page.get_by_text("No booking of this range fits.")).to_be_visible()


async def test_a_meeting_is_found_by_its_pasted_link_on_another_day_too(site: Site, page: Page) -> None:
    room, event = await _booked_room(site)
    link = event["onlineMeeting"]["joinUrl"]
    await _open(page, site, day=f"{at(9) + timedelta(days=20):%Y-%m-%d}")
    await _find(page, link)
    await page.get_by_role("button", name="Search a year around this day").click()
    await expect(_bookings(page)).to_have_count(1, timeout=PATIENCE)
    await expect(_bookings(page)).to_contain_text("Budget")
    await expect(_bookings(page).get_by_role("link")).to_have_attribute("href", f"#/resources/{room.id}")


async def test_the_file_for_spreadsheets_is_read_by_another_program_and_holds_no_formula(
    site: Site, page: Page, tmp_path: Path
) -> None:
    room, _ = await _booked_room(site)
    await _open(page, site)
    await _find(page, room.address)
    async with page.expect_download() as started:
        await page.get_by_role("button", name="Export as CSV").click()
    file = tmp_path / "reservations.csv"
    await (await started.value).save_as(file)
    text = file.read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["Title"] for row in rows] == ["Budget", "Private", "'=1+1"]
    assert [row["Owner"] for row in rows][1] == ""
    assert {row["Resource id"] for row in rows} == {room.id}
    assert all(row["Mapping"] and row["Event"] and row["Booking"] for row in rows)


@pytest.mark.parametrize(
    ("button", "heading"), [("Print the day by building", "Zurich"), ("Print the day by room", None)]
)
async def test_the_day_sheet_prints_each_building_or_room_and_nothing_else(
    site: Site, page: Page, button: str, heading: str | None
) -> None:
    room, _ = await _booked_room(site)
    name = (await room.resource())["name"]
    await _open(page, site)
    await page.evaluate("window.print = () => {}")
    await page.get_by_role("button", name=button).click()
    await page.emulate_media(media="print")
    sheet = page.locator(".sheet .page").filter(has_text=name)
    await expect(sheet.get_by_role("heading", name=heading or name, level=1).first).to_be_visible()
    await expect(sheet.first).to_contain_text("Budget")
    await expect(sheet.first).not_to_contain_text("Surgery")
    await expect(page.get_by_role("navigation")).to_be_hidden()
    assert (await page.pdf()).startswith(b"%PDF")


async def test_a_day_without_bookings_says_so(site: Site, page: Page) -> None:
    await site.room()
    await _open(page, site, day="2027-12-25")
    await expect(page.get_by_text("Nothing is booked in this time.")).to_be_visible()
    await axe(page)


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_the_reservations_fit_on_a_phone_and_can_be_read_by_everybody(
    site: Site, open_page: Opening, colours: str
) -> None:
    await _booked_room(site)
    phone = await open_page(**PHONE, color_scheme=colours)
    await _open(phone, site)
    await expect(_bookings(phone).first).to_be_visible()
    await axe(phone)
    await fits(phone)


async def test_the_reservations_of_a_day(site: Site, page: Page, picture: Album) -> None:
    await _booked_room(site)
    await _open(page, site)
    await expect(_bookings(page).first).to_be_visible()
    await picture(page, "console-reservations")
