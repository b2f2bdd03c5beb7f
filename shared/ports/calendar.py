"""The calendar side: what Lockstep needs from Exchange for one mailbox.

All times are UTC. Ids are immutable ids. Nothing here waits: a throttled call raises ``Retry`` at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from shared.domain.booking import (
    CalendarItem,
    CalendarKey,
    Gone,
    Meeting,
    MeetingKey,
    OrganiserCopy,
    Person,
    ResourceFacts,
    SetAside,
    ShowAs,
    Unread,
    Window,
)
from shared.domain.ids import EventId, MailboxId, TransactionId, Version
from shared.domain.recurrence import Rule
from shared.domain.spans import When


@dataclass(frozen=True)
class CalendarChanges:
    """A finished delta round: what changed since its token.

    ``items`` holds each changed booking once, occurrences hydrated from their master. ``hints`` are ids that
    the feed called removed: absence is no proof. ``series`` are masters that changed: their mapped
    occurrences that are not among ``items`` may be gone. ``token`` continues from here.
    """

    items: tuple[CalendarItem, ...]
    hints: tuple[EventId, ...]
    series: tuple[EventId, ...]
    set_aside: tuple[SetAside, ...]
    token: str


@dataclass(frozen=True)
class EventDraft:
    """An event to be made in a mailbox's own calendar, with the mark by which it is found again.

    ``is_buffer`` makes it an entry that is known as ours and is never a booking. ``room`` is the resource
    that the event asks for, where the mailbox is that of a person.
    """

    when: When
    title: str
    private: bool
    transaction: TransactionId
    zone: str
    invited: Person | None = None
    body: str = ""
    shown: ShowAs = ShowAs.BUSY
    is_buffer: bool = False
    room: Person | None = None


@dataclass(frozen=True)
class EventChange:
    """What is to be written of an event; ``None`` leaves a field alone."""

    zone: str
    when: When | None = None
    title: str | None = None
    private: bool | None = None
    shown: ShowAs | None = None


@dataclass(frozen=True)
class SeriesDraft:
    """A series to be made in a mailbox's own calendar, with the mark by which it is found again.

    ``room`` is the resource that it asks for, where the mailbox is that of a person.
    """

    rule: Rule
    title: str
    private: bool
    transaction: TransactionId
    invited: Person | None = None
    room: Person | None = None


@dataclass(frozen=True)
class SeriesChange:
    """What is to be written of a whole series; ``None`` leaves a field alone. Another rule resets its exceptions."""

    rule: Rule | None = None
    title: str | None = None
    private: bool | None = None


@dataclass(frozen=True)
class SeriesFound:
    """A series as it stands in a calendar.

    ``first`` is its first start, ``last`` the last date on which it may have one (None: endless). ``items`` are its
    occurrences in the window that was asked for, by their own times. ``rule`` is its recurrence, where that is
    understood, and ``cancelled`` are the original starts in the window that the rule has and ``items`` lacks.
    """

    master: EventId
    first: datetime
    last: date | None
    items: tuple[CalendarItem, ...]
    rule: Rule | None = None
    cancelled: tuple[datetime, ...] = ()


@dataclass(frozen=True)
class MailboxFacts:
    """What the directory knows of a mailbox."""

    id: MailboxId
    address: str
    facts: ResourceFacts


class Calendar(Protocol):
    """The calendars of one tenant's mailboxes.

    Every method may raise ``Retry`` (throttled, unreachable, busy), ``Rejected`` (no access) and ``NotFound``
    (the mailbox is not there). A write that raised ``Retry`` may have happened.
    """

    async def changes(self, mailbox: MailboxId, token: str | None, window: Window) -> CalendarChanges:
        """Read the delta since ``token``, or a first full round of ``window`` without one.

        Raises ``CursorExpired`` when the token is no longer honoured, at any page, and ``TimedOut`` when it takes too
        long; a full round is then read in parts.
        """
        ...

    async def view(self, mailbox: MailboxId, window: Window) -> tuple[tuple[CalendarItem, ...], tuple[SetAside, ...]]:
        """Read every booking of ``window`` by another path than the delta feed."""
        ...

    async def read(self, mailbox: MailboxId, key: CalendarKey) -> CalendarItem | Gone:
        """Read one booking by its key, and prove it gone if it is.

        Proof is the event's own cancellation, "item not found" for this id, or a view over the item's own
        times that does not list it (a deleted event still answers by its immutable id).
        """
        ...

    async def find(self, mailbox: MailboxId, transaction: TransactionId) -> CalendarItem | None:
        """Find the event that was created under ``transaction`` by the mark left on it."""
        ...

    async def create(self, mailbox: MailboxId, draft: EventDraft) -> CalendarItem:
        """Make an event in the mailbox's own calendar and return it as it stands now.

        Repeating it with the same transaction returns the event made before, brought to the draft.
        """
        ...

    async def change(self, mailbox: MailboxId, event: EventId, change: EventChange, version: Version) -> CalendarItem:
        """Write the given fields if the event still has ``version``; else raise ``Stale``. Return what stands."""
        ...

    def why_not(self, rule: Rule) -> str:
        """Return why this calendar has no recurrence for a rule; nothing where it has one."""
        ...

    async def create_series(self, mailbox: MailboxId, draft: SeriesDraft, window: Window) -> SeriesFound:
        """Make a series and return it with its occurrences in ``window``.

        Repeating it with the same transaction returns the series made before, as it stands. Raises ``Rejected`` with
        code ``gone`` where that one was deleted since.
        """
        ...

    async def change_series(
        self, mailbox: MailboxId, master: EventId, change: SeriesChange, window: Window
    ) -> SeriesFound:
        """Write a series as a whole and return it with its occurrences in ``window``. ``Stale`` where it is gone."""
        ...

    async def find_series(self, mailbox: MailboxId, transaction: TransactionId, window: Window) -> SeriesFound | None:
        """Find the standing series that was created under ``transaction`` by the mark left on it."""
        ...

    async def series(self, mailbox: MailboxId, master: EventId, window: Window) -> SeriesFound | None:
        """Read a series with its occurrences in ``window``; None where it does not stand any more."""
        ...

    async def cancel(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Cancel or delete an event that the mailbox organises. An event that is gone already is done."""
        ...

    async def decline(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Decline the meeting for the mailbox, telling its organiser why. An event that is gone is done."""
        ...

    async def accept(self, mailbox: MailboxId, event: EventId, comment: str) -> None:
        """Accept the meeting for the mailbox, telling its organiser. An event that is gone is done."""
        ...

    async def meeting(self, mailbox: MailboxId, event: EventId, room: str) -> Meeting | Gone:
        """Read a single meeting in its organiser's mailbox, with what it tells of the room of that address.

        It is proven gone as by ``read``.
        """
        ...

    async def series_meetings(
        self, mailbox: MailboxId, master: EventId, room: str, window: Window
    ) -> tuple[Meeting, ...] | None:
        """Read the occurrences in ``window`` of a series in its organiser's mailbox, each with what it tells of the
        room of that address; None where the series does not stand any more.
        """
        ...

    async def find_copy(self, mailbox: MailboxId, ical_uid: str) -> CalendarItem | None:
        """Find the mailbox's own copy of a single meeting, which shares nothing but this with other copies."""
        ...

    async def series_copy(self, mailbox: MailboxId, ical_uid: str, window: Window) -> SeriesFound | None:
        """Find the mailbox's own copy of the series of that iCalUId, with its occurrences in ``window``."""
        ...

    async def organiser_copies(self, meetings: Sequence[MeetingKey]) -> tuple[OrganiserCopy | Unread, ...]:
        """Read what the organisers' own copies of meetings say, in their order.

        ``REFUSED`` where the mailbox is not of this tenant or not open to us, ``ABSENT`` where it has no such
        meeting of its own, ``BUSY`` where it alone did not answer. Raises ``Retry`` where nothing could be asked.
        """
        ...


class MailboxDirectory(Protocol):
    """Who and what the tenant's mailboxes are."""

    async def mailbox(self, address_or_id: str) -> MailboxFacts:
        """Return what is known of a mailbox. Raises ``NotFound``, ``Rejected``, ``Retry``."""
        ...


@dataclass(frozen=True)
class LiveSubscription:
    """A subscription as the service lists it; the client state is never returned."""

    id: str
    resource: str
    notification_url: str
    expires: datetime


class Subscriptions(Protocol):
    """Change-notification subscriptions of the tenant."""

    async def create(
        self,
        mailbox: MailboxId,
        notification_url: str,
        lifecycle_url: str,
        client_state: str,
        expires: datetime,
    ) -> LiveSubscription:
        """Create a subscription to the mailbox's events; the service calls both URLs back before it answers.

        Where one exists already for the same mailbox and change types, ``Rejected`` with code ``exists``.
        """
        ...

    async def renew(self, ids_to_expiry: dict[str, datetime]) -> dict[str, datetime | None]:
        """Renew up to 20 subscriptions in one call; ``None`` for one that no longer exists.

        One that could not be renewed now for another reason is left out of the answer.
        """
        ...

    async def list(self) -> tuple[LiveSubscription, ...]: ...

    async def delete(self, subscription_id: str) -> None:
        """Delete a subscription; one that is gone already is done."""
        ...
