"""The pages in German and French: what the app says of a room reads in the viewer's language, and it fits a phone."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PHONE, Opening
from tests.browser.seeing.accessibility import axe, fits
from tests.browser.seeing.complaints import Complaints
from tests.browser.seeing.pictures import Album
from tests.integration.loop.driving.site import Site

PATIENCE = 60_000
"""Milliseconds."""

WORDS = {
    "de": ("von einer Person pausiert", "Einrichten", "Recht"),
    "fr": ("mise en pause par une personne", "Mise en place", "droit"),
}
"""Why a paused room is as it is, the link to the set-up, and a word of its findings."""

LANGUAGES = pytest.mark.parametrize("language", sorted(WORDS))


@pytest.fixture(autouse=True)
def _a_busy_machine(complaints: Complaints) -> None:
    """The app may say that it is busy: the page tries again by itself, and only Chromium complains."""
    complaints.forgive("503 (Service Unavailable)")


@LANGUAGES
async def test_why_a_room_is_as_it_is_is_told_in_the_viewers_language_and_fits_a_phone(
    site: Site, open_page: Opening, picture: Album, language: str
) -> None:
    room = await site.room("Zurich")
    await room.command("pause")
    page = await open_page(**PHONE, locale=f"{language}-CH")
    await page.goto(f"{site.host.base}/api/console#key={site.stack.described['function_key']}")
    why, _, _ = WORDS[language]
    await expect(page.get_by_text(why).first).to_be_visible(timeout=PATIENCE)
    await axe(page)
    await fits(page)
    await picture(page, f"console-{language}")


@LANGUAGES
async def test_findings_are_told_in_the_viewers_language_and_fit_a_phone(
    site: Site, open_page: Opening, picture: Album, language: str
) -> None:
    page = await open_page(**PHONE, locale=f"{language}-CH")
    await page.goto(f"{site.host.base}/api/console#key={site.stack.described['function_key']}")
    _, set_up, right = WORDS[language]
    await page.get_by_role("link", name=set_up).first.click()
    findings = page.locator("details.findings")
    await expect(findings).to_be_attached(timeout=PATIENCE)
    if not await findings.evaluate("each => each.open"):
        await findings.locator("summary").click()
    told = " ".join(await findings.locator(".finding").all_inner_texts())
    assert right in told
    assert not [each for each in ("granted", "without it", "the calendar of") if each in told], told
    await axe(page)
    await fits(page)
    await picture(page, f"findings-{language}")
