"""What a visitor does in Outlook beside it reaches the booking platform, and the other way, and the page tells it."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from playwright.async_api import Page, expect

from tests.browser.beside import HOME, PATIENCE_MS, at_home, opened
from tests.browser.seeing.accessibility import axe, fits
from tests.integration.loop.driving.company import BRUNO
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import PRIVATE, Room, Shown, shown
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import day
from tests.integration.loop.driving.waiting import eventually

ADELE = "Adele Vance"
TIMES = re.compile(r"^\d+\.\d\d s")
TO_PLATFORM, TO_OUTLOOK = "Outlook → platform", "platform → Outlook"


def _name(room: Room) -> str:
    """What people call a room: its address holds its name."""
    city, number = room.address.partition("@")[0].split(".")
    return f"{city.capitalize()} {number}"


def _nine(title: str = ADELE, *, days: int = 0, hour: int = 9) -> Shown:
    start = at_home(day(days), hour)
    return shown(start, start + timedelta(hours=1), title)


async def test_the_first_address_that_a_started_stack_prints_is_that_of_outlook_beside_it(
    site: Site, page: Page
) -> None:
    async def addresses() -> list[str]:
        printed = (site.stack.folder / "up.out").read_text("utf-8").partition("Open in a browser:\n")[2]
        return re.findall(r"http\S+(?=\n)", printed)

    await page.goto((await eventually(addresses, bool, "the stack prints its addresses"))[0])
    await expect(page.get_by_role("heading", level=1)).to_have_text("Outlook beside it")
    await expect(page.get_by_label("Calendar of")).to_be_visible(timeout=PATIENCE_MS)


async def test_a_meeting_made_moved_and_cancelled_in_outlook_crosses_over_and_is_timed(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await beside.look_at(ADELE, day())
    await beside.make("Quarterly review", day(), _name(room))
    await beside.tells(f"“Quarterly review” in {_name(room)}", TO_PLATFORM)
    await room.agrees_on(_nine())
    assert TIMES.match(await beside.crossed.first.inner_text())

    await beside.event("Quarterly review").click()
    await beside.retime(day(), "11:00", "12:00")
    await beside.dialog.get_by_role("button", name="Save").click()
    await beside.tells("“Quarterly review” moved", TO_PLATFORM)
    await room.agrees_on(_nine(hour=11))

    await beside.order("Quarterly review", "Cancel meeting")
    await beside.tells("“Quarterly review” cancelled", TO_PLATFORM)
    await room.agrees_on()
    await expect(beside.event("Quarterly review")).to_have_count(0, timeout=PATIENCE_MS)


async def test_a_meeting_that_is_dragged_and_stretched_crosses_over_and_is_told_at_once(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    monday = day() + timedelta(days=-day().weekday() % 7)
    await beside.look_at(ADELE, monday)
    await beside.make("Pipeline", monday, _name(room))
    nine = at_home(monday, 9)
    await room.agrees_on(shown(nine, nine + timedelta(hours=1), ADELE))

    await beside.drag("Pipeline", minutes=90, days=1)
    await expect(beside.crossed.first).to_contain_text("“Pipeline” moved", timeout=2000)
    await expect(page.get_by_role("dialog")).to_have_count(0)
    start = at_home(monday + timedelta(days=1), 10, 30)
    await room.agrees_on(shown(start, start + timedelta(hours=1), ADELE))
    await beside.tells("“Pipeline” moved", TO_PLATFORM)
    assert TIMES.match(await beside.crossed.first.inner_text())

    await beside.drag("Pipeline", minutes=45, stretch=True)
    await room.agrees_on(shown(start, start + timedelta(minutes=105), ADELE))
    await expect(beside.event("Pipeline")).to_contain_text(re.compile("10:30.12:15"))


async def test_a_drag_that_is_given_up_leaves_the_meeting_where_it_was(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await beside.look_at(ADELE, day())
    await beside.make("Pipeline", day(), _name(room))
    await room.agrees_on(_nine())
    block = beside.event("Pipeline")
    before = await block.bounding_box()
    assert before
    await page.mouse.move(before["x"] + 9, before["y"] + 9)
    await page.mouse.down()
    await page.mouse.move(before["x"] + 9, before["y"] + 99, steps=4)
    await expect(block).not_to_contain_text(re.compile("09:00.10:00"))
    await page.keyboard.press("Escape")
    await page.mouse.up()
    await expect(block).to_contain_text(re.compile("09:00.10:00"))
    assert await block.bounding_box() == before
    await expect(page.get_by_role("dialog")).to_have_count(0)
    await room.keeps(_nine())


async def test_of_a_series_one_occurrence_is_deleted_and_the_others_stay(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await beside.look_at(ADELE, day())
    await beside.begin("Stand-up", day(), _name(room))
    await beside.dialog.get_by_label("Repeats").select_option("weekly")
    await beside.dialog.get_by_label("How often").fill("3")
    await beside.dialog.get_by_role("button", name="Save").click()
    await room.agrees_on(_nine(), _nine(days=7), _nine(days=14))
    await page.get_by_role("button", name="Later week").click()
    await beside.order("Stand-up", "Cancel meeting: only this one")
    await room.agrees_on(_nine(), _nine(days=14))
    await beside.tells("“Stand-up” cancelled", TO_PLATFORM)
    await page.get_by_role("button", name="Later week").click()
    await beside.order("Stand-up", "Cancel meeting: the whole series")
    await room.agrees_on()


async def test_the_title_of_a_private_meeting_stays_in_outlook(site: Site, page: Page) -> None:
    room = await site.room()
    await site.graph.ask("PATCH", f"/sim/mailboxes/{room.mailbox}", {"processing": {"removePrivateProperty": False}})
    beside = await opened(page, site)
    await beside.look_at(ADELE, day())
    await beside.begin("Salary review", day(), _name(room))
    await beside.dialog.get_by_label("Private").check()
    await beside.dialog.get_by_role("button", name="Save").click()
    await beside.tells("“Salary review”", TO_PLATFORM)
    await room.agrees_on(_nine(PRIVATE))
    bookings = await site.desk.listed(room.platform, at_home(day(), 0), at_home(day(), 23), cancelled=True)
    assert "Salary" not in str(bookings)
    await expect(beside.event("Salary review")).to_contain_text("private")


async def test_the_rooms_delegate_types_an_entry_and_declines_a_meeting(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await beside.look_at(_name(room), day())
    await beside.make("Window repair", day(), start="14:00", end="15:00")
    await beside.tells(f"“Window repair” in {_name(room)}", TO_PLATFORM)
    await room.agrees_on(_nine("Window repair", hour=14))
    await beside.look_at(ADELE, day())
    await beside.make("Sales sync", day(), _name(room))
    await room.agrees_on(_nine("Window repair", hour=14), _nine())
    await beside.look_at(_name(room), day())
    await beside.order(ADELE, "Decline")
    await beside.tells("declined", TO_PLATFORM)
    await room.agrees_on(_nine("Window repair", hour=14))


async def test_an_all_day_meeting_crosses_over(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await beside.look_at(ADELE, day())
    await beside.begin("Offsite", day(), _name(room))
    await beside.dialog.get_by_label("All day").check()
    await beside.dialog.get_by_role("button", name="Save").click()
    await beside.tells("“Offsite”", TO_PLATFORM)
    await room.agrees_on(Shown(day().isoformat(), day(1).isoformat(), ADELE))


async def test_a_booking_of_the_platform_arrives_in_the_rooms_week_and_is_timed(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await beside.look_at(_name(room), day())
    # What stood before the page was opened is no news: it has to have looked once.
    await page.wait_for_timeout(2500)
    start = at_home(day(), 10)
    booking = await site.desk.book(room.platform, booked(start, start + timedelta(hours=1)), "Interview")
    await beside.tells(f"“Interview” in {_name(room)}", TO_OUTLOOK)
    assert TIMES.match(await beside.crossed.first.inner_text())
    await expect(beside.event("Interview")).to_be_visible(timeout=PATIENCE_MS)
    await site.desk.cancel(room.platform, booking)
    await beside.tells(f"“Interview” cancelled in {_name(room)}", TO_OUTLOOK)
    await expect(beside.event("Interview")).to_have_count(0, timeout=PATIENCE_MS)


async def test_what_is_booked_in_the_frame_arrives_in_outlook_beside_it(site: Site, page: Page) -> None:
    room = await site.room()
    beside = await opened(page, site)
    await page.wait_for_timeout(2500)
    framed = page.frame_locator("iframe")
    await framed.get_by_role("button", name=f"Book {_name(room)}", exact=True).click(timeout=PATIENCE_MS)
    dialog = framed.get_by_role("dialog")
    await dialog.get_by_label("Name").fill("Bruno Keller")
    await dialog.get_by_label("E-mail address").fill(BRUNO)
    await dialog.get_by_label("Title (optional)").fill("Interview")
    await dialog.get_by_role("button", name="Book", exact=True).click()
    await beside.tells(f"“Interview” in {_name(room)}", TO_OUTLOOK)
    await beside.look_at(_name(room), datetime.now(HOME).date())
    await expect(beside.event("Interview")).to_be_visible(timeout=PATIENCE_MS)


async def test_an_end_before_the_start_is_refused_and_the_dialog_gives_the_focus_back(site: Site, page: Page) -> None:
    beside = await opened(page, site)
    await beside.look_at(ADELE, day())
    await beside.begin("Backwards", day(), start="11:00", end="10:00")
    await beside.dialog.get_by_role("button", name="Save").click()
    await expect(beside.dialog.get_by_role("alert")).to_have_text("The end has to be after the start.")
    await page.keyboard.press("Escape")
    await expect(beside.dialog).to_have_count(0)
    await expect(page.get_by_role("button", name="New meeting")).to_be_focused()


async def test_the_key_leaves_the_address_and_survives_a_reload(site: Site, page: Page) -> None:
    await opened(page, site)
    await expect(page).to_have_url(re.compile("/sim/outlook$"))
    await page.reload()
    await expect(page.get_by_text("Open this page by the address")).to_have_count(0)


async def test_everybody_can_use_it_on_a_desk_and_on_a_phone(site: Site, page: Page, phone: Page) -> None:
    room = await site.room()
    for each in (page, phone):
        beside = await opened(each, site)
        await beside.look_at(ADELE, day())
        await beside.make("Review", day(), _name(room), start="09:00" if each is page else "13:00", end="14:00")
        await expect(beside.event("Review").first).to_be_visible()
        await axe(each)
        await fits(each)
        await beside.event("Review").first.click()
        await axe(each)
        await fits(each)
    await page.emulate_media(color_scheme="dark")
    await axe(page)
