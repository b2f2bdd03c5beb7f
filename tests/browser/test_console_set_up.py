"""The set-up in the console: from an installation that nobody let in to rooms in step, on one page."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 60_000
"""Milliseconds."""


@pytest.fixture(autouse=True)
def _a_busy_machine(complaints: Complaints) -> None:
    """The app may say that it is busy: the page tries again by itself, and only Chromium complains."""
    complaints.forgive("503 (Service Unavailable)")


@pytest_asyncio.fixture(loop_scope="session")
async def nobodys_rights(site: Site) -> AsyncIterator[list[str]]:
    """Lockstep's application has no right; returns those that an administrator would grant."""
    roles: list[str] = (await site.graph.ask("GET", "/sim/identity"))["roles"]
    await site.graph.ask("POST", "/sim/identity", {"roles": [], "expireTokens": True})
    yield roles
    await _grant(site, roles)


async def _grant(site: Site, roles: list[str]) -> None:
    await site.graph.ask("POST", "/sim/identity", {"roles": roles})


async def _open(page: Page, site: Site) -> None:
    key = site.stack.described["function_key"]
    await page.goto(f"{site.host.base}/api/console#key={key}")
    await page.get_by_role("link", name="Set-up").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Set-up")


def _step(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


async def _find(page: Page, address: str) -> Locator:
    rooms = _step(page, "Choose rooms")
    await rooms.get_by_role("searchbox", name="Search").fill(address)
    return rooms.get_by_role("checkbox", name=address)


async def _resource(site: Site, address: str) -> dict[str, Any]:
    listed = (await site.host.ask("GET", "/api/resources"))["resources"]
    found: dict[str, Any] = next(each for each in listed if each["mailbox"]["address"] == address)
    return found


async def test_a_new_administrator_comes_from_nothing_to_the_first_room_in_step_with_three_actions(
    site: Site, page: Page, nobodys_rights: list[str], picture: Album
) -> None:
    room = site.vacant()
    await _open(page, site)
    tenant = _step(page, "Reach Microsoft 365")
    await expect(tenant.get_by_text("Not reached yet")).to_be_visible(timeout=PATIENCE)
    missing = tenant.get_by_role("listitem").filter(has_text="right User.Read.All")
    await expect(missing).to_contain_text("Missing")
    await expect(missing.get_by_role("code")).to_contain_text(re.compile("New-MgServicePrincipal.*User.Read.All"))
    await expect(missing.get_by_role("button", name="Copy: what mends right User.Read.All")).to_be_visible()

    # 1: the link, which goes to whoever may grant.
    await tenant.get_by_role("button", name="Make the administrator's link").click()
    link = await tenant.get_by_role("textbox", name="Link for the administrator").input_value()
    assert "/api/setup/" in link
    await expect(tenant.get_by_text("Waiting for the administrator since")).to_be_visible()
    await axe(page)
    await picture(page, "console-set-up-waiting")
    await _grant(site, nobodys_rights)
    await expect(tenant.get_by_text("Reached", exact=True)).to_be_visible(timeout=PATIENCE)

    # 2: the room. What is searched for is found by itself.
    choice = await _find(page, room.address)
    await choice.check(timeout=PATIENCE)

    # 3: the order.
    await page.get_by_role("button", name="Link 1 room").click()
    arriving = _step(page, "Coming into step")
    await expect(arriving.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)
    assert (await _resource(site, room.address))["state"] == "in step"
    await axe(page)


async def test_several_rooms_are_linked_with_one_order_under_the_chosen_policy(
    site: Site, page: Page, picture: Album
) -> None:
    rooms = [site.vacant() for _ in range(3)]
    await _open(page, site)
    for room in rooms:
        await (await _find(page, room.address)).check(timeout=PATIENCE)
    await page.get_by_role("radio", name="Outlook goes before").check()
    await page.get_by_role("radio", name="The platform only").check()
    await page.get_by_role("button", name="Link 3 rooms").click()
    await expect(page.get_by_text("All 3 rooms are in step.")).to_be_visible(timeout=PATIENCE)
    for room in rooms:
        policy = (await _resource(site, room.address))["policy"]
        assert (policy["winner"], policy["direction"]) == ("calendar", "to_calendar")
    await page.evaluate("window.scrollTo(0, 0)")
    await picture(page, "console-set-up")


async def test_an_import_that_waits_leads_to_its_plan_and_goes_on_when_it_is_approved(site: Site, page: Page) -> None:
    room = site.vacant()
    await site.outlook.enter(room.address, timed(at(9), at(10)))
    await _open(page, site)
    await (await _find(page, room.address)).check(timeout=PATIENCE)
    await page.get_by_role("checkbox", name=re.compile("^Show me the first plan")).check()
    await page.get_by_role("button", name="Link 1 room").click()
    arriving = _step(page, "Coming into step")
    await expect(arriving.get_by_text("held", exact=True)).to_be_visible(timeout=PATIENCE)
    resource = await _resource(site, room.address)
    plan = arriving.get_by_role("link", name="See the plan")
    await expect(plan).to_have_attribute("href", f"#/resources/{resource['id']}")
    await site.host.ask("POST", f"/api/resources/{resource['id']}/commands", {"verb": "approve"})
    await expect(arriving.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)


LIST = """Mailbox;Platform;Seats
{good};room-of-the-list;8
;nobody;4
no address;;
{good};again;
{other};;many
"""


async def test_a_pasted_list_keeps_its_good_lines_and_tells_of_each_bad_one(site: Site, page: Page) -> None:
    good, other = site.vacant(), site.vacant()
    await _open(page, site)
    rooms = _step(page, "Choose rooms")
    await rooms.get_by_text("Rooms that are not in the list").click()
    text = LIST.format(good=good.address, other=other.address)
    await rooms.get_by_role("textbox", name="List of rooms").fill(text)
    await rooms.get_by_role("button", name="Add to the rooms").click()
    await expect(rooms.get_by_text("1 room was added and chosen.")).to_be_visible()
    told = rooms.get_by_role("listitem").filter(has_text=re.compile(r"^\s*Line \d"))
    await expect(told).to_have_text(
        [
            re.compile("Line 3: it has no address"),
            re.compile("Line 4: no address is no address of a mailbox"),
            re.compile("Line 5: it stands in line 2 already"),
            re.compile("Line 6: many is no number of seats"),
        ]
    )
    await expect(rooms.get_by_role("textbox", name="List of rooms")).to_have_value(text)
    await axe(page)
    await page.get_by_role("button", name="Link 1 room").click()
    await expect(page.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)
    linked = await _resource(site, good.address)
    assert (linked["platform"], linked["capacity"]) == ("room-of-the-list", 8)
    platform = (await site.host.ask("GET", "/api/platform/resources"))["resources"]
    assert "room-of-the-list" in {each["id"] for each in platform}


async def test_a_room_that_is_refused_says_why_and_harms_no_other(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("404 (Not Found)")
    good = site.vacant()
    await _open(page, site)
    rooms = _step(page, "Choose rooms")
    await rooms.get_by_text("Rooms that are not in the list").click()
    await rooms.get_by_role("textbox", name="List of rooms").fill(f"nobody@contoso.example\n{good.address}\n")
    await rooms.get_by_role("button", name="Add to the rooms").click()
    await page.get_by_role("button", name="Link 2 rooms").click()
    arriving = _step(page, "Coming into step")
    await expect(arriving.get_by_text("1 of 2 in step, 1 needs somebody")).to_be_visible(timeout=PATIENCE)
    refused = arriving.get_by_role("listitem").filter(has_text="nobody@contoso.example")
    await expect(refused.get_by_text("Refused", exact=True)).to_be_visible()
    await axe(page)
    await page.reload()
    await refused.get_by_role("button", name="Leave out: nobody@contoso.example").click()
    await expect(arriving.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)


async def test_a_failing_room_is_tried_again_from_here(site: Site, page: Page) -> None:
    room = site.vacant()
    fault = await site.fault("access_denied", mailbox=room.id, path="delta", count=None)
    await _open(page, site)
    await (await _find(page, room.address)).check(timeout=PATIENCE)
    await page.get_by_role("button", name="Link 1 room").click()
    arriving = _step(page, "Coming into step")
    retry = arriving.get_by_role("button", name=re.compile("^Try again: "))
    await expect(retry).to_be_visible(timeout=PATIENCE)
    await site.graph.ask("DELETE", f"/sim/faults/{fault['id']}")
    await retry.click()
    await expect(arriving.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_the_set_up_fits_on_a_phone_and_can_be_read_by_everybody(
    site: Site, open_page: Opening, colours: str
) -> None:
    phone = await open_page(**PHONE, color_scheme=colours)
    await _open(phone, site)
    await expect(_step(phone, "Choose rooms").get_by_role("checkbox").first).to_be_visible(timeout=PATIENCE)
    await phone.get_by_text("What was checked").click()
    await phone.get_by_text("Rooms that are not in the list").click()
    await axe(phone)
    await fits(phone)


async def test_the_set_up_speaks_german(site: Site, open_page: Opening) -> None:
    page = await open_page(locale="de-CH")
    key = site.stack.described["function_key"]
    await page.goto(f"{site.host.base}/api/console#key={key}")
    await page.get_by_role("link", name="Einrichten").click()
    await expect(page.get_by_role("button", name="Räume verknüpfen")).to_be_visible()
    await expect(page.get_by_text("su_")).to_have_count(0)


async def test_what_was_linked_elsewhere_is_not_offered_again(site: Site, page: Page) -> None:
    room = await site.room()
    await _open(page, site)
    choice = await _find(page, room.address)
    await expect(choice).to_be_disabled(timeout=PATIENCE)
    await expect(_step(page, "Choose rooms").get_by_role("link", name="Linked")).to_have_attribute(
        "href", f"#/resources/{room.id}"
    )
    await eventually(room.resource, lambda seen: seen["state"] == "in step", "it stays as it was")
