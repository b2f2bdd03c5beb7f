"""The pages in a real Chromium: what they load, when something is seen, a long list, a change until it is a pixel.

Each page is opened in a browser profile that has never seen it, on the running stack, with the machine's own speed.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta

from playwright.async_api import Browser, Page, async_playwright

from tests.bench.figure import Figure, below, within
from tests.bench.measuring import percentile
from tests.bench.scale import Scale
from tests.bench.site import linked, running
from tests.browser.fleet import MANY, fill
from tests.browser.seeing import chromium
from tests.integration.loop.driving.company import ADELE
from tests.integration.loop.driving.outlook import timed
from tests.integration.loop.driving.room import Room
from tests.integration.loop.driving.site import Site
from tests.integration.loop.driving.stack import ROOT
from tests.integration.loop.driving.times import at

_BUILT = ROOT / "functions" / "web" / "dist"
_BUDGET_KB = {"console": 120.0, "book": 60.0, "door": 40.0}
"""What a page may load packed, styles and words included, until it is usable on a slow line within a second or two."""
_REST_SECONDS = 3.0
"""Between two changes of the room: its trailing run, and the second in which hints are folded, are over."""
_PATIENCE_MS = 60_000
_WIDE = {"width": 1280, "height": 800}
_PAINTED = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
_LOADED = """() => performance.getEntriesByType('resource')
  .filter((each) => /\\/api\\/assets\\//.test(each.name))
  .reduce((sum, each) => sum + each.encodedBodySize, 0)"""
_LAST_CHANGE = """(name) => [...document.querySelectorAll('.fleet-row')]
  .find((row) => row.querySelector('a')?.textContent === name)
  ?.querySelector('.cell-change time')?.dateTime ?? ''"""
_HAS_CHANGED = f"([name, before]) => {{ const now = ({_LAST_CHANGE})(name); return now && now !== before; }}"
_LISTS = "(count) => document.querySelector('[aria-rowcount]')?.getAttribute('aria-rowcount') === String(count + 1)"


def measure(scale: Scale) -> Iterator[Figure]:
    """Yield the figures of each page that was built, of a long list, and of a change."""
    yield from asyncio.run(_measured(scale))


async def _measured(scale: Scale) -> list[Figure]:
    async with _browser() as browser:
        async with running() as site:
            (room,) = await linked(site, 1)
            figures = [figure for face in _faces() for figure in await _face(browser, site, room, face, scale.paints)]
            figures += await _change(browser, site, room, scale.seen_changes)
        async with running() as site:
            await fill(site.stack)
            return figures + await _long_list(browser, site)


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    found = chromium.found()
    if found is None:
        raise RuntimeError(chromium.NONE)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(chromium.OPTIONS))
        yield browser
        await browser.close()


def _faces() -> list[str]:
    missing = [face for face in _BUDGET_KB if not (_BUILT / f"{face}.html").is_file()]
    if missing:
        raise RuntimeError(f"{', '.join(missing)} are not built: run `make web`")
    return list(_BUDGET_KB)


async def _face(browser: Browser, site: Site, room: Room, face: str, rounds: int) -> list[Figure]:
    """What a page loads, beside what it may; and its first paint, beside the app's shortest answer."""
    where = site.stack.described
    path = f"panel/{room.id}" if face == "door" else face
    paints, answers, loaded = [], [], 0.0
    for _ in range(rounds):
        began = time.perf_counter()
        await site.host.ask("GET", "/api/health")
        answers.append(time.perf_counter() - began)
        async with _fresh(browser) as page:
            await page.goto(f"{where['host']}/api/{path}#key={where['function_key']}", wait_until="networkidle")
            painted = await page.wait_for_function(_PAINTED, timeout=_PATIENCE_MS)
            paints.append(float(await painted.json_value()) / 1000)
            loaded = float(await page.evaluate(_LOADED)) / 1000
    health, paint = statistics.median(answers), statistics.median(paints)
    return [
        Figure(f"web.{face}.loaded", loaded, "kB packed", "its budget", _BUDGET_KB[face], within(1)),
        Figure(f"web.{face}.first_paint", paint, "s", "/api/health answered", health, below(1, "s")),
    ]


async def _change(browser: Browser, site: Site, room: Room, changes: int) -> list[Figure]:
    """Meetings made in Outlook, from Graph's answer to the row of the overview and to the platform's own answer."""
    name, pixels, answers = str((await room.resource())["name"]), [], []
    async with _fresh(browser) as page:
        await _open_overview(page, site)
        await page.get_by_role("link", name=name, exact=True).wait_for(timeout=_PATIENCE_MS)
        for number in range(changes):
            await asyncio.sleep(_REST_SECONDS)
            before = await page.evaluate(_LAST_CHANGE, name)
            start = at(7 + number % 10, offset=number // 10)
            await site.outlook.invite(ADELE, room.address, timed(start, start + timedelta(minutes=30)))
            began = time.perf_counter()
            shown = asyncio.create_task(_shown(page, [name, before], began))
            answers.append(await _answered(room, number + 1, began))
            pixels.append(await shown)
    of = "the platform's API shows it, same changes"
    return [
        Figure(f"web.change_to_pixel.{called}", percentile(pixels, share), "s", of, percentile(answers, share), aim)
        for called, share, aim in (("p50", 0.5, below(1.5, "s")), ("p95", 0.95, below(2.5, "s")))
    ]


async def _shown(page: Page, asked: list[str], began: float) -> float:
    await page.wait_for_function(_HAS_CHANGED, arg=asked, timeout=_PATIENCE_MS)
    return time.perf_counter() - began


async def _answered(room: Room, count: int, began: float) -> float:
    while len(await room.platform_side()) < count:
        if time.perf_counter() - began > _PATIENCE_MS / 1000:
            raise TimeoutError("a meeting did not reach the platform")
        await asyncio.sleep(0.02)
    return time.perf_counter() - began


async def _long_list(browser: Browser, site: Site) -> list[Figure]:
    """From opening the console to all resources listed, beside the app's own answers to the same questions."""
    began, after = time.perf_counter(), ""
    while True:
        page_of = await site.host.ask("GET", f"/api/overview?limit=1000{after}")
        if page_of["next"] is None:
            break
        after = f"&after={page_of['next']}"
    answered = time.perf_counter() - began
    async with _fresh(browser) as page:
        began = time.perf_counter()
        await _open_overview(page, site)
        await page.wait_for_function(_LISTS, arg=MANY, timeout=_PATIENCE_MS)
        listed = time.perf_counter() - began
    return [Figure(f"web.overview.{MANY}", listed, "s", "the API's answers alone", answered, within(3))]


async def _open_overview(page: Page, site: Site) -> None:
    where = site.stack.described
    await page.goto(f"{where['host']}/api/console#key={where['function_key']}")


@asynccontextmanager
async def _fresh(browser: Browser) -> AsyncIterator[Page]:
    context = await browser.new_context(viewport=_WIDE, locale="en-GB")  # type: ignore[arg-type]
    yield await context.new_page()
    await context.close()
