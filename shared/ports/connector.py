"""The platform side: the port through which a booking system is reached, shaped by ten real systems.

One idea carries it: ``ChangeBatch.snapshot_of``. Token feeds leave it None and name deletions; window
feeds set it, and what is absent inside that window is a hint, never a deletion. One contract suite runs
against every connector.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Protocol, runtime_checkable

from shared.domain.booking import Block, Booking, Gone, PlatformItem, SetAside, Window
from shared.domain.ids import BookingId, PlatformId, TransactionId, Version
from shared.ports.errors import PortError


class Feed(StrEnum):
    """How the platform tells what changed."""

    TOKEN = "token"
    MODIFIED_SINCE = "modified_since"
    WINDOW = "window"


class Dedupe(StrEnum):
    """What keeps a repeated create from making a second booking."""

    CLIENT_ID = "client_id"
    EXTERNAL_ID = "external_id"
    NONE = "none"


class Conflict(StrEnum):
    """Whether the platform itself refuses overlapping bookings."""

    ENFORCED = "enforced"
    NOT_ENFORCED = "not_enforced"


@dataclass(frozen=True)
class Capabilities:
    """What a platform can do, as data; ``requests``: it shows bookings that still need a person's yes as such.

    ``own_sync``: whether it synchronises with Microsoft 365 by itself; None where it does not tell. ``tells_owner``: it
    tells the owner of a booking by itself that it was cancelled or released, and why, so that no mail of ours does.
    """

    name: str
    feed: Feed
    dedupe: Dedupe
    conflict: Conflict
    has_precondition: bool
    min_poll: timedelta
    blocks: bool = False
    check_in: bool = False
    requests: bool = False
    own_sync: bool | None = None
    tells_owner: bool = False


@dataclass(frozen=True)
class ChangeBatch:
    """What changed on the platform since the cursor.

    ``items`` holds each changed booking once, cancelled ones included where the platform shows them.
    ``gone`` are bookings that the platform itself called deleted. ``snapshot_of`` is set where ``items`` is
    everything inside that window. ``cursor`` continues from here.
    """

    items: tuple[PlatformItem, ...]
    gone: tuple[BookingId, ...]
    set_aside: tuple[SetAside, ...]
    cursor: str
    snapshot_of: Window | None = None


@dataclass(frozen=True)
class BookingDraft:
    """A booking to be made on the platform; ``transaction`` is the mark by which it is found again."""

    booking: Booking
    transaction: TransactionId


@dataclass(frozen=True)
class BookingChange:
    """What a booking is to become, and the version on which that is based."""

    booking: BookingId
    wanted: Booking
    version: Version


class Connector(Protocol):
    """One booking platform.

    Every method may raise ``Retry``, ``Rejected`` and ``NotFound`` (the platform knows no such resource).
    """

    @property
    def capabilities(self) -> Capabilities: ...

    async def changes(self, resource: PlatformId, cursor: str | None, window: Window) -> ChangeBatch:
        """Read what changed since ``cursor``; everything of ``window`` without one. ``CursorExpired`` if unknown."""
        ...

    async def view(self, resource: PlatformId, window: Window) -> tuple[PlatformItem, ...]:
        """Read every booking of ``window`` that takes place."""
        ...

    async def blocks(self, resource: PlatformId, window: Window) -> tuple[Block, ...]:
        """Return the times inside ``window`` that the platform keeps free."""
        ...

    async def read(self, resource: PlatformId, booking: BookingId) -> PlatformItem | Gone:
        """Read one booking by its id; a cancelled one is ``Gone``."""
        ...

    async def find(self, resource: PlatformId, transaction: TransactionId) -> PlatformItem | None:
        """Find the booking that was created under ``transaction``, cancelled ones included."""
        ...

    async def create(self, resource: PlatformId, draft: BookingDraft) -> PlatformItem:
        """Make a booking. Repeating it with the same transaction returns the one made before, brought to the
        draft. Raises ``Rejected`` with code ``overlap`` where the time is taken.
        """
        ...

    async def change(self, resource: PlatformId, booking: BookingId, wanted: Booking, version: Version) -> PlatformItem:
        """Bring the mapped fields of a booking to ``wanted`` if it still has ``version``; else ``Stale``."""
        ...

    async def cancel(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        """Cancel a booking, which then shows ``reason``; a platform that ``tells_owner`` tells them too.

        One that is gone already is done.
        """
        ...

    async def ensure_resource(
        self, resource: PlatformId, name: str, zone: str, units: int, buffer_minutes: int | None = None
    ) -> None:
        """Make the platform's resource where it does not exist yet, or bring name, zone and units up to date.

        ``buffer_minutes`` are shown to people as the gap that two bookings keep; None leaves what is shown.

        Platforms that do not create resources raise ``NotFound`` for an unknown one.
        """
        ...


@runtime_checkable
class CheckIns(Protocol):
    """A platform that keeps check-ins: its items say when somebody checked in, and it releases what nobody claimed.

    Its capabilities say ``check_in``.
    """

    async def release(self, resource: PlatformId, booking: BookingId, reason: str) -> None:
        """Cancel a booking at which nobody has checked in, for ``reason``, which is told as that of ``cancel``.

        It is one transaction: where somebody has checked in by then, nothing is cancelled and ``Stale`` is raised.
        One that is gone already is done.
        """
        ...


@runtime_checkable
class SeriesWrites(Protocol):
    """A platform that takes the bookings of a whole series with one call.

    Each booking is answered for by itself, in the order given: as it stands now, or with the error that writing it
    alone would have raised. ``Retry`` is raised where nothing is known of any of them; some may have been written.
    """

    async def create_all(
        self, resource: PlatformId, drafts: Sequence[BookingDraft]
    ) -> tuple[PlatformItem | PortError, ...]:
        """Make bookings; see ``Connector.create``."""
        ...

    async def change_all(
        self, resource: PlatformId, changes: Sequence[BookingChange]
    ) -> tuple[PlatformItem | PortError, ...]:
        """Bring bookings to what is wanted; see ``Connector.change``. One may take the time that another one leaves."""
        ...

    async def cancel_all(
        self, resource: PlatformId, bookings: Sequence[BookingId], reason: str
    ) -> tuple[PortError | None, ...]:
        """Cancel bookings and tell their owners ``reason``; see ``Connector.cancel``."""
        ...
