"""What a browser complained of while a test used it: errors of the console, of scripts, and of the page's own policy.

A test fails on the first that it has not forgiven beforehand. A refusal that a test provokes is written to the console
by Chromium itself ("Failed to load resource: … 409"): that is what forgiving is for.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import BrowserContext, ConsoleMessage, Page

_TOLD = "__policyBroken"
_LISTEN = (
    "document.addEventListener('securitypolicyviolation', (broken) =>"
    f" window.{_TOLD}(broken.violatedDirective + ' at ' + broken.blockedURI))"
)


@dataclass
class Complaints:
    """The complaints of all pages of one test."""

    heard: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)

    async def listen(self, context: BrowserContext) -> None:
        """Hear every page of a context, also those that it opens later."""
        await context.expose_function(_TOLD, lambda broken: self.heard.append(f"policy broken: {broken}"))
        await context.add_init_script(_LISTEN)
        context.on("page", self._hear)

    def forgive(self, *parts: str) -> None:
        """Pass over complaints in which one of ``parts`` stands."""
        self.forgiven += parts

    @property
    def unforgiven(self) -> list[str]:
        """What fails the test."""
        return [each for each in self.heard if not any(part in each for part in self.forgiven)]

    def _hear(self, page: Page) -> None:
        page.on("console", self._note)
        page.on("pageerror", lambda error: self.heard.append(f"script: {error}"))

    def _note(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            where: dict[str, Any] = dict(message.location)
            self.heard.append(f"console: {message.text} ({where.get('url', '')})")
