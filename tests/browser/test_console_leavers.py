"""Somebody has left: what they still hold is seen in the console, handed over and released, and Outlook follows."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, Route, expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.integration.loop.driving.company import ADELE, BRUNO
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.stack import Stack
from tests.integration.loop.driving.times import at
from tests.integration.loop.driving.waiting import eventually

PATIENCE = 60_000
"""Milliseconds."""
_DIRECTORY_READ = 180
"""Seconds that reading some four hundred mailboxes may take on a busy machine."""


@pytest.fixture(scope="module")
def stack(chromium_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, following the directory."""
    made = Stack(tmp_path_factory.mktemp("leavers"), {"LOCKSTEP_FOLLOW_PEOPLE": "true"})
    try:
        yield made.start()
    finally:
        made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def left(site: Site) -> AsyncIterator[Room]:
    """A room with two bookings of Bruno and a meeting of his in Outlook, who has left meanwhile."""
    room = await site.room()
    await site.host.ask("POST", "/api/people/follow")
    await eventually(
        lambda: site.host.ask("GET", "/api/people"), lambda told: len(told["people"]) > 3, "people", _DIRECTORY_READ
    )
    for hour in (9, 11):
        await site.desk.book(room.platform, {"start": _text(hour), "end": _text(hour + 1)}, "Review", organiser=BRUNO)
    await site.outlook.invite(BRUNO, room.address, timed(at(14), at(15)))
    await eventually(lambda: _held_on_platform(site, room), lambda held: held == 3, "all three are on the platform")
    await site.graph.ask("PATCH", f"/sim/mailboxes/{BRUNO}", {"accountEnabled": False})
    await eventually(lambda: _leavers(site), bool, "he has left", _DIRECTORY_READ)
    yield room
    await site.graph.ask("PATCH", f"/sim/mailboxes/{BRUNO}", {"accountEnabled": True})
    await eventually(lambda: _leavers(site), lambda found: not found, "he is back", _DIRECTORY_READ)


def _text(hour: int) -> str:
    return f"{at(hour):%Y-%m-%dT%H:%M:%SZ}"


async def _held_on_platform(site: Site, room: Room) -> int:
    return len(await site.desk.listed(room.platform, at(0), at(23)))


async def _leavers(site: Site) -> Any:
    await site.host.ask("POST", "/api/people/follow")
    return (await site.host.ask("GET", "/api/people?left=true"))["people"]


async def _owners(site: Site, room: Room) -> list[str]:
    listed = await site.desk.listed(room.platform, at(0), at(23))
    return sorted(each["organiser"]["address"] for each in listed)


async def _open(page: Page, site: Site) -> Locator:
    """Open the panel of leavers and return Bruno's line."""
    key = site.stack.described["function_key"]
    await page.goto(f"{site.host.base}/api/console#key={key}")
    await page.get_by_role("link", name="Operations").click()
    await page.get_by_role("heading", name="People who left").click()
    line = page.get_by_role("listitem").filter(has_text="Bruno Keller")
    await expect(line).to_be_visible(timeout=PATIENCE)
    return line


async def test_bookings_of_a_leaver_are_handed_over_and_the_rest_is_released(
    site: Site, left: Room, page: Page, open_page: Opening, complaints: Complaints
) -> None:
    complaints.forgive("422 (Unprocessable Entity)")
    line = await _open(page, site)
    await expect(line).to_contain_text("3 coming bookings", timeout=PATIENCE)
    await line.get_by_role("button", name="Hand over").click()
    dialog = page.get_by_role("dialog", name="Hand over the bookings of Bruno Keller")
    heir = dialog.get_by_label("Address of whoever gets them")
    await expect(heir).to_be_focused()
    await heir.fill("nobody@elsewhere.example")
    await heir.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("not in the directory", timeout=PATIENCE)
    await heir.fill(ADELE)
    await heir.press("Enter")
    await expect(dialog.get_by_role("status")).to_contain_text(f"2 bookings would belong to {ADELE}", timeout=PATIENCE)
    await expect(dialog.get_by_role("status")).to_contain_text("1 meeting stays as it is")
    await expect(dialog.get_by_role("listitem")).to_have_count(2)
    await expect(dialog.get_by_text("Review")).to_have_count(0)
    await axe(page)
    assert await _owners(site, left) == [BRUNO] * 3
    await dialog.get_by_role("button", name="Hand over 2 bookings").click()
    await expect(dialog.get_by_role("status")).to_contain_text("2 bookings were handed over", timeout=PATIENCE)
    assert await _owners(site, left) == [ADELE, ADELE, BRUNO]
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(line).to_contain_text("1 coming booking", timeout=PATIENCE)

    phone = await open_page(**PHONE, color_scheme="dark")
    line = await _open(phone, site)
    await line.get_by_role("button", name="Release").click(timeout=PATIENCE)
    dialog = phone.get_by_role("dialog", name="Release the bookings of Bruno Keller")
    await expect(dialog.get_by_role("status")).to_contain_text("the room declines its part", timeout=PATIENCE)
    await axe(phone)
    await fits(phone)
    await dialog.get_by_role("button", name="Release 1 booking").click()
    await expect(dialog.get_by_role("status")).to_contain_text("1 booking was released", timeout=PATIENCE)
    await dialog.get_by_role("button", name="Close").last.click()
    await expect(line).to_contain_text("No coming bookings.", timeout=PATIENCE)
    ordered = [each["what"] for each in (await site.host.ask("GET", "/api/acts?limit=10"))["acts"]]
    assert ordered[:2] == ["release", "hand_over"]
    await eventually(lambda: _held_on_platform(site, left), lambda held: held == 2, "the meeting is off the platform")


