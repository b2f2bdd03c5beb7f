"""Pictures of pages: into docs/pictures with LOCKSTEP_PICTURES=1, into the test's own folder without.

A picture is reduced to 256 colours, which flat pages lose nothing by, because the README carries them.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page

DOCS = Path(__file__).parents[3] / "docs" / "pictures"
LARGEST = 150_000
"""Bytes of a picture in docs."""


@dataclass(frozen=True)
class Album:
    """Where this test's pictures go."""

    folder: Path

    async def __call__(self, page: Page, name: str, **options: Any) -> Path:
        """Take a picture of a page and return its file; ``options`` are those of Playwright's ``screenshot``."""
        asked = os.environ.get("LOCKSTEP_PICTURES", "") == "1"
        file = (DOCS if asked else self.folder) / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        content = _small(await page.screenshot(animations="disabled", caret="hide", **options))
        assert len(content) <= LARGEST or not asked, f"{name} has {len(content)} bytes, more than {LARGEST}"
        file.write_bytes(content)
        return file


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as whole:
        reduced, written = whole.convert("RGB").quantize(256, dither=Image.Dither.NONE), io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()
