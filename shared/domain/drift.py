"""Drift: what a proof read found that no feed had told. A value, kept for a month on the resource's row. Pure.

A side is said to have drifted by one booking: it was new to the ledger, stood otherwise than remembered, or was gone.
Of the booking only its time is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.domain.booking import Side
from shared.domain.fingerprint import Field
from shared.domain.ids import MappingId
from shared.domain.spans import When

KEPT = timedelta(days=30)
MOST = 20
"""So many are kept of a resource, the latest; the count of the last proof read tells of more."""


class Found(StrEnum):
    """How a booking stood against what was remembered of it."""

    NEW = "new"
    CHANGED = "changed"
    GONE = "gone"


class Path(StrEnum):
    """The feed that had to tell it, and did not."""

    CALENDAR_DELTA = "calendar_delta"
    PLATFORM_CHANGES = "platform_changes"


@dataclass(frozen=True)
class Drift:
    """One booking of one side. ``mapping`` is None where it was new.

    It came about between ``since`` (None: not known) and ``found_at``: before, a proof had found both sides equal, or
    the booking did not exist. ``fields`` are those that differed. ``feed_read_at`` is when the path that missed it was
    read last before.
    """

    side: Side
    found: Found
    missed_by: Path
    when: When
    found_at: datetime
    since: datetime | None = None
    feed_read_at: datetime | None = None
    mapping: MappingId | None = None
    fields: tuple[Field, ...] = ()


def kept(known: Sequence[Drift], fresh: Sequence[Drift], now: datetime) -> tuple[Drift, ...]:
    """Return what stays on the row: the latest of a month."""
    standing = [each for each in known if now - each.found_at < KEPT]
    return (*standing, *fresh)[-MOST:]
