"""What is printed and what is kept of the figures: a table for people, one JSON object per line for programs."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench.figure import Figure

_HEADINGS = ("figure", "value", "beside", "baseline", "ratio", "aim", "holds")
_RIGHT = {1, 3, 4}


def circumstances(quick: bool) -> str:
    """Return one line about the machine and what else it does: figures mean little without it."""
    load = os.getloadavg()[0]
    kind = "quick: less work, for developing only" if quick else "full"
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {os.cpu_count()} cores,"
        f" load {load:.1f} at the start, {kind}"
    )


def table(figures: Sequence[Figure]) -> str:
    """Return the figures as lines of equal columns."""
    rows = [_HEADINGS, *map(_cells, figures)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_HEADINGS))]
    lines = ["  ".join(_aligned(cell, widths[at], at) for at, cell in enumerate(row)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def _aligned(cell: str, width: int, column: int) -> str:
    return cell.rjust(width) if column in _RIGHT else cell.ljust(width)


def _cells(figure: Figure) -> tuple[str, ...]:
    holds = {True: "yes", False: "NO", None: ""}[figure.holds]
    aim = figure.aim.words if figure.aim else ""
    value, baseline = f"{_number(figure.value)} {figure.unit}", _number(figure.baseline)
    return figure.name, value, figure.beside, baseline, _ratio(figure.ratio), aim, holds


def _number(value: float) -> str:
    if value == int(value) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.3g}"


def _ratio(ratio: float) -> str:
    if ratio == float("inf"):
        return "-"
    return f"1/{1 / ratio:,.0f}" if 0 < ratio < 0.1 else f"{ratio:.2f}"


def write(figures: Iterable[Figure], file: Path) -> None:
    """Write one object per figure, replacing what an earlier run left."""
    file.parent.mkdir(exist_ok=True)
    lines = (json.dumps(figure.as_result()) for figure in figures)
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
