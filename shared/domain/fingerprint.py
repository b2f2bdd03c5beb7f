"""Fingerprints: what a side last reported, one keyed digest per field, never the content itself.

A side changed where a field differs from that side's own remembered digest. Fields that a side does not
own for a mapping are left out: on the room's copy of a meeting that somebody else organises only time,
answer and cancelled count, because Exchange rewrites the rest. A fingerprint of another version of these
rules is unknown, not changed.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from shared.domain.booking import CalendarItem, Item, PlatformItem, ShowAs

VERSION = 2
"""Raised whenever equal content gets another digest; since version 2 each tenant has a key of its own."""
_DIGEST_BYTES = 12  # 96 bits: chance alone never makes two of a resource's values equal


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


@dataclass(frozen=True)
class Fingerprint:
    """The digests of one side's last report, by field."""

    digests: MappingOf[Field, str] = field(default_factory=dict)
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
    """Return the fingerprint of what a side reports, under the secret ``key`` of its tenant."""
    booking = item.booking
    digests = {
        Field.TIME: _digest(key, "time:" + str(booking.when)),
        Field.CANCELLED: _digest_of_few(key, "cancelled:" + str(booking.cancelled)),
    }
    if isinstance(item, CalendarItem) and not item.is_organiser:
        digests[Field.ANSWER] = _digest_of_few(key, "answer:" + item.answer)
        return Fingerprint(digests)
    digests[Field.TITLE] = _digest(key, "title:" + booking.title)
    digests[Field.PRIVATE] = _digest_of_few(key, "private:" + str(booking.private))
    digests[Field.STATUS] = _digest_of_few(key, "status:" + str(_is_requested(item)))
    if isinstance(item, PlatformItem):
        digests[Field.ORGANISER] = person_digest(booking.organiser.address if booking.organiser else "", key)
    return Fingerprint(digests)


def _is_requested(item: Item) -> bool:
    """Tell whether an item shows by itself that it needs a person's yes; an invited room's answer is its own field."""
    return item.booking.requested if isinstance(item, PlatformItem) else item.show_as is ShowAs.TENTATIVE


def person_digest(address: str, key: bytes) -> str:
    """Return the digest of a person's address, as it stands in the fingerprint of what they organise."""
    return _digest_of_few(key, "organiser:" + address.casefold())


def _digest(key: bytes, text: str) -> str:
    """Return the digest of a field's name and text."""
    code = _keyed(key).copy()
    code.update(text.encode())
    return code.hexdigest()[: 2 * _DIGEST_BYTES]


@lru_cache(maxsize=8)
def _keyed(key: bytes) -> hmac.HMAC:
    """Return what every digest under a key begins with; it is copied and never fed itself."""
    return hmac.new(key, digestmod="sha256")


_digest_of_few = lru_cache(maxsize=1024)(_digest)
"""The same for what recurs from booking to booking: flags, answers, people."""
