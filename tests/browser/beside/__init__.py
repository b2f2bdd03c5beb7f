"""Outlook beside it, as a visitor uses it: by what stands on the page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from playwright.async_api import Locator, Page, expect

from tests.integration.loop.driving.site import Site

HOME = ZoneInfo("Europe/Zurich")
"""Where the visitor's browser stands."""
PATIENCE_MS = 60_000


def at_home(day: date, hour: int, minute: int = 0) -> datetime:
    """An instant that the visitor's clock shows so."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=HOME)


@dataclass(frozen=True)
class Beside:
    """The open page."""

    page: Page

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def week(self) -> Locator:
        return self.page.get_by_role("group", name="The week")

    @property
    def crossed(self) -> Locator:
        """What crossed over, the latest first."""
        return self.page.get_by_role("log").get_by_role("listitem")

    async def look_at(self, name: str, day: date) -> None:
        """Show the week of a day in somebody's calendar."""
        await self.page.get_by_label("Calendar of").select_option(label=name)
        weeks = (_monday(day) - _coming(datetime.now(HOME).date())).days // 7
        await self.page.get_by_role("button", name="This week").click()
        for _ in range(abs(weeks)):
            await self.page.get_by_role("button", name="Later week" if weeks > 0 else "Earlier week").click()

    async def make(self, title: str, day: date, *rooms: str, start: str = "09:00", end: str = "10:00") -> None:
        """Make a meeting."""
        await self.begin(title, day, *rooms, start=start, end=end)
        await self.dialog.get_by_role("button", name="Save").click()

    async def begin(self, title: str, day: date, *rooms: str, start: str = "09:00", end: str = "10:00") -> None:
        """Fill in a new meeting without saving it."""
        await self.page.get_by_role("button", name="New meeting").click()
        await self.dialog.get_by_label("Title").fill(title)
        await self.retime(day, start, end)
        for room in rooms:
            await self.dialog.get_by_label(room, exact=True).check()

    async def retime(self, day: date, start: str, end: str) -> None:
        """Fill in day and times of the open dialog."""
        await self.dialog.get_by_label("Day", exact=True).fill(day.isoformat())
        await self.dialog.get_by_label("Start").fill(start)
        await self.dialog.get_by_label("End").fill(end)

    def event(self, title: str) -> Locator:
        """The blocks of the week with a title."""
        return self.week.get_by_role("button").filter(has_text=title)

    async def order(self, title: str, button: str, nth: int = 0) -> None:
        """Open a block of the week and press a button of its dialog."""
        await self.event(title).nth(nth).click()
        await self.dialog.get_by_role("button", name=button).click()

    async def drag(self, title: str, *, minutes: int = 0, days: int = 0, stretch: bool = False) -> None:
        """Drag a block of the week, or its lower edge, by so much as that is on the screen."""
        block, column = self.event(title).first, self.week.locator(".day")
        await block.scroll_into_view_if_needed()
        at, first, second = (
            await block.bounding_box(),
            await column.first.bounding_box(),
            await column.nth(1).bounding_box(),
        )
        assert at
        assert first
        assert second
        hour = float(await self.week.evaluate("each => parseFloat(each.style.getPropertyValue('--row'))"))
        x, y = at["x"] + at["width"] / 2, at["y"] + (at["height"] - 3 if stretch else at["height"] / 2)
        await self.page.mouse.move(x, y)
        await self.page.mouse.down()
        to = (x + days * (second["x"] - first["x"]), y + minutes / 60 * hour)
        await self.page.mouse.move(*to, steps=6)
        await self.page.mouse.up()

    async def tells(self, what: str, way: str) -> None:
        """Wait until the page tells that something crossed over."""
        line = self.crossed.filter(has_text=what).filter(has_text=way).first
        await expect(line).to_have_class("done", timeout=PATIENCE_MS)


async def opened(page: Page, site: Site) -> Beside:
    """Open the page by the address that the stack prints."""
    await page.goto(site.stack.described["outlook"])
    await expect(page.get_by_label("Calendar of").locator("option").first).to_be_attached()
    return Beside(page)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _coming(today: date) -> date:
    monday = _monday(today)
    return monday + timedelta(days=7) if today.weekday() >= 5 else monday
