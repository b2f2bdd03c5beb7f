"""How answers are shown: tables and sentences for people, JSON for programs. Colour only on a terminal.

What is shown goes to stdout; what is said about it (progress, refusals) to stderr, so that JSON stays JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from lockstep.words import word

STATES = {
    "in step": "green", "linking": "cyan", "behind": "yellow", "held": "yellow", "failing": "bold red",
    "paused": "magenta", "unlinked": "dim", "shadow": "cyan",
}  # fmt: skip
MARKS = {"ok": ("ok", "green"), "warn": ("warn", "yellow"), "bad": ("BAD", "bold red"), "unknown": ("?", "cyan")}


def out() -> Console:
    """Return where answers go, as it is now."""
    return Console(highlight=False, soft_wrap=False)


def err() -> Console:
    """Return where remarks go."""
    return Console(stderr=True, highlight=False)


def as_json(value: Any) -> None:
    """Print a value as JSON, readable by people and programs."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")


def say(sentence: str, style: str = "", **facts: object) -> None:
    """Print one sentence in the language that is spoken, with its places filled in."""
    out().print(Text(word(sentence, **facts), style=style))


def table(columns: Sequence[str], rows: Iterable[Sequence[str | Text]], *, wide: str = "") -> None:
    """Print rows under their columns, which are worded here; the ``wide`` one takes what room is left and wraps."""
    shown = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    for name in columns:
        shown.add_column(word(name), overflow="fold", ratio=1 if name == wide else None)
    shown.expand = bool(wide)
    for row in rows:
        shown.add_row(*[each if isinstance(each, Text) else Text(each) for each in row])
    out().print(shown)


def state(named: str) -> Text:
    """Return a state in its colour."""
    return Text(word(named), style=STATES.get(named, ""))


def moment(text: str | None, zone_known: bool = False) -> str:
    """Return an instant of the API to the minute, in UTC; a dash where there is none."""
    if not text:
        return "-"
    return datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%d %H:%M") + ("" if zone_known else "Z")


def span(when: dict[str, Any] | None) -> str:
    """Return a time of the API: two times of one day, two days, or whole days."""
    if when is None:
        return "-"
    if when["all_day"]:
        return word("{day}, all day", day=when["start"]) if when["start"] != when["end"] else str(when["start"])
    start, end = (datetime.fromisoformat(when[name]) for name in ("start", "end"))
    same = start.date() == end.date()
    if same:
        return f"{start:%Y-%m-%d %H:%M}-{end:%H:%M}Z"
    return word("{start} to {end}", start=f"{start:%Y-%m-%d %H:%M}", end=f"{end:%Y-%m-%d %H:%M}Z")


def age(text: str | None, now: datetime | None = None) -> str:
    """Return how long ago an instant was, in the largest unit that tells it."""
    if not text:
        return word("never")
    seconds = max(int(((now or datetime.now(UTC)) - datetime.fromisoformat(text)).total_seconds()), 0)
    for unit, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"


@contextmanager
def progress(doing: str, total: int) -> Iterator[Any]:
    """Show how far long work has come, on a terminal; yields what is called after each piece with what it was."""
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), console=err(), transient=True,
        disable=not sys.stderr.isatty(),
    )  # fmt: skip
    with bar:
        task = bar.add_task(word(doing), total=total)
        yield lambda what="": bar.update(task, advance=1, description=f"{word(doing)} {what}"[:60])
