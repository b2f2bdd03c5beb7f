"""The people of the tenant, and the way to reach them: who they are as the directory knows them, and mails of ours."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.domain.booking import Person
from shared.domain.ids import TenantId
from shared.domain.people import Following, Member, UserId
from shared.ports.calendar import LiveSubscription


@dataclass(frozen=True)
class Message:
    """A mail of ours: plain text, marked as automatic by the adapter that sends it."""

    to: Person
    subject: str
    text: str


class Mail(Protocol):
    """Mails of ours, from the one mailbox that is configured for them."""

    async def send(self, message: Message) -> None:
        """Send a mail, once.

        Raises ``Rejected`` or ``NotFound`` where it certainly has not left (no right to send, no such sender, no
        such address), ``NotDone`` where it has not left and may be sent again later, and ``Retry`` where it may
        have left.
        """
        ...


@dataclass(frozen=True)
class MemberChanges:
    """A finished round of the directory's change feed.

    ``members`` holds each changed user once, ``gone`` those that the feed called removed. ``token`` continues from
    here. In a ``full`` round every user that is there is among ``members``; absence from it is a hint all the same.
    """

    members: tuple[Member, ...]
    gone: tuple[UserId, ...]
    token: str
    full: bool = False


class People(Protocol):
    """The users of the tenant. Every method may raise ``Retry`` and ``Rejected`` (no right to read them)."""

    async def person(self, address: str) -> Member | None:
        """Return the user with this address, aliases included; None where the tenant has none."""
        ...

    async def by_id(self, user: UserId) -> Member | None:
        """Return a user by their object id; None where the directory answers that there is none."""
        ...

    async def changes(self, token: str | None) -> MemberChanges:
        """Read what changed since ``token``, or everybody without one. Raises ``CursorExpired``."""
        ...

    async def subscribe(self, notification_url: str, client_state: str, expires: datetime) -> LiveSubscription:
        """Ask for notifications about all users; the service calls the URL back before it answers.

        ``expires`` is shortened to what the service allows. Where such a subscription exists already, ``Rejected``
        with code ``exists``.
        """
        ...


class Roster(Protocol):
    """What is kept of the users of each tenant. Every method may raise ``Retry``."""

    async def member(self, tenant: TenantId, user: UserId) -> Member | None: ...

    async def at_address(self, tenant: TenantId, address: str) -> Member | None:
        """Return whoever is reached at an address, aliases included, also when they have left."""
        ...

    def members(self, tenant: TenantId, after: UserId | None = None) -> AsyncIterator[Member]:
        """Yield the users by their ids, or those behind ``after``."""
        ...

    async def put(self, tenant: TenantId, members: Sequence[Member]) -> None:
        """Write users as they are now; an address that is no longer theirs leads to them no more."""
        ...

    async def remove(self, tenant: TenantId, user: UserId) -> None:
        """Forget a user and the addresses that lead to them; nothing where nobody is known by that id."""
        ...

    async def following(self, tenant: TenantId) -> Following:
        """Return how far the directory was read; a fresh value where it never was."""
        ...

    async def keep(self, tenant: TenantId, following: Following) -> None: ...
