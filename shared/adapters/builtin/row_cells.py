"""The cells of a row, each read as what it must be: what it is not is ``Unreadable``, never guessed at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from shared.adapters.builtin.store import Cell, Row
from shared.domain.spans import AllDay, Timed, When

LAYOUT = 1
SEQUENCE_DIGITS = 16
_INSTANT = "%Y-%m-%dT%H:%M:%SZ"


class Unreadable(ValueError):
    """A row that this version of the platform cannot read."""


def when_cells(when: When) -> dict[str, Cell]:
    if isinstance(when, AllDay):
        return {"kind": "days", "start": when.first.isoformat(), "end": when.until.isoformat()}
    return {"kind": "timed", "start": f"{when.start:{_INSTANT}}", "end": f"{when.end:{_INSTANT}}"}


class Cells:
    """The cells of a row whose layout is known, each read as what it must be."""

    def __init__(self, row: Row) -> None:
        layout = row.cells.get("v")
        if layout != LAYOUT:
            raise Unreadable(f"the row {row.key} has layout {layout}; this version reads layout {LAYOUT}")
        self._key = row.key
        self._cells: Mapping[str, Cell] = row.cells

    def text(self, name: str) -> str:
        value = self._cells.get(name)
        if not isinstance(value, str):
            raise Unreadable(f"the row {self._key} has no text in {name}")
        return value

    def number(self, name: str) -> int:
        value = self._cells.get(name)
        if not isinstance(value, int):
            raise Unreadable(f"the row {self._key} has no number in {name}")
        return value

    def flag(self, name: str) -> bool:
        return bool(self._cells.get(name))


def when_of(cells: Cells) -> When:
    kind, start, end = cells.text("kind"), cells.text("start"), cells.text("end")
    try:
        if kind == "days":
            return AllDay(date.fromisoformat(start), date.fromisoformat(end))
        return Timed(_instant(start), _instant(end))
    except ValueError as error:
        raise Unreadable(f"a row holds a time that cannot be read: {error}") from error


def _instant(text: str) -> datetime:
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)
