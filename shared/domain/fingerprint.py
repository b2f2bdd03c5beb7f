"""Fingerprints: what a side last reported, one keyed digest per field, never the content itself.

A side changed where a field differs from that side's own remembered digest. Fields that a side does not
own for a mapping are left out: on the room's copy of a meeting that somebody else organises only time,
answer and cancelled count, because Exchange rewrites the rest. A fingerprint of another version of these
rules is unknown, not changed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from struct import Struct

from shared.domain.booking import Answer, CalendarItem, Item, PlatformItem, ShowAs
from shared.domain.made_at_once import made_at_once
from shared.domain.spans import Timed, When

VERSION = 3
"""Raised whenever equal content gets another digest: since 2 each tenant has its own key, since 3 times are numbers."""
_DIGEST_BYTES = 12  # 96 bits: chance alone never makes two of a resource's values equal
_INSTANTS, _DATES = Struct("!dd"), Struct("!II")


class Field(StrEnum):
    """A field of a booking that is compared and written by itself; start and end are one field."""

    TIME = "time"
    TITLE = "title"
    ORGANISER = "organiser"
    PRIVATE = "private"
    CANCELLED = "cancelled"
    ANSWER = "answer"
    STATUS = "status"
    JOIN_URL = "join_url"


_TIME, _TITLE, _ORGANISER = Field.TIME, Field.TITLE, Field.ORGANISER


@made_at_once
@dataclass(frozen=True, slots=True)
class Fingerprint:
    """The digests of one side's last report, by field."""

    digests: MappingOf[Field, str]
    version: int = VERSION

    def __hash__(self) -> int:
        return hash((self.version, tuple(sorted(self.digests.items()))))

    def changed_to(self, now: Fingerprint) -> frozenset[Field]:
        """Return the fields in which ``now`` differs; fields that only one of both owns do not count."""
        return frozenset(name for name, digest in now.digests.items() if self.digests.get(name, digest) != digest)

    @property
    def is_known(self) -> bool:
        return self.version == VERSION


def fingerprint(item: Item, key: bytes) -> Fingerprint:
    """Return the fingerprint of what a side reports, under the secret ``key`` (at most 64 bytes) of its tenant."""
    booking = item.booking
    time = _digest(key, _TIME, _time(booking.when))
    if isinstance(item, CalendarItem) and not item.is_organiser:
        digests = _of_copy(key, booking.cancelled, item.answer).copy()
        digests[_TIME] = time
        return Fingerprint(digests)
    title = _digest(key, _TITLE, booking.title.encode())
    flags = _of_flags(key, booking.cancelled, booking.private, _is_requested(item))
    if isinstance(item, CalendarItem):
        return Fingerprint({_TIME: time, _TITLE: title, **flags})
    organiser = person_digest(booking.organiser.address if booking.organiser else "", key)
    return Fingerprint({_TIME: time, _TITLE: title, _ORGANISER: organiser, **flags})


def _is_requested(item: Item) -> bool:
    """Tell whether an item shows by itself that it needs a person's yes; an invited room's answer is its own field."""
    return item.booking.requested if isinstance(item, PlatformItem) else item.show_as is ShowAs.TENTATIVE


@lru_cache(maxsize=1024)
def person_digest(address: str, key: bytes) -> str:
    """Return the digest of a person's address, as it stands in the fingerprint of what they organise.

    It names a person in other rows as well: it stays the same in every version of the fingerprints.
    """
    text = "organiser:" + address.casefold()
    return hmac.digest(key, text.encode(), "sha256")[:_DIGEST_BYTES].hex()


# What recurs from booking to booking is worked out once.


@lru_cache(maxsize=256)
def _of_copy(key: bytes, cancelled: bool, answer: Answer) -> dict[Field, str]:
    """Return the digests of what counts on the room's copy of a meeting, with the place of its time left empty.

    It is copied and never changed: a copy with a place to fill costs less than a dictionary that grows.
    """
    return {
        Field.TIME: "",
        Field.CANCELLED: _digest(key, Field.CANCELLED, bytes((cancelled,))),
        Field.ANSWER: _digest(key, Field.ANSWER, answer.encode()),
    }


@lru_cache(maxsize=256)
def _of_flags(key: bytes, cancelled: bool, private: bool, requested: bool) -> MappingOf[Field, str]:
    return {
        Field.CANCELLED: _digest(key, Field.CANCELLED, bytes((cancelled,))),
        Field.PRIVATE: _digest(key, Field.PRIVATE, bytes((private,))),
        Field.STATUS: _digest(key, Field.STATUS, bytes((requested,))),
    }


def _time(when: When) -> bytes:
    """Return a time as numbers: instants as seconds since 1970, dates as days; their lengths tell both apart."""
    if isinstance(when, Timed):
        return _INSTANTS.pack(when.start.timestamp(), when.end.timestamp())
    return _DATES.pack(when.first.toordinal(), when.until.toordinal())


def _digest(key: bytes, name: Field, value: bytes) -> str:
    code = _keyed(key, name).copy()
    code.update(value)
    return code.hexdigest()


@lru_cache(maxsize=64)
def _keyed(key: bytes, name: Field) -> hashlib.blake2b:
    """Return what every digest of a field under a key begins with; it is copied and never fed itself."""
    return hashlib.blake2b(key=key, person=name.encode(), digest_size=_DIGEST_BYTES)