async def test_bookings_that_changed_while_they_were_looked_at_are_not_released(
    site: Site, left: Room, page: Page, complaints: Complaints
) -> None:
    complaints.forgive("409 (Conflict)")
    line = await _open(page, site)
    await line.get_by_role("button", name="Release").click(timeout=PATIENCE)
    dialog = page.get_by_role("dialog", name="Release the bookings of Bruno Keller")
    approve = dialog.get_by_role("button", name="Release 3 bookings")
    await expect(approve).to_be_enabled(timeout=PATIENCE)
    first = (await site.desk.listed(left.platform, at(0), at(23)))[0]
    await site.desk.change(left.platform, first["id"], title="Another review")
    await approve.click()
    await expect(dialog.get_by_role("alert")).to_contain_text("look at it again", timeout=PATIENCE)
    assert await _owners(site, left) == [BRUNO] * 3


async def test_many_bookings_go_in_parts_and_what_was_refused_is_told(
    site: Site, left: Room, page: Page, complaints: Complaints
) -> None:
    """The app's own answers, as if he held sixty bookings of which the last part cannot be reached."""
    complaints.forgive("503 (Service Unavailable)")
    many = await _as_if_sixty(page)
    line = await _open(page, site)
    await expect(line).to_contain_text("60 coming bookings", timeout=PATIENCE)
    await line.get_by_role("button", name="Release").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Release 60 bookings").click(timeout=PATIENCE)
    await expect(dialog.get_by_role("status")).to_contain_text("49 bookings were released", timeout=PATIENCE)
    await expect(dialog.get_by_role("status")).to_contain_text("1 booking is as it was")
    await expect(dialog.get_by_role("alert")).to_contain_text("out of reach")
    assert many == [50, 10, 50, 10]
    assert await _owners(site, left) == [BRUNO] * 3


async def _as_if_sixty(page: Page) -> list[int]:
    """Let people hold sixty bookings; return the sizes of the parts that are asked for."""
    parts: list[int] = []

    async def answer(route: Route) -> None:
        if route.request.method == "GET":
            told = await (await route.fetch()).json()
            pattern = told["bookings"][0]
            told["bookings"] = [{**pattern, "booking": f"B{number}"} for number in range(60)]
            await route.fulfill(json=told)
            return
        asked: Any = route.request.post_data_json
        parts.append(len(asked["bookings"]))
        if "approve" not in asked:
            shown = [_coming(each) for each in asked["bookings"]]
            await route.fulfill(json={"plan": "p", "verb": "release", "to": None, "bookings": shown, "left_out": []})
        elif len(asked["bookings"]) == 50:
            done = [{"resource": "r", "booking": each, "why": ""} for each in asked["bookings"]]
            await route.fulfill(status=202, json={"plan": "p", "done": [{**done[0], "why": "it is gone"}, *done[1:]]})
        else:
            away = {"error": {"code": "busy", "message": "the platform is out of reach"}}
            await route.fulfill(status=503, json=away)

    await page.route("**/api/people/*/bookings", answer)
    return parts


def _coming(booking: str) -> dict[str, object]:
    when = {"all_day": False, "start": "2027-03-01T09:00:00Z", "end": "2027-03-01T10:00:00Z"}
    known = {"resource": "r", "name": "Zurich 1", "zone": "Europe/Zurich", "private": False}
    return {**known, **when, "booking": booking, "can_be_handed_over": True}
