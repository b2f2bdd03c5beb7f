"""A surface in one palette's colours: boxes, patterns and text that fits where it is put.

On grey palettes it is drawn in 256 greys and each dot then takes the nearest step, so that letters keep soft edges;
on all others letters have hard ones.
"""

from __future__ import annotations

import io
from functools import lru_cache

from font_source_sans_pro import font_files_ttf
from PIL import Image, ImageDraw, ImageFont

from shared.adapters.picture.hanging import Hanging
from shared.adapters.picture.palettes import Inks

Box = tuple[int, int, int, int]
"""Left, top, right, bottom; the last two are the first dots outside."""

_TURNED_BACK = {
    Hanging.RIGHT: Image.Transpose.ROTATE_90,
    Hanging.UPSIDE_DOWN: Image.Transpose.ROTATE_180,
    Hanging.LEFT: Image.Transpose.ROTATE_270,
}
"""Pillow turns against the clock."""

BOLD, USUAL = "SourceSansProBold", "SourceSansProSemibold"
"""The two weights that are written in; `infra/package/left_out.py` keeps these."""
_SMALLEST = 9


@lru_cache(maxsize=128)
def font(size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    """Return the font in a size of dots."""
    return ImageFont.truetype(font_files_ttf[BOLD if bold else USUAL], size)


class Canvas:
    """A picture that is being drawn."""

    def __init__(self, width: int, height: int, inks: Inks) -> None:
        self.inks = inks
        self.width, self.height = width, height
        self._image = Image.new("L" if inks.is_grey else "P", (width, height), self._dot(inks.paper))
        self._draw = ImageDraw.Draw(self._image)

    def fill(self, box: Box, ink: int) -> None:
        """Fill a box."""
        left, top, right, bottom = box
        if right > left and bottom > top:
            self._draw.rectangle((left, top, right - 1, bottom - 1), fill=self._dot(ink))

    def frame(self, box: Box, ink: int, width: int) -> None:
        """Draw the inner edge of a box."""
        left, top, right, bottom = box
        self._draw.rectangle((left, top, right - 1, bottom - 1), outline=self._dot(ink), width=width)

    def stripes(self, box: Box, ink: int, apart: int, width: int) -> None:
        """Draw slanting stripes inside a box."""
        left, top, right, bottom = box
        high = bottom - top
        inside = Image.new(self._image.mode, (max(1, right - left), max(1, high)), self._dot(self.inks.paper))
        drawn = ImageDraw.Draw(inside)
        for x in range(-high, right - left, apart):
            drawn.line((x, high, x + high, 0), fill=self._dot(ink), width=width)
        self._image.paste(inside, (left, top))

    def text(
        self, box: Box, text: str, ink: int, *, bold: bool = False, largest: int = 400, middle: bool = False
    ) -> int:
        """Write one line into a box as large as it fits, shortened where it would be too small; return its width."""
        left, top, right, bottom = box
        wide, high = right - left, bottom - top
        if not text or wide < _SMALLEST or high < _SMALLEST:
            return 0
        size = _size(text, wide, min(high, largest), bold=bold)
        shown = _shortened(text, font(size, bold=bold), wide)
        length = round(font(size, bold=bold).getlength(shown))
        x = left + (wide - length) // 2 if middle else left
        self._draw.text((x, (top + bottom) // 2), shown, fill=self._dot(ink), font=font(size, bold=bold), anchor="lm")
        return length

    def modules(self, at: tuple[int, int], rows: list[list[bool]], scale: int) -> None:
        """Draw the dark modules of a code, each ``scale`` dots wide."""
        left, top = at
        for y, row in enumerate(rows):
            for x, dark in enumerate(row):
                if dark:
                    self.fill(
                        (left + x * scale, top + y * scale, left + (x + 1) * scale, top + (y + 1) * scale),
                        self.inks.ink,
                    )

    def png(self, hanging: Hanging = Hanging.AS_BUILT) -> bytes:
        """Return the picture with exactly the palette's colours in it, for a display that hangs so."""
        image = self._image
        if self.inks.is_grey:
            last = len(self.inks.colours) - 1
            image = image.point([round(level * last / 255) for level in range(256)], "L")
            # The same numbers, taken for places in a palette.
            image = Image.frombytes("P", image.size, image.tobytes())
        image.putpalette([level for colour in self.inks.colours for level in colour])
        if hanging in _TURNED_BACK:
            image = image.transpose(_TURNED_BACK[hanging])
        out = io.BytesIO()
        image.save(out, "PNG", bits=self.inks.bits, optimize=False)
        return out.getvalue()

    def _dot(self, ink: int) -> int:
        return self.inks.colours[ink][0] if self.inks.is_grey else ink


def _size(text: str, wide: int, high: int, *, bold: bool) -> int:
    """Return the largest size in which a line is not higher than ``high`` and not wider than ``wide``.

    Below half of what the height would take it is shortened instead.
    """
    tallest = max(_SMALLEST, int(high * 0.8))
    at_hundred = font(100, bold=bold).getlength(text) or 1
    fitting = int(wide * 100 / at_hundred)
    return max(_SMALLEST, min(tallest, max(fitting, tallest // 2)))


def _shortened(text: str, drawn: ImageFont.FreeTypeFont, wide: int) -> str:
    if drawn.getlength(text) <= wide:
        return text
    kept = text
    while kept and drawn.getlength(kept.rstrip() + "…") > wide:
        kept = kept[:-1]
    return kept.rstrip() + "…"
