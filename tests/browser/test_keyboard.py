"""Linking a room, approving what is held and changing a setting, by the keys of a keyboard alone."""

from __future__ import annotations

from playwright.async_api import Locator, Page, expect

from tests.browser.test_console_overview import opened
from tests.browser.test_console_resource import waiting_for_approval
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 60_000
"""Milliseconds."""
MOST = 150
"""Steps after which somebody gives up."""


async def _walk_to(page: Page, wanted: Locator) -> None:
    """Go on by Tab until something has the focus. What comes only after a while is waited for first."""
    await expect(wanted).to_be_visible(timeout=PATIENCE)
    for _ in range(MOST):
        if await wanted.evaluate("each => each === document.activeElement"):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by {MOST} steps")


async def _press(page: Page, name: str, within: Locator | None = None) -> None:
    """Go to a button and press Enter."""
    button = (within or page).get_by_role("button", name=name, exact=True)
    await expect(button).to_be_enabled(timeout=PATIENCE)
    await _walk_to(page, button)
    await page.keyboard.press("Enter")


async def _look_at(page: Page, room: Room) -> None:
    await opened(page, room.stack, f"#/resources/{room.id}")


async def test_a_room_is_linked(site: Site, page: Page) -> None:
    room = site.vacant()
    await opened(page, site.stack)
    await _walk_to(page, page.get_by_role("link", name="Set-up"))
    await page.keyboard.press("Enter")
    rooms = page.get_by_role("region", name="Choose rooms")
    await _walk_to(page, rooms.get_by_role("searchbox", name="Search"))
    await page.keyboard.type(room.address)
    await _walk_to(page, rooms.get_by_role("checkbox", name=room.address))
    await page.keyboard.press("Space")
    await _press(page, "Link 1 room")
    await expect(page.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)


async def test_a_held_step_is_approved(site: Site, page: Page) -> None:
    room = await waiting_for_approval(site)
    await _look_at(page, room)
    waiting = page.get_by_role("list", name="What waits").get_by_role("listitem")
    await expect(waiting).to_have_count(3, timeout=PATIENCE)
    await _walk_to(page, waiting.first.get_by_role("checkbox"))
    await page.keyboard.press("Space")
    await _press(page, "Approve 1")
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator(":focus")).to_have_count(1)
    await _press(page, "Approve 1", dialog)
    await expect(waiting).to_have_count(2, timeout=PATIENCE)
    await eventually(room.calendar_side, lambda shown: len(shown) == 2, "one entry is gone")


async def test_a_setting_is_changed(site: Site, page: Page) -> None:
    room = await site.room()
    await _look_at(page, room)
    await _press(page, "Show settings")
    await _walk_to(page, page.get_by_label("Hours until told again", exact=True))
    await page.keyboard.press("Control+A")
    await page.keyboard.type("36")
    await page.keyboard.press("Tab")
    await _press(page, "What would it do?")
    dialog = page.get_by_role("dialog")
    await expect(dialog.locator(":focus")).to_have_count(1)
    await _press(page, "Apply", dialog)
    await eventually(room.resource, lambda seen: seen["policy"]["held_again_hours"] == 36, "the setting is applied")
    await expect(dialog).to_have_count(0)
