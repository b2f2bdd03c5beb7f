"""Orders in the console, each followed to its end: undo, the end of a shadow, proof, and another try for what fails."""

from __future__ import annotations

import re

from playwright.async_api import Locator, Page, expect

from tests.browser.seeing.accessibility import axe
from tests.browser.test_console_overview import PATIENCE, name_of, opened, row_of
from tests.browser.test_console_resource import booking, looked_at
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Json, Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually


async def ordered(page: Page, name: str) -> Locator:
    """Press the button of an order; the dialog that asks before it is given."""
    await page.get_by_role("button", name=name, exact=True).click()
    return page.get_by_role("dialog")


async def given(site: Site, verb: str) -> list[Json]:
    """The acts of that order, the latest first."""
    acts: list[Json] = (await site.host.ask("GET", "/api/acts?limit=50"))["acts"]
    return [each for each in acts if each["what"] == verb]


async def in_shadow(site: Site) -> Room:
    """A room beside another product, which made it known to the platform."""
    found = site.vacant()
    name = found.address.partition("@")[0]
    await site.host.ask("POST", "/api/platform/resources", {"id": name, "name": name, "zone": "Europe/Zurich"})
    order = {"mailbox": found.address, "platform": name, "policy": {"shadow": True}}
    told = await site.host.ask("POST", "/api/resources", order)
    room = Room(site.stack, site.host, site.outlook, site.desk, told["id"], found.id, found.address, name)
    await eventually(room.resource, lambda seen: seen["state"] == "shadow", "it is in shadow")
    return room


async def failing(site: Site, count: int) -> tuple[list[Room], list[Json]]:
    """Rooms whose calendar nobody may read any more, and the faults that are the cause."""
    found = [await site.room() for _ in range(count)]
    faults = [await site.fault("access_denied", mailbox=each.mailbox, path="delta", count=None) for each in found]
    for each in found:
        await site.outlook.invite(ADELE, each.address, timed(at(9), at(10)))
    for each in found:
        await _fails_often(each)
    return found, faults


async def _fails_often(room: Room) -> None:
    """Let a room fail until its next try by itself is minutes away."""
    seen = await eventually(room.resource, lambda seen: seen["attempts"] > 0, f"{room.address} fails")
    while seen["state"] != "failing":
        known = seen["attempts"]
        await room.command("retry")
        seen = await eventually(
            room.resource,
            lambda seen, known=known: seen["attempts"] > known,  # type: ignore[misc]
            f"{room.address} fails again",
        )


async def mend(site: Site, faults: list[Json]) -> None:
    for each in faults:
        await site.graph.ask("DELETE", f"/sim/faults/{each['id']}")


async def test_the_last_plan_is_undone_after_it_was_shown_what_goes_and_what_stays(site: Site, page: Page) -> None:
    vacant = site.vacant()
    for hour in (9, 11):
        await site.outlook.enter(vacant.address, timed(at(hour), at(hour + 1)), "Painters")
    room = await site.link(vacant)
    copies = await eventually(room.platform_side, lambda seen: len(seen) == 2, "both were imported")
    own = await site.desk.book(room.platform, booked(at(14), at(15)), "Lecture")
    moved = (await site.desk.listed(room.platform, at(11), at(12)))[0]["id"]
    await site.desk.change(room.platform, moved, title="Decorators")
    await eventually(room.calendar_side, lambda seen: len(seen) == 3, "the calendar shows the lecture")
    await room.settles()
    await looked_at(page, room)
    dialog = await ordered(page, "Undo the last plan")
    await expect(dialog).to_contain_text("1 copy would be removed.", timeout=PATIENCE)
    await expect(dialog.get_by_role("heading", name="What stays, and why")).to_be_visible()
    await axe(page)
    await dialog.get_by_role("button", name="Undo the last plan").click()
    left = await eventually(room.platform_side, lambda seen: len(seen) == 2, "one copy is gone")
    assert copies[0] not in left
    assert (await site.desk.look(room.platform, own))["status"] == "confirmed"
    assert len(await room.calendar_side()) == 3
    await expect(page.get_by_text("on its way")).to_have_count(0, timeout=PATIENCE)
    await booking(page, "Painters", "Calendar").first.click(timeout=PATIENCE)
    await expect(page.get_by_role("dialog")).to_contain_text("a bulk plan made was removed again", timeout=PATIENCE)


