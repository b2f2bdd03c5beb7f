"""A door in words, as it is drawn or read aloud: what is shown and nothing that changes from one minute to the next."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.door import DoorState

Share = tuple[float, float]


@dataclass(frozen=True)
class Line:
    """A booking in a line: which it is, when, and what of it may be shown."""

    label: str
    time: str
    text: str


@dataclass(frozen=True)
class Sign:
    """A door in words. ``taken`` and ``closed`` are shares of the line from the first to the last of ``hours``."""

    name: str
    place: str
    state: DoorState
    word: str
    until: str
    now: Line | None
    next: Line | None
    nothing: str
    note: str
    hours: tuple[int, int]
    taken: tuple[Share, ...]
    closed: tuple[Share, ...]
    book_at: str
    scan: str
