"""Pictures of pages: into the test's own folder and, with LOCKSTEP_PICTURES=1, into docs/pictures.

Only those are kept in docs that the README or a page of docs shows. A picture is reduced to 256 colours, which flat
pages lose nothing by.
"""

from __future__ import annotations

import io
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.async_api import Page

_ROOT = Path(__file__).parents[3]
DOCS = _ROOT / "docs" / "pictures"
LARGEST = 150_000
"""Bytes of a picture in docs."""


@dataclass(frozen=True)
class Album:
    """Where this test's pictures go."""

    folder: Path

    async def __call__(self, page: Page, name: str, **options: Any) -> Path:
        """Take a picture of a page and return its file; ``options`` are those of Playwright's ``screenshot``."""
        asked = os.environ.get("LOCKSTEP_PICTURES", "") == "1" and is_shown(name)
        file = (DOCS if asked else self.folder) / f"{name}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        content = _small(await page.screenshot(animations="disabled", caret="hide", **options))
        assert len(content) <= LARGEST or not asked, f"{name} has {len(content)} bytes, more than {LARGEST}"
        file.write_bytes(content)
        return file


def is_shown(name: str) -> bool:
    """Tell whether the README or a page of docs shows a picture."""
    pages = (_ROOT / "README.md", *sorted((_ROOT / "docs").glob("*.md")))
    return any(f"pictures/{name}.png" in page.read_text("utf-8") for page in pages)


def _small(content: bytes) -> bytes:
    with Image.open(io.BytesIO(content)) as whole:
        reduced, written = whole.convert("RGB").quantize(256, dither=Image.Dither.NONE), io.BytesIO()
    reduced.save(written, "PNG", optimize=True)
    return written.getvalue()
