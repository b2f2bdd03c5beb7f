"""What the pages show while they wait, where nothing is found, where reading fails, and where much is found."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Page, Route, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.browser.test_door_panel import panel_of
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.times import at, stamp

PATIENCE = 60_000
"""Milliseconds within which a page comes to rest, on a machine that has other things to do."""
WAITING = ".waiting:visible, .state.moving:visible"
VIEWS = {
    "overview": ("/api/console", "#/", "Loading"),
    "resource": ("/api/console", "#/resources/{room}", "Loading"),
    "set-up": ("/api/console", "#/set-up", "Looking"),
    "reservations": ("/api/console", "#/reservations", "Loading"),
    "operations": ("/api/console", "#/operations", "Loading"),
    "booking": ("/api/book", "#/", "Loading"),
    "booking-day": ("/api/book", "#/rooms/{room}", "Loading"),
    "door": ("", "", "Connecting…"),
}
"""Of each view: its page, its address there, and its word for waiting."""


@asynccontextmanager
async def _answers_held(page: Page) -> AsyncIterator[None]:
    """Keep every answer of the API back until the block is left."""
    let_go = asyncio.Event()

    async def hold(route: Route) -> None:
        if route.request.resource_type == "fetch":
            await let_go.wait()
        await route.continue_()

    await page.route("**/api/**", hold)
    try:
        yield
    finally:
        let_go.set()


async def _go(page: Page, site: Site, face: str, view: str) -> None:
    """Open a view at once, signed in by the key."""
    where = site.stack.described
    kept = f"sessionStorage.setItem('lockstep.key', {json.dumps(where['function_key'])})"
    await page.context.add_init_script(kept)
    await page.goto(f"{where['host']}{face}{view}")


@pytest.mark.parametrize("view", VIEWS)
async def test_each_view_says_that_it_waits_and_then_comes_to_rest(
    site: Site, page: Page, picture: Album, view: str
) -> None:
    room = await site.room()
    face, address, word = VIEWS[view]
    async with _answers_held(page):
        if view == "door":
            await page.goto(await panel_of(site, room))
        else:
            await _go(page, site, face, address.format(room=room.id))
        waiting = page.locator(WAITING)
        await expect(waiting.filter(has_text=word).first).to_be_visible(timeout=PATIENCE)
        await axe(page)
        await fits(page)
        await picture(page, f"waiting-{view}")
    await expect(waiting).to_have_count(0, timeout=PATIENCE)
    await expect(page.get_by_role("alert")).to_have_count(0)
    await expect(page.get_by_role("heading", level=1)).to_be_visible()
    await axe(page)


async def _answer(page: Page, path: str, body: object, status: int = 200) -> None:
    """Answer in the place of the app below ``path``."""

    async def give(route: Route) -> None:
        await route.fulfill(status=status, json=body)

    await page.route(f"**/api/{path}", give)


def _offers(**found: Any) -> dict[str, Any]:
    return {"free": [], "later": [], "fitting": 0, "looked_at": 0, **found}


async def _later(site: Site) -> dict[str, Any]:
    """What the app itself offers of one room, as if it were later."""
    room = await site.room()
    given = await site.host.ask("GET", f"/api/book/free?from={stamp(at(9))}&to={stamp(at(10))}")
    return next(each for each in given["free"] if each["room"]["id"] == room.id)


@pytest.mark.parametrize(
    ("found", "rooms", "told"),
    [
        ({"fitting": 4, "looked_at": 4}, 4, ["Nothing is free at that time.", "Nothing is free in the hours after"]),
        ({"fitting": 0}, 4, ["There is no room like that. Ask for fewer people or less equipment."]),
        ({}, 0, ["There are no rooms to book yet."]),
        ({"fitting": 1, "looked_at": 1, "later": True}, 1, ["Nothing is free at that time.", "Free a little later"]),
    ],
    ids=["nothing later either", "nothing fits", "no rooms", "something later"],
)
async def test_a_search_that_finds_nothing_says_why(
    site: Site, open_page: Opening, picture: Album, found: dict[str, Any], rooms: int, told: list[str]
) -> None:
    phone = await open_page(**PHONE)
    if found.get("later"):
        found = {**found, "later": [await _later(site)]}
    me: dict[str, Any] = {"me": None, "signed_in": False, "buildings": [], "kinds": [], "features": [], "rooms": rooms}
    await _answer(phone, "book/me", me)
    await _answer(phone, "book/free?*", _offers(**found))
    await _go(phone, site, "/api/book", "#/")
    results = phone.get_by_role("region", name="Free rooms")
    for each in told:
        await expect(results).to_contain_text(each, timeout=PATIENCE)
    await expect(phone.locator(WAITING)).to_have_count(0)
    await expect(results.get_by_role("button")).to_have_count(len(found.get("later", [])))
    await axe(phone)
    await fits(phone)
    await picture(phone, "booking-found-nothing", full_page=True)


async def test_reservations_that_cannot_be_read_say_so_and_are_read_again(
    site: Site, page: Page, complaints: Complaints, picture: Album
) -> None:
    complaints.forgive("503 (Service Unavailable)")
    await site.room()
    why = "Lockstep's tables do not answer; try again in a minute."
    await _answer(page, "reservations", {"error": {"code": "away", "message": why}}, 503)
    await _go(page, site, "/api/console", "#/reservations?day=2027-12-25")
    failed = page.get_by_role("alert")
    await expect(failed).to_contain_text(why, timeout=PATIENCE)
    await expect(page.locator(WAITING)).to_have_count(0)
    # What was not read is neither called empty nor given away as a file.
    await expect(page.get_by_text("Nothing is booked in this time.")).to_have_count(0)
    await expect(page.get_by_role("button", name="Export as CSV")).to_be_disabled()
    await axe(page)
    await picture(page, "reservations-failed")
    await page.unroute("**/api/reservations")
    await failed.get_by_role("button", name="Try again").click()
    await expect(page.get_by_text("Nothing is booked in this time.")).to_be_visible(timeout=PATIENCE)
    await expect(failed).to_have_count(0)


def _reservation(number: int) -> dict[str, Any]:
    begin = at(6) + timedelta(minutes=number)
    return {
        "resource": "r1", "state": "linked", "reason": None, "title": f"Talk {number}", "private": False,
        "owner": {"name": "Bruno Keller", "address": "bruno@contoso.example"}, "origin": "calendar", "all_day": False,
        "start": stamp(begin), "end": stamp(begin + timedelta(minutes=30)),
        "event": f"e{number}", "booking": f"b{number}", "mapping": f"m{number}",
    }  # fmt: skip


async def test_of_many_reservations_the_first_are_shown_and_the_rest_is_counted_and_a_press_away(
    site: Site, page: Page, picture: Album
) -> None:
    place = {"id": "r1", "name": "Great Hall", "building": "Zurich", "floor": "1", "zone": "UTC"}
    many = [_reservation(each) for each in range(400)]
    await _answer(page, "reservations", {"resources": [place], "unread": [], "reservations": many, "next": None})
    await _go(page, site, "/api/console", f"#/reservations?day={at(6):%Y-%m-%d}")
    shown = page.locator("li.reservation")
    await expect(shown).to_have_count(300, timeout=PATIENCE)
    await expect(page.get_by_role("status").filter(has_text="400 bookings")).to_be_visible()
    more = page.get_by_role("button", name="Show more (100)")
    await more.scroll_into_view_if_needed()
    await axe(page)
    await picture(page, "reservations-many")
    await more.focus()
    await page.keyboard.press("Enter")
    await expect(shown).to_have_count(400)
    await expect(more).to_have_count(0)
    # Whoever uses the keyboard goes on at the first that was not shown before.
    await page.keyboard.press("Tab")
    await expect(shown.nth(300).locator(":focus")).to_have_count(1)
    await page.get_by_role("searchbox").scroll_into_view_if_needed()
    await fits(page)
