"""Operations in the console: what fails is tried again, what ends and what was decided is seen, use names nobody."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at

PATIENCE = 60_000
"""Milliseconds."""


async def _open(page: Page, site: Site) -> None:
    key = site.stack.described["function_key"]
    await page.goto(f"{site.host.base}/api/console#key={key}")
    await page.get_by_role("link", name="Operations").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Operations")
    await expect(_panel(page, "Subscriptions").get_by_role("listitem").first).to_be_visible(timeout=PATIENCE)


def _panel(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


async def test_a_resource_that_fails_is_seen_with_its_reason_and_tried_again(site: Site, page: Page) -> None:
    room = await site.room()
    name = (await room.resource())["name"]
    fault = await site.fault("access_denied", mailbox=room.mailbox, path="delta", count=None)
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)))
    await _open(page, site)
    failing = _panel(page, "Failing or behind")
    row = failing.get_by_role("listitem").filter(has=page.get_by_role("link", name=name, exact=True))
    await expect(row).to_contain_text("status 403", timeout=PATIENCE)
    await axe(page)
    await site.graph.ask("DELETE", f"/sim/faults/{fault['id']}")
    await row.get_by_role("button", name=re.compile("^Try again")).click()
    await expect(row).to_have_count(0, timeout=PATIENCE)
    assert (await room.resource())["state"] == "in step"


async def test_a_change_in_outlook_appears_among_decisions_and_in_the_latency(
    site: Site, page: Page, picture: Album
) -> None:
    room, *others = [await site.room() for _ in range(3)]
    name = (await room.resource())["name"]
    await _open(page, site)
    for each in (*others, room):
        await site.outlook.invite(ADELE, each.address, timed(at(9), at(10)))
    decided = _panel(page, "Latest decisions").get_by_role("listitem").filter(has_text=name)
    await expect(decided.first).to_contain_text("made on the platform", timeout=PATIENCE)
    latency = _panel(page, "How long changes take")
    await expect(latency.get_by_role("row", name="to the platform")).to_contain_text(
        re.compile(r"\d+ changes?"), timeout=PATIENCE
    )
    await expect(latency.locator("canvas")).to_be_visible()
    await decided.first.get_by_role("button", name=re.compile("^Why")).click()
    story = page.get_by_role("dialog")
    await expect(story).to_contain_text("made on the platform", timeout=PATIENCE)
    await expect(story.get_by_role("heading", level=2)).to_have_text(f"Why: {name}")
    await story.get_by_role("button", name="Close").click()
    await expect(_panel(page, "What people did here").get_by_text("Linked", exact=True).first).to_be_visible()
    await picture(page, "console-operations")


async def test_the_stages_of_changes_are_looked_at_by_the_hour_over_a_week(site: Site, page: Page) -> None:
    room = await site.room()
    await _open(page, site)
    latency = _panel(page, "How long changes take")
    await site.outlook.invite(ADELE, room.address, timed(at(9), at(10)))
    stage = latency.get_by_role("row", name="reading both sides")
    await expect(stage).to_be_visible(timeout=PATIENCE)
    await latency.get_by_role("button", name="7 days").click()
    await expect(latency.get_by_role("button", name="7 days")).to_have_attribute("aria-pressed", "true")
    await stage.get_by_role("radio").check()
    hourly = latency.get_by_role("group").filter(has_text="hour by hour")
    await hourly.locator("summary").click()
    await expect(hourly.get_by_role("region").get_by_role("row")).to_have_count(2)
    await axe(page)
    told = await site.host.ask("GET", "/api/latencies?hours=168")
    assert {each["of"]: each["count"] > 0 for each in told["measures"]}["observe"]
    assert room.address not in str(told)


async def test_before_anything_was_carried_over_the_chart_says_so(site: Site, page: Page) -> None:
    await page.route("**/api/latencies*", _nothing_measured)
    await site.room()
    await _open(page, site)
    await expect(_panel(page, "How long changes take")).to_contain_text("No change was carried over in this time.")
    await expect(page.locator("#latency")).to_have_count(0)


async def _nothing_measured(route: Route) -> None:
    """Answer as an app does that has carried nothing over yet."""
    told = await (await route.fetch()).json()
    nothing: dict[str, object] = {"count": 0, "median": None, "p95": None, "slowest": None, "hours": []}
    await route.fulfill(json={**told, "measures": [{**each, **nothing} for each in told["measures"]]})


async def test_subscriptions_tell_until_when_they_live(site: Site, page: Page) -> None:
    await site.room()
    await _open(page, site)
    subscribed = _panel(page, "Subscriptions")
    await expect(subscribed).to_contain_text(re.compile(r"\d+ subscriptions? (is|are) live"))
    await expect(subscribed.get_by_role("listitem").first).to_contain_text("until")


async def test_use_is_told_by_building_and_week_and_names_neither_person_nor_room(site: Site, page: Page) -> None:
    room = await site.room()
    name = (await room.resource())["name"]
    await _open(page, site)
    await page.get_by_role("heading", name="Use of rooms").click()
    use = page.get_by_role("region", name="Use of rooms")
    await expect(use.get_by_role("row").filter(has_text="Zurich").get_by_role("meter")).to_have_count(
        8, timeout=PATIENCE
    )
    await expect(use.get_by_role("columnheader")).to_have_count(9)
    await expect(use.get_by_text(name, exact=True)).to_have_count(0)
    await axe(page)


async def test_where_the_directory_is_not_followed_it_says_how_to_follow_it(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("404 (Not Found)")
    await site.room()
    await _open(page, site)
    await page.get_by_role("heading", name="People who left").click()
    await expect(page.get_by_text("set LOCKSTEP_FOLLOW_PEOPLE to true")).to_be_visible(timeout=PATIENCE)


async def test_the_app_being_away_is_said_and_what_was_seen_stays(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("Failed to load resource")
    await site.room()
    await _open(page, site)
    await page.context.set_offline(True)
    await expect(page.get_by_role("alert")).to_contain_text("cannot be reached", timeout=PATIENCE)
    await expect(_panel(page, "Subscriptions").get_by_role("listitem").first).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)


@pytest.mark.parametrize("colours", ["light", "dark"])
async def test_operations_fit_on_a_phone_and_can_be_read_by_everybody(
    site: Site, open_page: Opening, colours: str
) -> None:
    await site.room()
    phone = await open_page(**PHONE, color_scheme=colours)
    await _open(phone, site)
    for name in ("Changes nobody was told of", "No-shows"):
        await phone.get_by_role("heading", name=name).click()
    await expect(phone.get_by_text("Nobody stays away from a series.")).to_be_visible(timeout=PATIENCE)
    await axe(phone)
    await fits(phone)
