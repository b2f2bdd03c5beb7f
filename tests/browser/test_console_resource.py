"""One resource in the console: a conflict explained, a difference seen, held steps decided, orders given."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.browser.test_console_overview import PATIENCE, name_of, opened, overlapping, row_of
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, day
from tests.integration.loop.driving.waiting import eventually


async def looked_at(page: Page, room: Room, how: str = "") -> None:
    """Open a room on the day for which tests book."""
    await opened(page, room.stack, f"#/resources/{room.id}?day={day()}{how}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(await name_of(room), timeout=PATIENCE)


def booking(page: Page, *said: str) -> Locator:
    """The booking in the timeline of which all this is said, in this order."""
    return page.get_by_role("button", name=re.compile(".*".join(map(re.escape, said))))


async def waiting_for_approval(site: Site) -> Room:
    """A room in which three bookings were cancelled on the platform, and nothing may be cancelled unasked."""
    room = await site.room(cancellations_held_above=0)
    made = [await site.desk.book(room.platform, booked(at(9 + n), at(10 + n)), f"Lesson {n}") for n in range(3)]
    await eventually(room.calendar_side, lambda shown: len(shown) == 3, "the calendar shows all three")
    for each in made:
        await site.desk.cancel(room.platform, each)
    steps = f"/api/resources/{room.id}/open-steps"
    held = await eventually(
        lambda: site.host.ask("GET", steps), lambda seen: len(seen["open_steps"]) == 3, "all three are held"
    )
    assert {each["cause"] for each in held["open_steps"]} == {"held"}
    return room


async def test_a_conflict_is_seen_and_explained(site: Site, page: Page, picture: Album) -> None:
    room = await overlapping(site)
    await opened(page, site.stack)
    row = row_of(page, await name_of(room))
    await expect(row).to_contain_text("1 conflict", timeout=PATIENCE)
    await row.get_by_role("link").click()
    await expect(page.get_by_role("heading", name=await name_of(room))).to_be_visible()
    await page.get_by_role("button", name="Week after").click()
    marked = booking(page, "Painters", "Calendar", "overlap is open")
    await expect(marked).to_be_visible(timeout=PATIENCE)
    await picture(page, "console-conflict", full_page=True)
    await marked.click()
    dialog = page.get_by_role("dialog", name="Painters")
    await expect(dialog).to_contain_text("It overlaps another booking", timeout=PATIENCE)
    await expect(dialog).to_contain_text("nothing was removed")
    await expect(dialog.get_by_role("heading", name="What waits")).to_be_visible()
    await axe(page)
    await picture(page, "console-why")
    await page.keyboard.press("Escape")
    await expect(marked).to_be_focused()


async def test_a_difference_leaves_its_place_open_on_the_other_side(site: Site, page: Page) -> None:
    room = await site.room()
    async with room.held_still():
        await site.outlook.enter(room.address, timed(at(9), at(10)), "Painters")
        await looked_at(page, room)
        await expect(page.get_by_text("1 booking differs")).to_be_visible(timeout=PATIENCE)
        await expect(booking(page, "Painters", "Calendar", "not on the platform")).to_be_visible()
        await booking(page, "Painters", "Platform", "missing here").click()
        await expect(page.get_by_role("dialog")).to_contain_text("has not carried this booking over yet")
        await page.get_by_role("button", name="Close").click()
        await page.get_by_role("button", name="As a list").click()
        line = page.get_by_role("row").filter(has_text="Painters")
        await expect(line).to_contain_text("differs: not on the platform")
        await axe(page)
    await expect(page.get_by_text("both sides are equal")).to_be_visible(timeout=2 * PATIENCE)


async def test_both_versions_of_a_booking_stand_beside_each_other_and_what_differs_is_marked(
    site: Site, page: Page
) -> None:
    room = await site.room()
    entry = await site.outlook.enter(room.address, timed(at(9), at(10)), "Painters")
    await eventually(room.platform_side, bool, "the platform shows it")
    async with room.held_still():
        await site.outlook.change(entry, subject="Plumbers", **timed(at(11), at(12)))
        await looked_at(page, room)
        await booking(page, "Plumbers", "Calendar", "differs").click(timeout=PATIENCE)
        dialog = page.get_by_role("dialog")
        title = dialog.get_by_role("row", name=re.compile("title"))
        await expect(title).to_contain_text("≠")
        await expect(title.get_by_role("rowheader")).to_contain_text("(differs)")
        assert await title.get_by_role("cell").all_inner_texts() == ["Plumbers", "Painters"]
        await expect(dialog.get_by_role("row", name=re.compile("time"))).to_contain_text("≠")
        same = dialog.get_by_role("row", name=re.compile("status"))
        assert await same.get_by_role("cell").all_inner_texts() == ["confirmed", "confirmed"]
        await expect(same).not_to_contain_text("≠")
        await axe(page)


async def test_both_sides_of_a_booking_stand_under_each_other_in_the_rooms_zone(site: Site, page: Page) -> None:
    room = await site.room("Harlem")
    await site.desk.book(room.platform, booked(at(15), at(16)), "Lecture")
    await eventually(room.calendar_side, bool, "the calendar shows it")
    await looked_at(page, room, "&show=day")
    above, below = booking(page, "10:00", "Lecture", "Calendar"), booking(page, "10:00", "Lecture", "Platform")
    await expect(above).to_be_visible(timeout=PATIENCE)
    upper, lower = await above.bounding_box(), await below.bounding_box()
    assert upper is not None
    assert lower is not None
    assert (upper["x"], upper["width"]) == (lower["x"], lower["width"])
    assert upper["y"] < lower["y"]
    await expect(page.get_by_text("Times in Eastern Time (not your own zone)")).to_be_visible()


async def test_a_private_booking_shows_its_time_and_that_it_is_private(site: Site, page: Page) -> None:
    room = await site.room()
    await site.desk.book(room.platform, booked(at(9), at(10)), "Surgery", private=True)
    await eventually(room.calendar_side, bool, "the calendar shows it")
    await looked_at(page, room)
    await booking(page, "Private", "Platform").click(timeout=PATIENCE)
    dialog = page.get_by_role("dialog", name="Private")
    await expect(dialog).to_contain_text("Decisions")
    await expect(dialog.get_by_role("row", name=re.compile("organiser"))).to_have_count(0)
    assert "Surgery" not in await page.content()


async def test_held_steps_are_approved_in_part_and_the_rest_discarded(site: Site, page: Page, picture: Album) -> None:
    room = await waiting_for_approval(site)
    await looked_at(page, room)
    waiting = page.get_by_role("list", name="What waits").get_by_role("listitem")
    await expect(waiting).to_have_count(3, timeout=PATIENCE)
    await expect(page.get_by_text("If approved: 3 cancelled")).to_be_visible()
    await axe(page)
    await waiting.nth(0).get_by_role("checkbox").check()
    await waiting.nth(1).get_by_role("checkbox").check()
    await picture(page, "console-held")
    await page.get_by_role("button", name="Approve 2").click()
    await expect(page.get_by_role("dialog")).to_contain_text("does what is both still needed and approved here")
    await page.get_by_role("dialog").get_by_role("button", name="Approve 2").click()
    await expect(waiting).to_have_count(1, timeout=2 * PATIENCE)
    await eventually(room.calendar_side, lambda shown: len(shown) == 1, "two entries are gone")
    await page.get_by_role("checkbox", name="All 1").check()
    await page.get_by_role("button", name="Discard 1").click()
    await page.get_by_role("dialog").get_by_role("button", name="Discard 1").click()
    await expect(page.get_by_text("What waits for you")).to_have_count(0, timeout=2 * PATIENCE)
    assert len(await room.calendar_side()) == 1


async def test_whoever_may_only_read_is_offered_nothing_to_order(site: Site, page: Page) -> None:
    room = await waiting_for_approval(site)
    reader = {"name": "Erin Walsh", "roles": ["Reader"], "signed_in_by": "account"}
    await page.route("**/api/me", lambda route: route.fulfill(json=reader))
    await looked_at(page, room)
    await expect(page.get_by_role("list", name="What waits").get_by_role("listitem")).to_have_count(3, timeout=PATIENCE)
    await expect(page.get_by_text("Your role reads only")).to_be_visible()
    for offered in ("Pause", "Unlink", "Approve", "Discard"):
        await expect(page.get_by_role("button", name=re.compile(f"^{offered}"))).to_have_count(0)
    await page.get_by_role("link", name="Overview").first.click()
    await expect(page.get_by_role("table", name="Overview")).to_contain_text(room.address, timeout=PATIENCE)
    await expect(page.get_by_role("button", name="Act on all shown")).to_have_count(0)


async def test_a_resource_is_paused_and_resumed_and_each_order_followed_to_its_end(site: Site, page: Page) -> None:
    room = await site.room()
    await looked_at(page, room)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_role("dialog")).to_contain_text("nothing is written until somebody resumes it")
    await page.get_by_role("dialog").get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("paused by a person").first).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_text("on its way")).to_have_count(0)
    await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
    await expect(booking(page, "Lecture", "Calendar", "missing here")).to_be_visible(timeout=3 * PATIENCE)
    await page.get_by_role("button", name="Resume").click()
    await page.get_by_role("dialog").get_by_role("button", name="Resume").click()
    await expect(booking(page, "Lecture", "Calendar")).not_to_have_class(re.compile("missing"), timeout=2 * PATIENCE)
    await expect(page.get_by_role("button", name="Pause")).to_be_visible()


async def test_plan_now_shows_what_the_next_run_would_do_and_writes_nothing(site: Site, page: Page) -> None:
    room = await site.room()
    async with room.held_still():
        await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
        await looked_at(page, room)
        await page.get_by_role("button", name="Look ahead").click()
        await expect(page.get_by_text("create (Calendar)")).to_be_visible(timeout=PATIENCE)
        assert await room.calendar_side() == ()


async def test_unlinking_says_what_stays_before_it_is_done(site: Site, page: Page) -> None:
    room = await site.room()
    await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
    await eventually(room.calendar_side, bool, "the calendar shows it")
    await looked_at(page, room)
    await page.get_by_role("button", name="Unlink").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("1 booking stays as it is.")
    await dialog.get_by_role("button", name="Cancel").click()
    assert (await room.resource())["state"] == "in step"
    await page.get_by_role("button", name="Unlink").click()
    await dialog.get_by_role("button", name="Unlink").click()
    await expect(page.get_by_text("This resource is not linked any more")).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_role("link", name="Link it again in the set-up")).to_be_visible()
    assert len(await room.calendar_side()) == 1


async def test_a_resource_that_does_not_exist_is_said_to_be_unknown(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("404")
    await opened(page, site.stack, "#/resources/nobody")
    await expect(page.get_by_role("alert")).to_contain_text("no resource nobody is linked", timeout=PATIENCE)


async def test_it_fits_on_a_phone_in_the_dark(site: Site, open_page: Opening, picture: Album) -> None:
    room = await overlapping(site)
    phone = await open_page(**{**PHONE, "color_scheme": "dark"})
    await looked_at(phone, room)
    await expect(booking(phone, "Painters", "Platform")).to_be_visible(timeout=PATIENCE)
    await axe(phone)
    await fits(phone)
    await picture(phone, "console-resource-phone")
