"""Settings in the console: explained, with where they come from, looked at before they are applied."""

from __future__ import annotations

import re

from playwright.async_api import Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.pictures import Album
from tests.browser.test_console_overview import PATIENCE, opened
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually


async def settings_of(page: Page, room: Room) -> None:
    """Open the settings of a room."""
    await opened(page, room.stack, f"#/resources/{room.id}")
    await page.get_by_role("button", name="Show settings").click(timeout=PATIENCE)
    await expect(page.get_by_label("Overlaps", exact=True)).to_be_visible(timeout=PATIENCE)


async def applied(page: Page) -> None:
    """Look at what the changes would do, and apply them."""
    await page.get_by_role("button", name="What would it do?").click()
    apply = page.get_by_role("dialog").get_by_role("button", name="Apply")
    await expect(apply).to_be_enabled(timeout=2 * PATIENCE)
    await apply.click()


async def test_a_setting_says_what_it_does_and_is_looked_at_before_it_is_applied(
    site: Site, page: Page, picture: Album
) -> None:
    room = await site.room()
    await site.outlook.enter(room.address, timed(at(9), at(10)), "Painters")
    await eventually(room.platform_side, bool, "the platform shows it")
    await settings_of(page, room)
    titles = page.get_by_label("Titles on the platform", exact=True)
    await expect(titles).to_have_accessible_description(re.compile("What the platform shows as the title"))
    await axe(page)
    await titles.select_option("busy")
    await page.get_by_role("button", name="What would it do?").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("At once: 1 changed", timeout=2 * PATIENCE)
    await expect(dialog).to_contain_text("Titles on the platform: full → busy")
    (example,) = await dialog.get_by_role("region", name="For example").get_by_role("listitem").all()
    await expect(example).to_contain_text(re.compile(r"\d\d:00.\d\d:00"))
    await expect(example).to_contain_text("would happen at once")
    await expect(example).to_contain_text("change (Platform)")
    await axe(page)
    await picture(page, "console-settings")
    assert (await room.resource())["policy"]["titles"] == "full"
    await dialog.get_by_role("button", name="Apply").click()
    await eventually(
        room.platform_side, lambda shown: [each.title for each in shown] == ["Reserved"], "the title is hidden"
    )
    await expect(page.get_by_role("button", name="Inherit “full” again")).to_be_visible(timeout=PATIENCE)


async def test_a_building_hands_a_setting_down_and_its_origin_is_shown(site: Site, page: Page) -> None:
    room, sibling = await site.room("Harlem"), await site.room("Harlem")
    own = await site.room("Harlem", held_again_hours=36)
    await settings_of(page, room)
    await page.get_by_label("Changes count for").select_option("building")
    await page.get_by_label("Hours until told again", exact=True).fill("48")
    await page.keyboard.press("Tab")
    await applied(page)
    await expect(page.get_by_role("status").filter(has_text="Applied to")).to_be_visible(timeout=PATIENCE)
    for each, hours in ((room, 48), (sibling, 48), (own, 36)):
        await eventually(
            each.resource,
            lambda seen, hours=hours: seen["policy"]["held_again_hours"] == hours,  # type: ignore[misc]
            f"{each.address} follows {hours}",
        )
    await settings_of(page, sibling)
    line = page.get_by_role("region", name="What waits for a person").locator(".setting", has_text="held_again_hours")
    await expect(line).to_contain_text("building", timeout=PATIENCE)
    await site.host.ask(
        "POST", "/api/policies", {"level": "building", "name": "Harlem", "inherit": ["held_again_hours"]}
    )


async def test_what_is_set_on_the_resource_is_given_back(site: Site, page: Page) -> None:
    room = await site.room(winner="report")
    await settings_of(page, room)
    await page.get_by_role("button", name="Inherit “first” again").click()
    await applied(page)
    await eventually(room.resource, lambda seen: seen["policy"]["winner"] == "first", "the default counts again")
    await expect(page.get_by_role("button", name="Inherit “first” again")).to_have_count(0, timeout=PATIENCE)


async def test_a_value_out_of_its_limits_is_refused_at_once(site: Site, page: Page) -> None:
    room = await site.room()
    await settings_of(page, room)
    await page.get_by_label("Bookings at a time", exact=True).fill("0")
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("button", name="What would it do?")).to_have_count(0)


async def test_settings_fit_on_a_phone_in_the_dark(site: Site, open_page: Opening) -> None:
    phone = await open_page(**{**PHONE, "color_scheme": "dark"})
    await settings_of(phone, await site.room())
    await axe(phone)
    await fits(phone)
