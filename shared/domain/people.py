"""A user of the tenant as the directory knows them, and what follows from it. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

UserId = NewType("UserId", str)
"""The object id of a user of the directory; names and addresses may change."""


@dataclass(frozen=True)
class Member:
    """A user of the directory.

    ``language`` is the preferred one (a tag such as ``de-CH``), empty where none is set. ``aliases`` are the
    other addresses under which the same mailbox is reached. ``active`` is false for whoever has left or is
    blocked from signing in.
    """

    id: UserId
    address: str
    name: str = ""
    language: str = ""
    aliases: tuple[str, ...] = ()
    active: bool = True

    def is_at(self, address: str) -> bool:
        """Tell whether an address is one of this person's; addresses compare without regard to case."""
        wanted = address.casefold()
        return wanted == self.address.casefold() or any(wanted == alias.casefold() for alias in self.aliases)
