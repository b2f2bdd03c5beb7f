"""What can be seen of a tenant's set-up: the rights that were granted, the mailboxes that could be resources.

Nothing here writes. What is not permitted is an answer and no error: the person who asks wants to know exactly that.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from shared.domain.booking import ResourceFacts


@dataclass(frozen=True)
class Grants:
    """The rights that the token of today carries, tenant-wide; those granted in Exchange alone are not among them.

    ``application`` is the client id that asks. ``issued`` is None where the token does not say it. ``problem`` is set
    where no token could be had, or none that can be read.
    """

    roles: frozenset[str] = frozenset()
    application: str = ""
    tenant: str = ""
    issued: datetime | None = None
    expires: datetime | None = None
    problem: str = ""


@dataclass(frozen=True)
class MailboxLook:
    """What is seen of one mailbox. ``purpose`` is Exchange's word (room, equipment, user, shared, …), empty where it
    could not be read; ``code`` and ``problem`` say why. ``exists`` tells whether the directory knows the user at all.
    """

    named: str
    exists: bool
    id: str = ""
    address: str = ""
    name: str = ""
    purpose: str = ""
    code: str = ""
    problem: str = ""


@dataclass(frozen=True)
class Place:
    """A room as Places lists it."""

    address: str
    facts: ResourceFacts


@dataclass(frozen=True)
class Places:
    """The rooms that Places shows; ``problem`` where it may not be asked. Equipment and hidden rooms are in none."""

    rooms: tuple[Place, ...] = field(default=())
    problem: str = ""


class Inspection(Protocol):
    """The set-up of one tenant, as it is seen from outside. Every method may raise ``Retry``."""

    async def grants(self) -> Grants:
        """Return the rights that the token carries; asked for anew, so that what was granted since counts."""
        ...

    async def look(self, address_or_id: str) -> MailboxLook:
        """Return what is seen of a mailbox."""
        ...

    async def places(self) -> Places:
        """Return every room that Places shows."""
        ...

    async def members(self, group: str) -> tuple[str, ...]:
        """Return the addresses of a group's members. Raises ``NotFound`` and ``Rejected``."""
        ...
