"""Settings in the console: explained, with where they come from, looked at before they are applied."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import Any

from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
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
    apply = page.get_by_role("dialog").get_by_role("button", name="Apply", exact=True)
    await expect(apply).to_be_enabled(timeout=2 * PATIENCE)
    await apply.click()


async def test_a_setting_says_what_it_does_and_is_looked_at_before_it_is_applied(
    site: Site, page: Page, picture: Album
) -> None:
    room = await site.room()
    await site.outlook.enter(room.address, timed(at(9), at(10)), "Painters")
    await eventually(room.platform_side, bool, "the platform shows it")
    await settings_of(page, room)
    await expect(page.get_by_label("Changes count for")).to_contain_text("all of the kind “Room”")
    titles = page.get_by_label("Titles on the platform", exact=True)
    await expect(titles).to_have_accessible_description(re.compile("What the platform shows as the title"))
    await axe(page)
    await titles.select_option("busy")
    await page.get_by_role("button", name="What would it do?").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("At once: 1 changed", timeout=2 * PATIENCE)
    await expect(dialog).to_contain_text("Titles on the platform: full title → Reserved only")
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
    await expect(page.get_by_role("button", name="Inherit “full title” again")).to_be_visible(timeout=PATIENCE)


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


ROOMS, OF_ONE_ANSWER = 400, 20


class ManyRooms:
    """The API's answers about 400 rooms in each of which one booking changes at once. They come when they are let."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.let = asyncio.Event()
        self.stop_at = -1
        """The answer before which the next ones wait to be let; counted from 0."""
        self.refuse_at = -1

    async def answer(self, route: Route) -> None:
        after = str((route.request.post_data_json or {}).get("after", ""))
        turn = len(self.asked)
        self.asked.append(after)
        if turn == self.stop_at:
            await self.let.wait()
        if turn == self.refuse_at:
            error = {"code": "away", "message": "Microsoft 365 does not answer"}
            return await route.fulfill(status=503, json={"error": error})
        start = int(after or -1) + 1
        return await route.fulfill(json=_effects(start, min(start + OF_ONE_ANSWER, ROOMS)))


def _effects(start: int, end: int) -> dict[str, Any]:
    of_one = dict.fromkeys(("created", "matched", "changed", "cancelled", "declined", "mails"), 0)
    rooms = [
        {
            "id": str(number),
            "name": f"Room {number:03}",
            "zone": "Europe/Zurich",
            "before": {"held_again_hours": "24"},
            "after": {"held_again_hours": "48"},
            "runs": {**of_one, "changed": 1},
            "held": of_one,
            "why": "",
            "examples": [],
        }
        for number in range(start, end)
    ]
    following = str(end - 1) if end < ROOMS else None
    return {"affected": ROOMS, "looked_at": end - start, "resources": rooms, "next": following}


async def _looking(site: Site, page: Page, many: ManyRooms) -> Locator:
    """Ask what a setting of a building would do; return the dialog."""
    await page.route("**/api/policies/preview", many.answer)
    await settings_of(page, await site.room("Harlem"))
    await page.get_by_label("Changes count for").select_option("building")
    await page.get_by_label("Hours until told again", exact=True).fill("48")
    await page.keyboard.press("Tab")
    await page.get_by_role("button", name="What would it do?").click()
    return page.get_by_role("dialog")


def _asked_of_all() -> Iterator[str]:
    yield ""
    yield from (str(end - 1) for end in range(OF_ONE_ANSWER, ROOMS, OF_ONE_ANSWER))


async def test_four_hundred_rooms_are_looked_at_without_a_press_and_applied_after_that(
    site: Site, page: Page, picture: Album
) -> None:
    many = ManyRooms()
    many.stop_at = 7
    dialog = await _looking(site, page, many)
    apply = dialog.get_by_role("button", name="Apply", exact=True)
    await expect(dialog.get_by_role("status")).to_contain_text("140 of 400", timeout=PATIENCE)
    at_once = dialog.get_by_role("term").filter(has_text="At once").locator("..")
    await expect(at_once).to_contain_text("140 changed")
    await expect(apply).to_be_disabled()
    await axe(page)
    await picture(page, "console-settings-of-many")
    many.let.set()
    await expect(dialog.get_by_role("status")).to_contain_text("400 of 400", timeout=PATIENCE)
    await expect(apply).to_be_enabled()
    await expect(dialog.get_by_role("button", name="Apply without looking on")).to_have_count(0)
    await expect(at_once).to_contain_text("400 changed")
    assert many.asked == list(_asked_of_all())


async def test_looking_ends_with_the_dialog(site: Site, page: Page) -> None:
    many = ManyRooms()
    many.stop_at = 2
    dialog = await _looking(site, page, many)
    await expect(dialog.get_by_role("status")).to_contain_text("40 of 400", timeout=PATIENCE)
    await dialog.get_by_role("button", name="Cancel").click()
    await expect(dialog).to_have_count(0)
    many.let.set()
    await page.wait_for_timeout(1_000)
    assert len(many.asked) == 3
    await expect(page.get_by_role("button", name="What would it do?")).to_be_visible()


async def test_a_refusal_ends_the_looking_until_somebody_goes_on(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("503 (Service Unavailable)")
    many = ManyRooms()
    many.refuse_at = 3
    dialog = await _looking(site, page, many)
    await expect(dialog.get_by_role("alert")).to_contain_text("does not answer", timeout=PATIENCE)
    await expect(dialog.get_by_role("status")).to_contain_text("60 of 400")
    await expect(dialog.get_by_role("button", name="Apply", exact=True)).to_be_disabled()
    await page.wait_for_timeout(1_000)
    assert len(many.asked) == 4
    await dialog.get_by_role("button", name="Look at more").click()
    await expect(dialog.get_by_role("status")).to_contain_text("400 of 400", timeout=PATIENCE)
    await expect(dialog.get_by_role("alert")).to_have_count(0)
    await expect(dialog.get_by_role("button", name="Apply", exact=True)).to_be_enabled()
    assert many.asked[3:5] == ["59", "59"]


async def test_who_does_not_wait_applies_without_looking_on(site: Site, page: Page) -> None:
    many = ManyRooms()
    many.stop_at = 1
    sent: list[Any] = []

    async def order(route: Route) -> None:
        sent.append(route.request.post_data_json)
        await route.fulfill(status=202, json={"ordered": [{"id": "0", "name": "Room 000"}]})

    await page.route("**/api/policies", order)
    dialog = await _looking(site, page, many)
    await dialog.get_by_role("button", name="Apply without looking on").click(timeout=PATIENCE)
    await expect(page.get_by_role("status").filter(has_text="Applied to")).to_be_visible(timeout=PATIENCE)
    many.let.set()
    assert [(each["level"], each["settings"]) for each in sent] == [("building", {"held_again_hours": 48})]


async def test_what_is_set_on_the_resource_is_given_back(site: Site, page: Page) -> None:
    room = await site.room(winner="report")
    await settings_of(page, room)
    await page.get_by_role("button", name="Inherit “the first stays” again").click()
    await applied(page)
    await eventually(room.resource, lambda seen: seen["policy"]["winner"] == "first", "the default counts again")
    await expect(page.get_by_role("button", name="Inherit “the first stays” again")).to_have_count(0, timeout=PATIENCE)


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
