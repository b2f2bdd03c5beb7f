"""The values of the built-in platform: its resources, and bookings with what the port does not carry."""

from __future__ import annotations

from dataclasses import dataclass

from shared.domain.booking import PlatformItem, SetAside
from shared.domain.ids import PlatformId


@dataclass(frozen=True)
class PlatformResource:
    """A resource of the platform.

    ``zone`` is an IANA name, ``units`` how many bookings may run at the same time. ``buffer_minutes`` is shown
    to people only: gaps are judged by Lockstep.
    """

    id: PlatformId
    name: str
    zone: str = "UTC"
    units: int = 1
    buffer_minutes: int = 0


@dataclass(frozen=True)
class Entry:
    """A booking as the platform keeps it; ``reason`` says why it was cancelled, where somebody said so.

    The item's version is the sequence number of its last change. The title of a private booking is kept here
    and is shown to its owner only, by whoever shows it.
    """

    item: PlatformItem
    reason: str = ""

    @property
    def sequence(self) -> int:
        """The sequence number of the last change; 0 before the first commit."""
        return int(self.item.version or 0)


@dataclass(frozen=True)
class Changes:
    """A page of the feed: each changed booking once, in the order of its last change, cancelled ones included.

    ``cursor`` continues from here; ``more`` tells that there is more already.
    """

    entries: tuple[Entry, ...]
    set_aside: tuple[SetAside, ...]
    cursor: str
    more: bool = False


@dataclass(frozen=True)
class Listing:
    """The bookings of a stretch of time; ``cursor`` is where the feed stood before they were read."""

    entries: tuple[Entry, ...]
    set_aside: tuple[SetAside, ...]
    cursor: str
