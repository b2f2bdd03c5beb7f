"""The rules of accessibility, judged by axe-core in the page itself, and the one about width."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playwright.async_api import Page

INSTALLED = Path(__file__).parents[3] / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"
"""Where `make` installs axe-core."""
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_RUN = "(rules) => axe.run(document, {runOnly: {type: 'tag', values: rules}, resultTypes: ['violations']})"
# A phone shows a page that forgets to name its width as if it were a wide screen.
_OVERHANG = "() => document.documentElement.scrollWidth - Math.min(document.documentElement.clientWidth, screen.width)"


async def axe(page: Page) -> None:
    """Hold a page as it is now against the rules. Raises AssertionError with each broken rule and its places."""
    # Evaluated by the debugger, which no policy of the page binds.
    await page.evaluate(INSTALLED.read_text("utf-8"))
    judged: dict[str, Any] = await page.evaluate(_RUN, list(_RULES))
    assert judged["passes"], "axe-core judged nothing"
    found = [_told(violation) for violation in judged["violations"]]
    assert not found, f"{page.url} breaks rules of accessibility:\n" + "\n".join(found)


async def fits(page: Page) -> None:
    """Hold that nothing of a page is reached only by scrolling sideways."""
    overhang = await page.evaluate(_OVERHANG)
    assert overhang <= 0, f"{page.url} is {overhang} px wider than its window"


def _told(violation: dict[str, Any]) -> str:
    places = "\n".join(f"    {node['html'][:200]}: {node['failureSummary']}" for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}\n{places}"
