"""Edits of a booking of the built-in platform: what each act of a person makes of the booking as it stands.

Pure: an edit may be made again on what a competing change has left. It refuses what does not fit, in a sentence
for the person; a booking that is as wanted already is returned as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from shared.adapters.builtin.booking_rules import check_arrival
from shared.adapters.builtin.entries import BookingPatch, Entry
from shared.domain.booking import Booking, PlatformItem
from shared.ports.errors import Rejected, Stale

Edit = Callable[[Entry], Entry]


def with_booking(entry: Entry, booking: Booking) -> Entry:
    """Return an entry that holds ``booking``, without what was said of it as it was before."""
    reason = entry.reason if booking.cancelled else ""
    item = replace(entry.item, booking=booking, released=booking.cancelled and entry.item.released)
    if booking.when != entry.item.booking.when:
        # Whoever checked in did so for another time.
        item = replace(item, checked_in=None)
    return replace(entry, item=item, reason=reason)


def booked(item: PlatformItem) -> Callable[[Entry | None], Entry]:
    """Make a booking; one that was made under the same transaction is brought to it, unless it was cancelled since."""

    def edit(before: Entry | None) -> Entry:
        if before is None:
            return Entry(item)
        return before if before.item.booking.cancelled else with_booking(before, item.booking)

    return edit


def brought(wanted: Booking) -> Edit:
    """Make a booking ``wanted`` in all its fields."""
    return lambda entry: with_booking(entry, wanted)


def patched(patch: BookingPatch) -> Edit:
    """Change what a patch names."""

    def edit(entry: Entry) -> Entry:
        if entry.item.booking.cancelled:
            raise Rejected("the booking is cancelled; restore it before changing it", code="cancelled")
        return with_booking(entry, patch.onto(entry.item.booking))

    return edit


def cancelled(reason: str) -> Edit:
    """Cancel a booking; ``reason`` stands on it for its owner."""

    def edit(entry: Entry) -> Entry:
        return entry if entry.item.booking.cancelled else _ended(entry, reason)

    return edit


def restored(entry: Entry) -> Entry:
    """Let a cancelled booking take place again."""
    return with_booking(entry, replace(entry.item.booking, cancelled=False))


def approved(entry: Entry) -> Entry:
    """Say yes to a requested booking."""
    if entry.item.booking.cancelled:
        raise Rejected("the booking is cancelled; restore it before approving it", code="cancelled")
    return with_booking(entry, replace(entry.item.booking, requested=False))


def refused(reason: str) -> Edit:
    """Say no to a requested booking, which cancels it."""

    def edit(entry: Entry) -> Entry:
        if entry.item.booking.cancelled:
            return entry
        if not entry.item.booking.requested:
            raise Rejected("the booking needs no yes any more; cancel it instead", code="approved")
        return _ended(entry, reason)

    return edit


def arrived(now: datetime, zone: str) -> Edit:
    """Note that somebody has come to a booking of a resource in ``zone``."""

    def edit(entry: Entry) -> Entry:
        check_arrival(entry.item, now, zone)
        return entry if entry.item.checked_in else replace(entry, item=replace(entry.item, checked_in=now))

    return edit


def released(reason: str) -> Edit:
    """Cancel a booking at which nobody has checked in."""

    def edit(entry: Entry) -> Entry:
        if entry.item.booking.cancelled:
            return entry
        if entry.item.checked_in is not None:
            raise Stale("somebody has checked in meanwhile; the booking stays")
        gone = _ended(entry, reason)
        return replace(gone, item=replace(gone.item, released=True))

    return edit


def _ended(entry: Entry, reason: str) -> Entry:
    return replace(with_booking(entry, replace(entry.item.booking, cancelled=True)), reason=reason)
