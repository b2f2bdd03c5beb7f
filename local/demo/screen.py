"""How the demo looks: plain ASCII that fits 80 columns, in colour only where a terminal asks for it."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from enum import StrEnum

from rich.console import Console
from rich.text import Text

_WIDEST = 100
_CLOCK = 7
_LABEL = 10
_MILLISECONDS = r"after \d+ ms"


class Voice(StrEnum):
    """Where something was done or seen."""

    OUTLOOK = "Outlook"
    PLATFORM = "Platform"
    EXCHANGE = "Exchange"
    LOCKSTEP = "Lockstep"
    BOTH = "Both"
    MISSING = "NOT SEEN"


_COLOURS = {
    Voice.OUTLOOK: "bright_blue",
    Voice.PLATFORM: "magenta",
    Voice.EXCHANGE: "cyan",
    Voice.LOCKSTEP: "yellow",
    Voice.BOTH: "bold",
    Voice.MISSING: "bold red",
}


class Screen:
    """Prints lines in three columns: when, where, what."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @property
    def width(self) -> int:
        """Columns that may be used."""
        return min(self._console.width, _WIDEST)

    def plain(self, text: str = "", style: str = "") -> None:
        """A line as it is, however long."""
        self._console.print(Text(text, style=style), soft_wrap=True)

    def title(self, text: str) -> None:
        """A heading with a rule below it."""
        self.plain()
        self.plain(text, "bold")
        self.plain("-" * self.width, "dim")

    def paragraph(self, text: str, hang: int = 0) -> None:
        """Text in lines as wide as the screen, all but the first indented by `hang`."""
        for line in textwrap.wrap(text, self.width, subsequent_indent=" " * hang):
            self.plain(line)

    def act(self, seconds: float, voice: Voice, text: str) -> None:
        """What somebody did, so many seconds after the day began."""
        self.plain()
        self._row(f"{seconds:5.1f}s", voice, text, "bold")

    def seen(self, voice: Voice, text: str, style: str = "") -> None:
        """What was seen because of it."""
        self._row("", voice, text, style)

    def _row(self, clock: str, voice: Voice, text: str, style: str) -> None:
        lines = textwrap.wrap(text, max(self.width - _CLOCK - _LABEL, 20)) or [""]
        for place, line in enumerate(lines):
            first = place == 0
            row = Text()
            row.append(f"{clock if first else '':<{_CLOCK}}", style="dim")
            row.append(f"{voice if first else '':<{_LABEL}}", style=_COLOURS[voice])
            row.append(line, style=style)
            row.highlight_regex(_MILLISECONDS, "bold green")
            self._console.print(row, soft_wrap=True)

    def table(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns as wide as their content; numbers to the right."""
        widths = [max(len(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
        self.plain(_line(heads, widths), "bold")
        self.plain("  ".join("-" * width for width in widths), "dim")
        for row in rows:
            self.plain(_line(row, widths), "bold red" if row[-1].startswith("NO") else "")


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    shown = [
        cell.rjust(width) if _is_number(cell) else cell.ljust(width) for cell, width in zip(cells, widths, strict=True)
    ]
    return "  ".join(shown).rstrip()


def _is_number(cell: str) -> bool:
    return cell.removesuffix(" ms").replace(".", "").isdigit() or cell == "-"
