"""The people of the tenant, and the way to reach them: who they are as the directory knows them, and mails of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from shared.domain.booking import Person
from shared.domain.people import Member


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
        such address), and ``Retry`` where it may have.
        """
        ...


class People(Protocol):
    """The users of the tenant. Every method may raise ``Retry`` and ``Rejected`` (no right to read them)."""

    async def person(self, address: str) -> Member | None:
        """Return the user with this address, aliases included; None where the tenant has none."""
        ...
