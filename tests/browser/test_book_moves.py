"""Moving on the booking page: to another room or day, a series or one of its dates, and without what is taken."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.browser.test_book_page import PATIENCE, TAKEN, at_the_door, card, dialogs, fill_in, local, name_of, opened
from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import day


async def moved_to(page: Page, room: Room) -> None:
    """Press the button of a room in the dialog that offers rooms to move to."""
    await (
        page.get_by_role("dialog").get_by_role("button", name=re.compile(f"Move here: {await name_of(room)},")).click()
    )


async def standups(page: Page, site: Site, room: Room, title: str, days: int = 3) -> None:
    """Book a daily series on the page, at eleven."""
    await at_the_door(page, site, room)
    await page.get_by_role("button", name=re.compile("Free for")).first.click()
    await fill_in(page, "11:00", 30, title, Repeat="Every day")
    await page.get_by_role("dialog").get_by_label("How often").fill(str(days))
    await dialogs(page, "Book").click()
    await expect(card(page, title)).to_have_count(days, timeout=PATIENCE)


def each_of(title: str, *offsets: int, hour: int = 11) -> list[Shown]:
    return [shown(local(hour, 0, n), local(hour, 30, n), title) for n in offsets]


async def test_a_booking_goes_to_another_room_and_outlook_follows(site: Site, phone: Page, picture: Album) -> None:
    room, other = await site.room(), await site.room()
    await site.desk.book(room.platform, booked(local(9), local(10)), "Workshop", organiser=BRUNO)
    await opened(phone, site, view="#/mine")
    mine = card(phone, "Workshop")
    await expect(mine).to_contain_text("In the calendar", timeout=PATIENCE)
    await mine.get_by_role("button", name=re.compile("Other room")).click()
    await expect(phone.get_by_role("dialog")).to_contain_text(await name_of(other), timeout=PATIENCE)
    await axe(phone)
    await fits(phone)
    await picture(phone, "booking-move")
    await moved_to(phone, other)
    await expect(mine).to_contain_text(await name_of(other), timeout=PATIENCE)
    await expect(phone.get_by_role("status").filter(has_text=f"Moved to {await name_of(other)}")).to_be_visible()
    await other.agrees_on(shown(local(9), local(10), "Workshop"))
    await room.agrees_on()


async def test_it_goes_to_another_room_at_another_time_from_its_own_page(site: Site, page: Page) -> None:
    room, other = await site.room(), await site.room()
    await site.desk.book(room.platform, booked(local(9), local(10)), "Retreat", organiser=BRUNO)
    await at_the_door(page, site, room)
    await page.get_by_role("link", name="Retreat").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Retreat")
    await axe(page)
    await page.get_by_role("button", name=re.compile("Other room")).click()
    await page.get_by_role("dialog").get_by_label("From").fill("14:00")
    await page.get_by_role("dialog").get_by_label("From").dispatch_event("change")
    there = page.get_by_role("dialog").get_by_role(
        "button", name=re.compile(f"Move here: {await name_of(other)},.*14:00")
    )
    await there.click(timeout=PATIENCE)
    await expect(page.get_by_role("main")).to_contain_text(await name_of(other), timeout=PATIENCE)
    await other.agrees_on(shown(local(14), local(15), "Retreat"))
    await room.agrees_on()


async def test_a_room_that_was_taken_meanwhile_is_refused_and_another_is_one_press_away(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive(TAKEN)
    room, other, _ = await site.room(), await site.room(), await site.room()
    await site.desk.book(room.platform, booked(local(9), local(10)), "Jury", organiser=BRUNO)
    await opened(page, site, view="#/mine")
    mine = card(page, "Jury")
    await mine.get_by_role("button", name=re.compile("Other room")).click(timeout=PATIENCE)
    await expect(page.get_by_role("dialog")).to_contain_text(await name_of(other), timeout=PATIENCE)
    await site.desk.book(other.platform, booked(local(9), local(10)), "Faster", organiser=ADELE)
    await moved_to(page, other)
    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("is taken", timeout=PATIENCE)
    take = page.get_by_role("dialog").get_by_role("button", name=re.compile("Take it")).first
    named = re.match(r"Take it: (.+?),", await take.get_attribute("aria-label") or "")
    assert named is not None
    assert named[1] not in (await name_of(room), await name_of(other))
    await take.click()
    await expect(mine).to_contain_text(named[1], timeout=PATIENCE)
    await room.agrees_on()


async def test_a_series_goes_to_another_room_but_for_the_dates_that_are_taken_there(
    site: Site, page: Page, complaints: Complaints, picture: Album
) -> None:
    complaints.forgive(TAKEN)
    room, other = await site.room(), await site.room()
    await site.desk.book(other.platform, booked(local(11, 0, 1), local(11, 30, 1)), "Theirs", organiser=ADELE)
    await standups(page, site, room, "Seminar")
    await room.agrees_on(*each_of("Seminar", 0, 1, 2))
    await card(page, "Seminar").first.get_by_role("button", name=re.compile("Other room")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("All that are still to come").check()
    await expect(dialog).to_contain_text(await name_of(other), timeout=PATIENCE)
    await moved_to(page, other)
    await expect(dialog.get_by_role("alert")).to_contain_text("1 of the 3 dates", timeout=PATIENCE)
    await axe(page)
    await picture(page, "booking-series-refused")
    await dialog.get_by_role("button", name=f"Leave these dates in {await name_of(room)}").click()
    await expect(card(page, "Seminar").filter(has_text=await name_of(other))).to_have_count(2, timeout=PATIENCE)
    await room.agrees_on(*each_of("Seminar", 1))
    theirs = shown(local(11, 0, 1), local(11, 30, 1), "Theirs")
    await other.agrees_on(*each_of("Seminar", 0, 2), theirs)


async def test_a_series_moves_to_another_day_from_one_of_its_dates_on(site: Site, page: Page) -> None:
    room = await site.room()
    await standups(page, site, room, "Standup", 4)
    await room.agrees_on(*each_of("Standup", 0, 1, 2, 3))
    await card(page, "Standup").nth(2).get_by_role("button", name=re.compile("Change")).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("This date and those after it").check()
    await dialog.get_by_label("Day", exact=True).fill(f"{day(4)}")
    await dialog.get_by_label("Day", exact=True).dispatch_event("change")
    await dialog.get_by_label("From").fill("15:00")
    await expect(dialog).to_contain_text("The other dates move by as many days.")
    await dialogs(page, "Save").click()
    await room.agrees_on(*each_of("Standup", 0, 1), *each_of("Standup", 4, 5, hour=15))


async def test_one_date_of_a_series_is_cancelled_and_another_moved_alone(site: Site, page: Page) -> None:
    room = await site.room()
    await standups(page, site, room, "Choir")
    await card(page, "Choir").nth(1).get_by_role("button", name=re.compile("Cancel")).click()
    await dialogs(page, "Cancel booking").click()
    await expect(card(page, "Choir")).to_have_count(2, timeout=PATIENCE)
    await card(page, "Choir").nth(1).get_by_role("button", name=re.compile("Change")).click()
    await page.get_by_role("dialog").get_by_label("From").fill("16:00")
    await dialogs(page, "Save").click()
    await room.agrees_on(*each_of("Choir", 0), *each_of("Choir", 2, hour=16))


async def test_a_series_is_booked_without_the_dates_that_are_taken(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive(TAKEN)
    room = await site.room()
    await site.desk.book(room.platform, booked(local(11, 0, 1), local(11, 30, 1)), "Theirs", organiser=ADELE)
    await at_the_door(page, site, room)
    await page.get_by_role("button", name=re.compile("Free for")).first.click()
    await fill_in(page, "11:00", 30, "Course", Repeat="Every day")
    await page.get_by_role("dialog").get_by_label("How often").fill("3")
    await dialogs(page, "Book").click()
    await page.get_by_role("dialog").get_by_role("button", name="Without these dates").click(timeout=PATIENCE)
    await expect(card(page, "Course")).to_have_count(2, timeout=PATIENCE)
    theirs = shown(local(11, 0, 1), local(11, 30, 1), "Theirs")
    await room.agrees_on(*each_of("Course", 0), theirs, *each_of("Course", 2))
