"""How a display of electronic paper hangs: its dots stay where they were built, whoever mounts it."""

from __future__ import annotations

from enum import IntEnum


class Hanging(IntEnum):
    """By how many degrees a display hangs turned clockwise; what it shows is turned back, so that it stands upright."""

    AS_BUILT = 0
    RIGHT = 90
    UPSIDE_DOWN = 180
    LEFT = 270

    @property
    def on_its_side(self) -> bool:
        return self in (Hanging.RIGHT, Hanging.LEFT)
