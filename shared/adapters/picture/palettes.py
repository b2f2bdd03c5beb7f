"""The colours of displays of electronic paper, and what a picture is drawn with on each.

A picture holds exactly the colours of its palette: nothing is dithered, because a display shows dots as dots.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

Colour = tuple[int, int, int]
WHITE, BLACK, RED, YELLOW = (255, 255, 255), (0, 0, 0), (255, 0, 0), (255, 255, 0)


class Palette(StrEnum):
    """Which colours a display has."""

    BW = "bw"
    BWR = "bwr"
    BWY = "bwy"
    GREY4 = "grey4"
    GREY16 = "grey16"


@dataclass(frozen=True)
class Inks:
    """The places of colours in a palette. ``accent`` fills what is taken, ``on_accent`` is written on it."""

    colours: tuple[Colour, ...]
    bits: int
    paper: int
    ink: int
    accent: int
    on_accent: int
    quiet: int

    @property
    def is_grey(self) -> bool:
        """Whether the colours are steps from black to white, in which letters may have soft edges."""
        return len(self.colours) > 3


def _grey(steps: int, bits: int) -> Inks:
    colours = tuple((level, level, level) for level in (255 * step // (steps - 1) for step in range(steps)))
    return Inks(colours, bits, steps - 1, 0, 0, steps - 1, steps * 2 // 3)


INKS = {
    Palette.BW: Inks((BLACK, WHITE), 1, 1, 0, 0, 1, 0),
    Palette.BWR: Inks((BLACK, WHITE, RED), 2, 1, 0, 2, 1, 0),
    Palette.BWY: Inks((BLACK, WHITE, YELLOW), 2, 1, 0, 2, 0, 0),
    Palette.GREY4: _grey(4, 2),
    Palette.GREY16: _grey(16, 4),
}
