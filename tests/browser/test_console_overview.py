"""The overview as somebody uses it: what needs them stands first, is found by keyboard, and follows what happens."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.fleet import fill
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 20_000
"""Milliseconds within which a page shows what happened, on a machine that has other things to do."""


async def opened(page: Page, stack: Stack, view: str = "#/") -> None:
    """Open the console, signed in, at a view."""
    where = stack.described
    await page.goto(f"{where['host']}/api/console#key={where['function_key']}")
    # The page takes the key out of the address before it shows anything.
    await expect(page.get_by_role("navigation")).to_be_visible(timeout=PATIENCE)
    await page.evaluate("view => { location.hash = view }", view)


def row_of(page: Page, name: str) -> Locator:
    """The row of a resource."""
    return page.get_by_role("row").filter(has=page.get_by_role("link", name=name, exact=True))


async def name_of(room: Room) -> str:
    return str((await room.resource())["name"])


async def overlapping(site: Site) -> Room:
    """A room with an overlap that is reported and stays."""
    room = await site.room(winner="report", settle_seconds=0)
    await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
    await site.outlook.enter(room.address, timed(at(9, 30), at(10, 30)), "Painters")
    return room


async def test_what_needs_somebody_stands_first_and_says_why(site: Site, page: Page) -> None:
    room, quiet = await overlapping(site), await site.room()
    await opened(page, site.stack)
    row = row_of(page, await name_of(room))
    await expect(row).to_contain_text("1 conflict", timeout=PATIENCE)
    await expect(row).to_contain_text("1 overlap is open")
    names = await page.get_by_role("row").get_by_role("link").all_text_contents()
    assert names.index(await name_of(room)) < names.index(await name_of(quiet))
    await axe(page)


async def test_a_change_reaches_the_open_page_with_its_latency(site: Site, page: Page) -> None:
    room = await site.room()
    await opened(page, site.stack)
    row = row_of(page, await name_of(room))
    await expect(row).to_contain_text("in step", timeout=PATIENCE)
    await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
    await expect(row).to_contain_text(re.compile(r"in \d+(\.\d+)? (secs?|ms)"), timeout=PATIENCE)
    await room.command("pause")
    await expect(row).to_contain_text("paused", timeout=PATIENCE)


async def test_each_resource_tells_when_its_sides_were_last_proven_equal(site: Site, page: Page) -> None:
    room = await site.room()
    await opened(page, site.stack)
    row = row_of(page, await name_of(room))
    await expect(row).to_contain_text("in step", timeout=PATIENCE)
    columns = await page.get_by_role("columnheader").all_text_contents()
    proven = row.get_by_role("cell").nth(columns.index("Proven equal"))
    before = (await room.resource())["proven_at"]
    await room.command("prove")
    after = await eventually(
        room.resource, lambda seen: seen["proven_at"] not in {None, before}, "both sides are proven equal"
    )
    await expect(proven.get_by_role("time")).to_have_attribute("datetime", after["proven_at"], timeout=PATIENCE)
    await expect(proven.get_by_role("time")).to_have_text(re.compile("now|second|minute"))


async def test_resources_are_found_and_filtered_by_keyboard_and_the_address_keeps_it(site: Site, page: Page) -> None:
    room = await site.room("Harlem")
    name = await name_of(room)
    await opened(page, site.stack)
    await expect(row_of(page, name)).to_be_visible(timeout=PATIENCE)
    await page.get_by_role("searchbox", name="Search by name, address or building").focus()
    await page.keyboard.type(name.upper())
    await expect(page.get_by_role("status").filter(has_text="1 resource shown")).to_be_attached()
    await page.keyboard.press("Tab")
    await page.keyboard.type("Harlem")
    await expect(page.get_by_role("combobox", name="Building")).to_have_value("Harlem")
    for _ in ("kind", "order", "row"):
        await page.keyboard.press("Tab")
    await expect(row_of(page, name).get_by_role("link")).to_be_focused()
    await page.reload()
    await expect(page.get_by_role("combobox", name="Building")).to_have_value("Harlem")
    await expect(page.get_by_role("row")).to_have_count(2)
    await page.get_by_role("searchbox").fill("nobody is called like this")
    await expect(page.get_by_text("No resource is like that.")).to_be_visible()
    await page.get_by_role("button", name="Show all").click()
    await expect(row_of(page, name)).to_be_visible()


async def test_a_count_filters_by_its_state(site: Site, page: Page) -> None:
    paused, other = await site.room(), await site.room()
    await paused.command("pause")
    await opened(page, site.stack)
    await page.get_by_role("button", name=re.compile("paused")).click(timeout=PATIENCE)
    await expect(row_of(page, await name_of(paused))).to_be_visible()
    await expect(row_of(page, await name_of(other))).to_have_count(0)
    assert page.url.endswith("#/?state=paused")


async def test_the_same_is_ordered_of_all_that_are_shown(site: Site, page: Page) -> None:
    room, other = await site.room("Harlem"), await site.room()
    await opened(page, site.stack)
    await page.get_by_role("combobox", name="Building").select_option("Harlem", timeout=PATIENCE)
    await page.get_by_role("button", name="Act on all shown").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text(await name_of(room))
    await axe(page)
    await dialog.get_by_role("radio", name=re.compile("Pause")).check()
    await dialog.get_by_role("button", name=re.compile("Do it for")).click()
    await expect(row_of(page, await name_of(room))).to_contain_text("paused", timeout=PATIENCE)
    assert (await other.resource())["state"] == "in step"
    await site.host.ask("POST", "/api/orders", {"verb": "resume", "building": "Harlem"})


async def test_what_is_known_stays_with_its_age_while_the_app_is_away(
    site: Site, page: Page, complaints: Complaints
) -> None:
    name = await name_of(await site.room())
    await opened(page, site.stack)
    await expect(row_of(page, name)).to_be_visible(timeout=PATIENCE)
    complaints.forgive("ERR_INTERNET_DISCONNECTED")
    await page.context.set_offline(True)
    await expect(page.get_by_role("alert")).to_contain_text("Lockstep cannot be reached", timeout=PATIENCE)
    await expect(page.get_by_role("alert")).to_contain_text("What is shown is of")
    await expect(row_of(page, name)).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)


async def test_it_fits_on_a_phone_and_is_readable_in_the_dark(site: Site, open_page: Opening, picture: Album) -> None:
    name = await name_of(await overlapping(site))
    phone = await open_page(**{**PHONE, "color_scheme": "dark"})
    await opened(phone, site.stack)
    await expect(row_of(phone, name)).to_contain_text("1 conflict", timeout=PATIENCE)
    await axe(phone)
    await fits(phone)
    await picture(phone, "console-overview-phone")


_FRAMES = """async () => {
  const gaps = [];
  let before = performance.now();
  for (let step = 0; step < 60; step += 1) {
    window.scrollBy(0, 6000);
    await new Promise(requestAnimationFrame);
    const now = performance.now();
    gaps.push(now - before);
    before = now;
  }
  return gaps.sort((one, other) => one - other)[30];
}"""
"""Scrolls through a long list; answers the median milliseconds between two frames."""


@pytest.fixture(scope="module")
def full_stack(chromium_path: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack of its own, since its rows name no mailbox that exists."""
    made = Stack(tmp_path_factory.mktemp("full"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def filled(full_stack: Stack) -> Stack:
    """The table of resources with thousands of rows in it."""
    await fill(full_stack)
    return full_stack


@pytest.mark.timeout(600)  # Azurite takes its time over 5,000 rows.
async def test_five_thousand_resources_stay_fluid(filled: Stack, page: Page, picture: Album) -> None:
    await opened(page, filled)
    everything = page.get_by_role("button", name=re.compile("5,000 linked"))
    await expect(everything).to_be_visible(timeout=3 * PATIENCE)
    assert await page.get_by_role("row").count() < 60
    # A page that drew all rows would take seconds; other suites may share the machine.
    assert await page.evaluate(_FRAMES) < 250
    await expect(page.get_by_role("row").last).to_contain_text("Room 49", timeout=PATIENCE)
    await page.evaluate("window.scrollTo(0, 0)")
    await expect(row_of(page, "Room 0007")).to_be_visible()
    await picture(page, "console-overview")
    await page.get_by_role("searchbox").press_sequentially("4321")
    await expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "2")
    await expect(row_of(page, "Room 4321")).to_be_visible()
    await page.get_by_role("searchbox").fill("")
    # Sweeps find out meanwhile that no mailbox is there, but in a paused room nothing is looked for.
    await page.get_by_role("button", name=re.compile("paused")).first.click()
    await page.get_by_role("combobox", name="Building").select_option("Building 9")
    await expect(page.get_by_role("table")).to_have_attribute("aria-rowcount", "126")
    await axe(page)
