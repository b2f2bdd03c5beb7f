"""A stack for each file of tests, one browser for all; each test has pages of its own and fails on what the browser
complains of.

All tests and fixtures here run in one event loop, because the browser lives in it: an async fixture of a test's own
says ``@pytest_asyncio.fixture(loop_scope="session")``.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.seeing import chromium
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.company import ADELE, CITIES, Vacancy, rooms
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import Stack

HERE = Path(__file__).parent
DESKTOP = {"viewport": {"width": 1280, "height": 800}}
PHONE = {"viewport": {"width": 360, "height": 740}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}
_AT_HOME = {"locale": "en-GB", "timezone_id": "Europe/Zurich", "color_scheme": "light", "reduced_motion": "reduce"}

Opening = Callable[..., Awaitable[Page]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is here on the stack, in the loop of the browser."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.stack)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest.fixture(scope="session", autouse=True)
def chromium_path() -> Path:
    """Where the browser is. Without one everything here is skipped, or fails where it is needed."""
    browser = chromium.found()
    if browser is None:
        if chromium.is_needed():
            pytest.fail(chromium.NONE)
        pytest.skip(chromium.NONE)
    return browser


@pytest.fixture(scope="module")
def stack(chromium_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole product, running; with the rooms of one file alone, so that all of them fit a list."""
    made = Stack(tmp_path_factory.mktemp("browser"), {"LOCKSTEP_MAIL_FROM": ADELE})
    try:
        yield made.start()
    finally:
        made.stop()


@pytest.fixture(scope="module")
def fresh_rooms() -> dict[str, Iterator[Vacancy]]:
    """The rooms of the stack that no test has used yet, by city."""
    return {city: iter(rooms(city)) for city in CITIES}


@pytest_asyncio.fixture(loop_scope="session")
async def site(stack: Stack, fresh_rooms: dict[str, Iterator[Vacancy]]) -> AsyncIterator[Site]:
    """The stack as this test uses it."""
    async with visiting(stack, fresh_rooms) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def browser(chromium_path: Path) -> AsyncIterator[Browser]:
    """The running browser."""
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=chromium_path, args=list(chromium.OPTIONS))
        yield running
        await running.close()


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """What the browser complains of during this test."""
    heard = Complaints()
    yield heard
    assert not heard.unforgiven, "the browser complained:\n" + "\n".join(heard.unforgiven)


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, complaints: Complaints) -> AsyncIterator[Opening]:
    """Open an empty page in a browser profile of its own; arguments are those of Playwright's ``new_context``."""
    opened = []

    async def opening(**options: Any) -> Page:
        context = await browser.new_context(**{**_AT_HOME, **DESKTOP, **options})
        opened.append(context)
        await complaints.listen(context)
        return await context.new_page()

    yield opening
    for context in opened:
        await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(open_page: Opening) -> Page:
    """A page on somebody's desk."""
    return await open_page()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(open_page: Opening) -> Page:
    """A page on a small phone."""
    return await open_page(**PHONE)


@pytest.fixture
def picture(tmp_path: Path) -> Album:
    """Take pictures: ``await picture(page, "console")``. They are kept in docs/pictures only where that is asked."""
    return Album(tmp_path)
