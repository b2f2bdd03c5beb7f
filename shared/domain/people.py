"""The users of a tenant as the directory knows them, who of them has left, and who may book. Pure."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NewType

from shared.domain.booking import Person
from shared.domain.ids import ResourceId, TenantId
from shared.domain.policy import UnknownBookers
from shared.domain.resource import Subscription

UserId = NewType("UserId", str)
"""The object id of a user of the directory; names and addresses may change."""

_SESSION = "people"
_PURPOSE = "people notifications"


@dataclass(frozen=True)
class Member:
    """A user of the directory.

    ``language`` is the preferred one (a tag such as ``de-CH``), empty where none is set. ``aliases`` are the
    other addresses under which the same mailbox is reached. ``active`` is false for whoever is deleted or
    blocked from signing in; ``left_at`` is since when, for whoever was active before (a room's account never was).
    """

    id: UserId
    address: str
    name: str = ""
    language: str = ""
    aliases: tuple[str, ...] = ()
    active: bool = True
    left_at: datetime | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        return (self.address, *self.aliases) if self.address else self.aliases

    def is_at(self, address: str) -> bool:
        """Tell whether an address is one of this person's; addresses compare without regard to case."""
        return address.casefold() in {each.casefold() for each in self.addresses}


@dataclass(frozen=True)
class Following:
    """How far the directory's change feed has been read. ``active`` counts the active users found so far."""

    token: str | None = None
    read_at: datetime | None = None
    subscription: Subscription | None = None
    active: int = 0


class BookerRefused(ValueError):
    """Somebody may not book; the sentence says why, the code is for programs."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


def seen_again(before: Member | None, now: Member, at: datetime) -> Member:
    """Return a user as the directory shows them now, with since when they have left."""
    if now.active:
        return replace(now, left_at=None)
    if before is None:
        return now
    return replace(now, left_at=at if before.active else before.left_at)


def has_left(before: Member, at: datetime) -> Member:
    """Return a user who is gone from the directory. What was known of them stays: their bookings need it."""
    return seen_again(before, replace(before, active=False), at)


def refuse_leaver(member: Member) -> None:
    """Let pass who is still there. Raises ``BookerRefused`` (``booker_left``) for whoever has left."""
    if not member.active:
        raise BookerRefused(f"{member.address} has left and can no longer book; name somebody else", "booker_left")


def admitted(booker: Person | None, member: Member | None, unknown: UnknownBookers) -> Person | None:
    """Return the booker as the directory names them. Raises ``BookerRefused``."""
    if member is not None:
        refuse_leaver(member)
    if member is None and unknown is UnknownBookers.REFUSE:
        named = f"{booker.address} is not in the directory" if booker else "nobody is named as booker"
        raise BookerRefused(f"{named}; this resource takes bookings of people of the directory only", "unknown_booker")
    if member is None or booker is None:
        return booker
    return Person(member.address or booker.address, booker.name or member.name)


def people_session(tenant: TenantId) -> ResourceId:
    """Return what wakes the reading of a tenant's directory: a session of its own, which is no resource."""
    return ResourceId(f"{tenant}.{_SESSION}")


def is_people_session(named: ResourceId) -> bool:
    return named.partition(".")[2] == _SESSION


def people_state(key_id: str, key: bytes, tenant: TenantId) -> str:
    """Return the client state of a tenant's subscription to its users under one key of the ring."""
    return f"{key_id}.{_mac(key, tenant)}"


def is_people_state(state: object, tenant: TenantId, keys: Mapping[str, bytes]) -> bool:
    """Tell whether a client state was made by us for this tenant's users; constant time."""
    key_id, _, mac = state.partition(".") if isinstance(state, str) else ("", "", "")
    key = keys.get(key_id)
    return key is not None and hmac.compare_digest(mac.encode(errors="replace"), _mac(key, tenant).encode())


def _mac(key: bytes, tenant: TenantId) -> str:
    return hmac.new(key, f"{tenant}|{_PURPOSE}".encode(errors="replace"), hashlib.sha256).hexdigest()