async def test_a_shadow_ends_once_it_was_shown_what_would_be_written(site: Site, page: Page) -> None:
    room = await in_shadow(site)
    await site.outlook.enter(room.address, timed(at(9), at(10)), "Painters")
    await eventually(room.resource, lambda seen: "1 booking would be" in seen["why"], "it is planned")
    await looked_at(page, room)
    await expect(page.get_by_text("nothing is written; 1 booking would be")).to_be_visible(timeout=PATIENCE)
    assert await room.platform_side() == ()
    dialog = await ordered(page, "Go live")
    await expect(dialog).to_contain_text("1 change is too new to tell; it may be written as well.", timeout=PATIENCE)
    await axe(page)
    await dialog.get_by_role("button", name="Cancel").click()
    assert (await room.resource())["state"] == "shadow"
    dialog = await ordered(page, "Go live")
    await dialog.get_by_role("button", name="Go live").click()
    await room.agrees_on(*await room.calendar_side())
    await expect(page.get_by_role("button", name="Go live")).to_have_count(0, timeout=PATIENCE)
    await expect(page.get_by_text("in step", exact=True).first).to_be_visible(timeout=PATIENCE)


async def test_equality_is_proven_when_somebody_asks_for_it(site: Site, page: Page) -> None:
    room = await site.room()
    await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
    await eventually(room.calendar_side, bool, "the calendar shows it")
    before = (await room.resource())["proven_at"]
    await looked_at(page, room)
    dialog = await ordered(page, "Prove equality")
    await expect(dialog).to_contain_text("“Proven equal” counts from now")
    await dialog.get_by_role("button", name="Prove equality").click()
    proven = page.locator("dl.figures div", has_text="Proven equal").get_by_role("time")
    after = await eventually(room.resource, lambda seen: seen["proven_at"] != before, "it was proven")
    await expect(proven).to_have_attribute("datetime", after["proven_at"], timeout=PATIENCE)
    await expect(page.get_by_text("on its way")).to_have_count(0, timeout=PATIENCE)


async def test_a_failing_room_is_tried_again_on_its_own_page(site: Site, page: Page) -> None:
    (room,), faults = await failing(site, 1)
    await looked_at(page, room)
    await expect(page.get_by_text("status 403").first).to_be_visible(timeout=PATIENCE)
    dialog = await ordered(page, "Try again now")
    await axe(page)
    await mend(site, faults)
    await dialog.get_by_role("button", name="Try again now").click()
    await expect(page.get_by_text("in step", exact=True).first).to_be_visible(timeout=PATIENCE)
    await expect(booking(page, "Platform").first).to_be_visible(timeout=2 * PATIENCE)
    assert next(each["resources"] for each in await given(site, "retry")) == 1


async def test_of_three_failing_rooms_those_that_were_searched_for_are_tried_again(site: Site, page: Page) -> None:
    found, faults = await failing(site, 3)
    chosen, *others = found
    await opened(page, site.stack, "#/?state=failing")
    await page.get_by_role("searchbox").fill(await name_of(chosen), timeout=PATIENCE)
    await expect(row_of(page, await name_of(chosen))).to_contain_text("status 403", timeout=PATIENCE)
    await mend(site, faults)
    await page.get_by_role("button", name="Act on all shown").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("radio", name=re.compile("Try again now")).check()
    await dialog.get_by_role("button", name="Do it for 1").click()
    await eventually(chosen.resource, lambda seen: seen["state"] == "in step", "the chosen one is tried again")
    assert [(await each.resource())["state"] for each in others] == ["failing", "failing"]
    await expect(row_of(page, await name_of(chosen))).to_have_count(0, timeout=PATIENCE)
    await _all_again(site, page, others)


async def _all_again(site: Site, page: Page, rooms: list[Room]) -> None:
    """What still fails is tried again at once, from operations."""
    await page.get_by_role("link", name="Operations").click()
    panel = page.get_by_role("region", name="Failing or behind")
    for each in rooms:
        await expect(panel.get_by_role("link", name=await name_of(each), exact=True)).to_be_visible(timeout=PATIENCE)
    await panel.get_by_role("button", name=f"Try all {len(rooms)} again").click()
    await expect(panel.get_by_text("No resource is failing or behind.")).to_be_visible(timeout=3 * PATIENCE)
    for each in rooms:
        assert (await each.resource())["state"] == "in step"
