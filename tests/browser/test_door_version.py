"""A panel that hangs for months: it takes up a version that was deployed, by itself, and keeps its screen on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from infra.package.build import APP
from tests.browser.seeing.complaints import Complaints
from tests.browser.test_door_panel import a_room, panel_of, says
from tests.integration.loop.driving.company import Vacancy
from tests.integration.loop.driving.deployed import DeployedStack
from tests.integration.loop.driving.site import Site, visiting
from tests.integration.loop.driving.stack import ROOT
from tests.integration.upgrade.versions import Version

PATIENCE = 60_000
"""Milliseconds."""
WEB = Path("functions", "web")
BETTER = "Go on in"


def _version(folder: Path) -> Version:
    """A copy of this checkout's app."""
    for name in APP:
        source, copy = ROOT / name, folder / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
        else:
            shutil.copyfile(source, copy)
    return Version(folder)


def _reworded(folder: Path) -> Version:
    """A copy in which a free door says something else, its pages built from that."""
    version = _version(folder)
    words = folder / "shared" / "app" / "messages.toml"
    content = words.read_text("utf-8")
    assert content.count('\nfree = "Free"\n') == 1
    words.write_text(content.replace('\nfree = "Free"\n', f'\nfree = "{BETTER}"\n'), "utf-8")
    shutil.rmtree(folder / WEB / "dist")
    shutil.copytree(ROOT / WEB, folder / WEB, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules", "dist"))
    (folder / WEB / "node_modules").symlink_to((ROOT / WEB / "node_modules").resolve())
    path = os.pathsep.join((str(ROOT / ".venv" / "bin"), os.environ["PATH"]))
    subprocess.run(["node", "build.mjs"], cwd=folder / WEB, env={**os.environ, "PATH": path}, check=True)
    return version


@pytest.fixture(scope="module")
def deployed(chromium_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DeployedStack]:
    """A stack that runs a version of its own."""
    made = DeployedStack(tmp_path_factory.mktemp("door"), _version(tmp_path_factory.mktemp("first") / "app"))
    try:
        yield made.start()
    finally:
        made.stop()


@pytest_asyncio.fixture(loop_scope="session")
async def site(deployed: DeployedStack, fresh_rooms: dict[str, Iterator[Vacancy]]) -> AsyncIterator[Site]:
    async with visiting(deployed, fresh_rooms) as here:
        yield here


@pytest.mark.timeout(400)
async def test_a_panel_takes_up_what_was_deployed_within_an_hour_and_nobody_touches_it(
    deployed: DeployedStack, site: Site, page: Page, complaints: Complaints, tmp_path: Path
) -> None:
    complaints.forgive("ERR_CONNECTION_REFUSED", "ERR_CONNECTION_RESET", "503 (Service Unavailable)", "404 (Not Found)")
    address = await panel_of(site, await a_room(site))
    await page.clock.install()
    await page.goto(address)
    await expect(says(page)).to_have_text("Free", timeout=PATIENCE)
    await page.evaluate("() => navigator.serviceWorker.ready.then(() => undefined)")
    before = await _loaded(page)
    deployed.deploy(_reworded(tmp_path / "app"))
    await expect(says(page)).to_have_text("Free")
    await page.clock.fast_forward("01:01:00")
    await expect(says(page)).to_have_text(BETTER, timeout=PATIENCE)
    after = await _loaded(page)
    assert before.isdisjoint(after)
    await expect(page.get_by_role("group", name="Book now")).to_be_visible(timeout=PATIENCE)
    kept = await page.evaluate("() => caches.keys()")
    assert len(kept) == 1, f"what the first version kept is there still: {kept}"


async def _loaded(page: Page) -> set[str]:
    """The scripts that the page was made of, by the names that their contents give them."""
    names: list[str] = await page.evaluate("() => [...document.scripts].map((each) => each.src)")
    assert names
    return set(names)


_SCREEN = """() => {
  const screen = { held: 0, asked: 0, hidden: false };
  const locks = new Set();
  const releaseAll = () => { for (const each of [...locks]) each.release(); };
  navigator.wakeLock.request = async (kind) => {
    screen.asked += 1;
    if (document.hidden || kind !== "screen") throw new DOMException("not now", "NotAllowedError");
    const release = async () => { lock.released = true; locks.delete(lock); screen.held = locks.size; };
    const lock = { released: false, release };
    locks.add(lock);
    screen.held = locks.size;
    return lock;
  };
  Object.defineProperty(document, "hidden", { get: () => screen.hidden });
  window.screenOf = {
    state: () => [screen.held, screen.asked],
    hide: (hidden) => {
      screen.hidden = hidden;
      if (hidden) releaseAll();
      document.dispatchEvent(new Event("visibilitychange"));
    },
    tired: releaseAll,
  };
}"""
"""A device's screen, as the standard tells of it: a page that is hidden loses its lock."""


async def _screen(page: Page) -> list[int]:
    """How many locks the page holds, and how often it asked."""
    found: list[int] = await page.evaluate("() => window.screenOf.state()")
    return found


async def test_a_panel_asks_for_its_screen_to_stay_on_and_asks_again_when_it_was_taken_back(
    site: Site, page: Page
) -> None:
    await page.add_init_script(f"({_SCREEN})()")
    await page.clock.install()
    await page.goto(await panel_of(site, await a_room(site)))
    await expect(says(page)).to_be_visible(timeout=PATIENCE)
    assert await _screen(page) == [1, 1]
    await page.evaluate("() => window.screenOf.hide(true)")
    assert await _screen(page) == [0, 1]
    await page.evaluate("() => window.screenOf.hide(false)")
    await page.wait_for_function("() => window.screenOf.state()[0] === 1")
    await page.evaluate("() => document.dispatchEvent(new Event('visibilitychange'))")
    assert await _screen(page) == [1, 2]
    await page.evaluate("() => window.screenOf.tired()")
    assert await _screen(page) == [0, 2]
    await page.clock.fast_forward("00:02")
    await page.clock.fast_forward("02:00")
    await page.wait_for_function("() => window.screenOf.state()[0] === 1")
