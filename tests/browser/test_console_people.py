"""Those who need somebody although nothing fails: people who left and what they still hold, series to which nobody
comes.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.pictures import Album
from tests.browser.test_console_overview import name_of, opened
from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Json, Site
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 60_000
"""Milliseconds."""
_A_MINUTE = 60.0


@pytest.fixture(scope="module")
def stack(chromium_path: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack that follows the directory."""
    made = Stack(tmp_path_factory.mktemp("people"), {"LOCKSTEP_FOLLOW_PEOPLE": "true"})
    try:
        yield made.start()
    finally:
        made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def somebody_left(site: Site) -> AsyncIterator[Room]:
    """Bruno books a room and leaves; the room."""
    room = await site.room()
    await _follow(site)
    await site.desk.book(room.platform, booked(at(9), at(10)), "Interview", organiser=BRUNO)
    await eventually(room.calendar_side, bool, "the calendar shows it")
    await site.graph.ask("PATCH", f"/sim/mailboxes/{BRUNO}", {"accountEnabled": False})
    await eventually(lambda: _left(site), bool, "it is noticed that he left")
    yield room
    await site.graph.ask("PATCH", f"/sim/mailboxes/{BRUNO}", {"accountEnabled": True})
    await eventually(lambda: _left(site), lambda found: not found, "he is back")


async def _follow(site: Site) -> None:
    async def known() -> int:
        await site.host.ask("POST", "/api/people/follow", {})
        return int((await site.host.ask("GET", "/api/people"))["active"])

    await eventually(known, bool, "the directory was read")


async def _left(site: Site) -> list[Json]:
    await site.host.ask("POST", "/api/people/follow", {})
    found: list[Json] = (await site.host.ask("GET", "/api/people?left=true"))["people"]
    return found


async def opened_panel(page: Page, site: Site, name: str) -> Locator:
    """Open operations, and what is read there only when somebody asks."""
    await opened(page, site.stack, "#/operations")
    panel = page.get_by_role("group").filter(has=page.get_by_role("heading", name=name))
    await panel.get_by_role("heading", name=name).click(timeout=PATIENCE)
    return panel


async def test_who_left_is_listed_with_what_they_still_hold(
    site: Site, somebody_left: Room, page: Page, picture: Album
) -> None:
    name = await name_of(somebody_left)
    panel = await opened_panel(page, site, "People who left")
    line = panel.get_by_role("listitem").filter(has_text="Bruno Keller").first
    await expect(line).to_contain_text("1 coming booking", timeout=PATIENCE)
    await line.get_by_text("1 coming booking").click()
    held = line.get_by_role("listitem").filter(has=page.get_by_role("link", name=name))
    await expect(held).to_be_visible()
    await expect(line.get_by_text("Interview")).to_have_count(0)
    await axe(page)
    await picture(page, "console-left", full_page=True)
    await held.get_by_role("link").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(name, timeout=PATIENCE)


def _running() -> tuple[datetime, datetime]:
    now = datetime.now(UTC).replace(microsecond=0)
    return now - timedelta(minutes=5), now + timedelta(minutes=50)


def _daily(start: datetime) -> Json:
    return {
        "pattern": {"type": "daily", "interval": 1},
        "range": {
            "type": "numbered",
            "numberOfOccurrences": 3,
            "startDate": start.date().isoformat(),
            "recurrenceTimeZone": "UTC",
        },
    }


async def _missed(site: Site, subject: str, **more: object) -> Room:
    """A room that was released because nobody came to a series of its own."""
    room = await site.room(check_in_minutes=1, no_shows_reported_after=1)
    start, end = _running()
    await site.outlook.invite(ADELE, room.address, timed(start, end), subject, recurrence=_daily(start), **more)
    return room


@pytest.mark.timeout(400)
async def test_series_to_which_nobody_comes_are_listed_and_a_private_one_without_a_name(
    site: Site, open_page: Opening, picture: Album
) -> None:
    rooms = [await _missed(site, "Stand-up"), await _missed(site, "Salary review", sensitivity="private")]
    for room in rooms:
        await eventually(
            room.codes, lambda codes: "released" in codes, f"{room.address} is released", _A_MINUTE + PATIENCE / 1000
        )
    page = await open_page(**PHONE)
    panel = await opened_panel(page, site, "No-shows")
    lines = [panel.get_by_role("listitem").filter(has_text=await name_of(each)) for each in rooms]
    await expect(lines[0]).to_contain_text("once", timeout=PATIENCE)
    await expect(lines[0]).to_contain_text("Adele Vance")
    await expect(lines[1]).to_be_visible()
    await expect(panel.get_by_text("Salary review")).to_have_count(0)
    await axe(page)
    await fits(page)
    await picture(page, "console-no-shows", full_page=True)
