"""The console while the app is away, and while somebody is signed in no more: what was seen and typed stays."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.browser.seeing.accessibility import axe
from tests.browser.seeing.complaints import Complaints
from tests.browser.test_console_overview import name_of, opened, row_of
from tests.browser.test_console_resource import booking
from tests.integration.loop.driving.platform import booked
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually
from tests.unit.functions.calling.principals import BEHIND_SIGN_IN, signed_in

PATIENCE = 60_000
"""Milliseconds; a host that is started again takes its time."""
AWAY = ("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "ERR_EMPTY_RESPONSE", "ERR_SOCKET_NOT_CONNECTED")


async def test_while_the_app_is_started_again_what_was_seen_stays_and_then_goes_on(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive(*AWAY, "503 (Service Unavailable)")
    room = await site.room()
    await opened(page, site.stack)
    row = row_of(page, await name_of(room))
    await expect(row).to_contain_text("in step", timeout=PATIENCE)
    site.stack.kill_host()
    await expect(page.get_by_role("alert")).to_contain_text("Lockstep cannot be reached", timeout=PATIENCE)
    await expect(row).to_contain_text("in step")
    await axe(page)
    await row.get_by_role("link").click()
    await expect(page.get_by_role("alert")).to_contain_text("This page tries again by itself", timeout=PATIENCE)
    site.stack.start_host()
    await expect(page.get_by_role("heading", name=await name_of(room))).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)
    await site.desk.book(room.platform, booked(at(9), at(10)), "Lecture")
    await page.get_by_role("button", name="Week after").click()
    await expect(booking(page, "Lecture", "Calendar")).to_be_visible(timeout=PATIENCE)


async def test_a_key_that_is_withdrawn_is_asked_for_and_what_was_typed_stays(
    site: Site, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("401 (Unauthorized)")
    room, key = await site.room(), site.stack.described["function_key"]
    await _settings_of(page, room)
    await page.get_by_label("Hours until told again", exact=True).fill("36")
    await page.keyboard.press("Tab")
    withdrawn = await _withdraw(page, key)
    dialog = page.get_by_role("dialog", name="A key of this installation")
    await expect(dialog).to_be_visible(timeout=PATIENCE)
    await axe(page)
    await dialog.get_by_label("Function key").fill("not this one")
    await dialog.get_by_role("button", name="Sign in").click()
    # A key that opens nothing is asked for again.
    await expect(dialog.get_by_label("Function key")).to_have_value("", timeout=PATIENCE)
    withdrawn.clear()
    await dialog.get_by_label("Function key").fill(key)
    await dialog.get_by_role("button", name="Sign in").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_role("alert")).to_have_count(0, timeout=PATIENCE)
    await expect(page.get_by_label("Hours until told again", exact=True)).to_have_value("36")
    await page.get_by_role("button", name="What would it do?").click()
    await page.get_by_role("dialog").get_by_role("button", name="Apply").click(timeout=PATIENCE)
    await eventually(room.resource, lambda seen: seen["policy"]["held_again_hours"] == 36, "the setting is applied")


async def _settings_of(page: Page, room: Room) -> None:
    await opened(page, room.stack, f"#/resources/{room.id}")
    await page.get_by_role("button", name="Show settings").click(timeout=PATIENCE)
    await expect(page.get_by_label("Hours until told again", exact=True)).to_be_visible(timeout=PATIENCE)


async def _withdraw(page: Page, key: str) -> set[str]:
    """Let the host know a key no more, for as long as it is in the answer."""
    withdrawn = {key}

    async def send(route: Route) -> None:
        headers = await route.request.all_headers()
        if headers.get("x-functions-key") in withdrawn:
            headers["x-functions-key"] = "withdrawn"
        await route.continue_(headers=headers)

    await page.route("**/api/**", send)
    return withdrawn


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def guarded(chromium_path: object, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stack]:
    """A stack at which people sign in with their account; the headers of a page play the platform that lets them in."""
    made = Stack(tmp_path_factory.mktemp("guarded"))
    try:
        made.start().rewrite_settings(BEHIND_SIGN_IN)
        made.kill_host()
        made.start_host()
        yield made
    finally:
        made.stop()


async def _entra(page: Page) -> list[str]:
    """Answer in the place of Entra; the addresses to which people were sent."""
    sent: list[str] = []

    async def answer(route: Route) -> None:
        sent.append(route.request.url)
        await route.fulfill(body="<!doctype html><title>Signed in</title>", content_type="text/html")

    await page.context.route("**/.auth/login/aad?**", answer)
    return sent


async def test_whoever_only_looks_is_led_to_their_account_and_back(
    guarded: Stack, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("401 (Unauthorized)")
    sent = await _entra(page)
    await page.set_extra_http_headers(signed_in("Operator"))
    await page.goto(f"{guarded.described['host']}/api/console#/?state=paused")
    await expect(page.get_by_text("No resource is linked yet.")).to_be_visible(timeout=PATIENCE)
    await page.set_extra_http_headers({})
    await page.wait_for_url("**/.auth/login/aad?**", timeout=PATIENCE)
    assert sent[0].endswith("post_login_redirect_uri=%2Fapi%2Fconsole%23%2F%3Fstate%3Dpaused")


async def test_whoever_is_in_the_midst_of_something_signs_in_beside_it_and_goes_on(
    guarded: Stack, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("401 (Unauthorized)")
    sent = await _entra(page)
    await page.set_extra_http_headers(signed_in("Operator"))
    await page.goto(f"{guarded.described['host']}/api/console#/set-up")
    rooms = page.get_by_role("region", name="Choose rooms")
    await rooms.get_by_role("searchbox", name="Search").fill("Zurich 39", timeout=PATIENCE)
    await rooms.get_by_role("checkbox", name="zurich.39@contoso.example").check(timeout=PATIENCE)
    await page.set_extra_http_headers({})
    await page.get_by_role("button", name="Link 1 room").click()
    dialog = page.get_by_role("dialog", name="Signed out")
    await expect(dialog).to_be_visible(timeout=PATIENCE)
    await axe(page)
    async with page.context.expect_page() as opening:
        await dialog.get_by_role("link", name="Sign in").click()
    beside = await opening.value
    await beside.wait_for_load_state()
    assert sent
    await page.set_extra_http_headers(signed_in("Operator"))
    await beside.close()
    await expect(dialog).to_have_count(0, timeout=PATIENCE)
    await page.get_by_role("button", name="Try again: Zurich 39").click()
    await expect(page.get_by_text("The room is in step.")).to_be_visible(timeout=PATIENCE)
