"""The ids that travel through Lockstep, each a type of its own.

An id of one kind handed over where another is wanted is a type error. Ids are opaque: nobody reads
meaning out of them, except that a resource's id begins with its tenant.
"""

from __future__ import annotations

import hashlib
import uuid
from functools import lru_cache
from typing import NewType

TenantId = NewType("TenantId", str)
"""The directory (tenant) id of Microsoft Entra, a GUID in lower case."""

ResourceId = NewType("ResourceId", str)
"""``<tenant>.<ulid>``, minted by us; stands in every key, session, URL and log."""

MailboxId = NewType("MailboxId", str)
"""The object id of a mailbox's directory user. Graph paths use it, addresses may change."""

EventId = NewType("EventId", str)
"""Immutable id of an event in one mailbox (case-sensitive)."""

PlatformId = NewType("PlatformId", str)
"""The platform's id of a resource."""

BookingId = NewType("BookingId", str)
"""The platform's id of one booking."""

MappingId = NewType("MappingId", str)
"""A ULID, minted when a booking is first seen; ties an event to a booking for ever."""

SeriesId = NewType("SeriesId", str)
"""The platform's id of a series of bookings."""

MeetingId = NewType("MeetingId", str)
"""What all copies of a meeting share (a digest of its iCalUId)."""

Version = NewType("Version", str)
"""What a side calls the state of one item (etag, sequence number). A hint only: the fingerprint decides."""

TransactionId = NewType("TransactionId", str)
"""What makes a create repeatable: the same one never makes a second copy."""

_NAMESPACE = uuid.UUID("5f0b4a52-6a0e-4a57-9f9c-0c3f6a7f5a11")
_RANDOM_PART = 16
"""So many characters of a ULID follow from what it was minted of, the others from the time."""
_NAME = 12
"""So many hexadecimal digits of a mark are a name. The thirteenth is the version of the UUID."""
_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHARACTERS = (_CROCKFORD * 8).encode()
"""A translation of bytes to characters, by their last five bits."""
_PAIRS = tuple(first + second for first in _CROCKFORD for second in _CROCKFORD)


def transaction_id(mapping: MappingId, side: str, generation: int, *, named: bool = False) -> TransactionId:
    """Return the transaction id under which one generation of a copy is created on one side.

    One that is ``named`` begins with the name of what it is a copy of.
    """
    made = uuid.uuid5(_NAMESPACE, f"{mapping}/{side}/{generation}")
    return TransactionId(str(uuid.UUID(hex=name_of(mapping) + made.hex[_NAME:]) if named else made))


def name_of(mapping: MappingId) -> str:
    """Return the name of what a mapping was made of: it follows from the item's key alone, at whatever time it was
    first seen.
    """
    return hashlib.sha256(mapping[-_RANDOM_PART:].encode()).hexdigest()[:_NAME]


def name_in(mark: TransactionId) -> str:
    """Return the name with which a mark begins; of one that has none, what stands there."""
    return mark.replace("-", "")[:_NAME]


def series_transaction(series: SeriesId, generation: int) -> TransactionId:
    """Return the transaction id under which one generation of a platform's series is created in the calendar."""
    return TransactionId(str(uuid.uuid5(_NAMESPACE, f"series/{series}/{generation}")))


def probe_transaction(mailbox: MailboxId, turn: int) -> TransactionId:
    """Return the transaction id under which a mailbox is probed for the ``turn``-th time."""
    return TransactionId(str(uuid.uuid5(_NAMESPACE, f"probe/{mailbox}/{turn}")))


def derived_ulid(milliseconds: int, digest: bytes) -> str:
    """Return a ULID whose random part follows from a digest: five bits of each of its first 16 bytes."""
    return _time_of_ulid(milliseconds) + digest[:16].translate(_CHARACTERS).decode()


@lru_cache(maxsize=64)
def _time_of_ulid(milliseconds: int) -> str:
    """Return the ten characters in which a ULID writes a Unix time in milliseconds."""
    return ulid(milliseconds, bytes(10))[:10]


def ulid(milliseconds: int, random: bytes) -> str:
    """Return a ULID of a Unix time in milliseconds and 10 random bytes; ULIDs sort by their time."""
    number = (milliseconds << 80) | int.from_bytes(random[:10], "big")
    return "".join([_PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10)])


def resource_id(tenant: TenantId, minted: str) -> ResourceId:
    """Return the id of a resource of a tenant from a freshly minted ULID."""
    return ResourceId(f"{tenant}.{minted}")


def tenant_of(resource: ResourceId) -> TenantId:
    """Return the tenant to which a resource belongs."""
    return TenantId(resource.partition(".")[0])
