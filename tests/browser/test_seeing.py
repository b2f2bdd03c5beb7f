"""The checks of the browser tests see what they are there for."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image
from playwright.async_api import Browser, Page, Route

from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album

SOUND = "<!doctype html><html lang='en'><title>A page</title><main><h1>A page</h1></main></html>"


async def _show(page: Page, content: str, policy: str = "default-src 'none'") -> None:
    async def fulfil(route: Route) -> None:
        await route.fulfill(body=content, content_type="text/html", headers={"Content-Security-Policy": policy})

    await page.route("https://lockstep.example/**", fulfil)
    await page.goto("https://lockstep.example/")


async def _complaints_about(browser: Browser, content: str, *, forgiving: str = "") -> list[str]:
    heard = Complaints()
    if forgiving:
        heard.forgive(forgiving)
    context = await browser.new_context()
    await heard.listen(context)
    page = await context.new_page()
    await _show(page, content, "script-src 'nonce-x'; style-src 'none'")
    await page.wait_for_timeout(200)
    await context.close()
    return heard.unforgiven


async def test_a_sound_page_is_complained_of_by_nobody(browser: Browser, page: Page) -> None:
    assert await _complaints_about(browser, SOUND) == []
    await _show(page, SOUND)
    await axe(page)
    await fits(page)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<script nonce=x>console.error('lost')</script>", "console: lost"),
        ("<script nonce=x>nobody()</script>", "script: nobody is not defined"),
        ("<p style='color:red'>", "policy broken: style-src"),
    ],
)
async def test_each_kind_of_trouble_is_heard_and_can_be_forgiven(browser: Browser, content: str, told: str) -> None:
    heard = await _complaints_about(browser, SOUND + content)
    assert any(told in each for each in heard), heard
    assert not any(told in each for each in await _complaints_about(browser, SOUND + content, forgiving=told))


async def test_a_picture_without_words_breaks_a_rule(page: Page) -> None:
    await _show(page, SOUND.replace("</main>", "<img src='data:,' width=9 height=9></main>"), "img-src data:")
    with pytest.raises(AssertionError, match="image-alt"):
        await axe(page)


async def test_what_is_wider_than_a_phone_is_noticed(phone: Page) -> None:
    await _show(
        phone, SOUND.replace("</main>", "<div style='width:500px'>wide</div></main>"), "style-src 'unsafe-inline'"
    )
    with pytest.raises(AssertionError, match="wider"):
        await fits(phone)


async def test_a_picture_is_kept_with_few_colours(page: Page, picture: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCKSTEP_PICTURES", raising=False)
    await _show(page, SOUND)
    file: Path = await picture(page, "sound")
    with Image.open(file) as taken:
        assert (taken.size, taken.mode) == ((1280, 800), "P")
