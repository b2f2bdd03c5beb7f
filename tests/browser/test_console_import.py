"""An import in the console: shown before it is written, approved, and watched to its end, also by a tab that was
loaded again meanwhile.
"""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.async_api import Locator, Page, expect

from tests.browser.seeing.accessibility import axe
from tests.browser.seeing.pictures import Album
from tests.browser.test_console_overview import name_of, opened, row_of
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 120_000
"""Milliseconds: hundreds of entries are written, on a machine that has other things to do."""
HISTORY = 208
"""More than one run writes."""


async def with_history(site: Site) -> Room:
    """A room that was booked on the platform for long, and whose import waits for a person."""
    vacant = site.vacant()
    name = vacant.address.partition("@")[0]
    await site.host.ask("POST", "/api/platform/resources", {"id": name, "name": name, "zone": "Europe/Zurich"})
    for number in range(HISTORY):
        start = at(7, offset=number // 20) + timedelta(minutes=30 * (number % 20))
        await site.desk.book(name, booked(start, start + timedelta(minutes=30)), f"Lesson {number}")
    order = {"mailbox": vacant.address, "platform": name, "policy": {"imports": "preview"}}
    told = await site.host.ask("POST", "/api/resources", order)
    room = Room(site.stack, site.host, site.outlook, site.desk, told["id"], vacant.id, vacant.address, name)
    await eventually(room.resource, lambda seen: seen["state"] == "held", "the import waits")
    return room


def _bar(page: Page) -> Locator:
    """How far the plan has come, in words and as a bar."""
    return page.get_by_role("progressbar", name=re.compile(rf"\d+ of {HISTORY} done"))


async def _done(page: Page) -> int:
    """How many bookings the bar says are done."""
    await expect(_bar(page)).to_be_visible(timeout=PATIENCE)
    return int(await _bar(page).get_attribute("value") or "0")


@pytest.mark.timeout(600)
async def test_an_import_is_approved_and_watched_to_its_end_also_after_a_reload(
    site: Site, page: Page, picture: Album
) -> None:
    room = await with_history(site)
    await opened(page, site.stack)
    row = row_of(page, await name_of(room))
    await expect(row).to_contain_text("held", timeout=PATIENCE)
    await row.get_by_role("link").click()
    await expect(page.get_by_text(f"If approved: {HISTORY} created")).to_be_visible(timeout=PATIENCE)
    await page.get_by_role("checkbox", name=f"All {HISTORY}").check()
    # Each write takes its time from now on, so that the import is seen on its way on any machine.
    slow = await site.fault("latency", method="POST", count=None, seconds=1.5)
    await page.get_by_role("button", name=f"Approve {HISTORY}").click()
    await page.get_by_role("dialog").get_by_role("button", name=f"Approve {HISTORY}").click()

    first = await _done(page)
    assert first < HISTORY, "the import was over before it was seen"
    await expect(page.get_by_text("still to be written")).to_be_visible()
    await picture(page, "console-import")
    await page.reload()
    assert first <= await _done(page)
    await axe(page)
    await site.graph.ask("DELETE", f"/sim/faults/{slow['id']}")
    await page.get_by_role("link", name="Overview").first.click()
    await expect(row_of(page, await name_of(room))).to_contain_text(
        re.compile(rf"of {HISTORY} done|in step"), timeout=PATIENCE
    )
    await page.go_back()
    await expect(_bar(page)).to_have_attribute("value", str(HISTORY), timeout=PATIENCE)
    await expect(page.get_by_text(f"{HISTORY} of {HISTORY} done")).to_be_visible()
    await expect(page.get_by_text("in step", exact=True).first).to_be_visible(timeout=PATIENCE)
    assert len(await room.calendar_side()) == HISTORY
    seen = await room.resource()
    assert (seen["mappings"], seen["open_steps"]) == (HISTORY, 0)
