"""A copy whose mark names its original is tied to it again when a ledger is rebuilt, wherever both stand by now. Pure.

both sides show                                  decision
-----------------------------------------------  -------------------------------------------------------------
the same booking                                 tied, as every pair that a rebuild finds
another time, or another title                   tied as the copy stands; the original has changed since, which
                                                 is written once a person permits it
a copy whose original is gone, moved on to       held by itself, as in every rebuild
another row, or was made before marks had names

The name is a digest of the original's key: nothing about the booking can be read from it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from shared.domain.arrivals import mint, settle_arrivals
from shared.domain.booking import CalendarItem, Item, PlatformItem, Side
from shared.domain.cases import Setting, is_gone
from shared.domain.ids import name_in, name_of
from shared.domain.one_sided import adopted_as_it_stands
from shared.domain.plan import LedgerView, Settlement
from shared.domain.rebuild import mark_of
from shared.domain.records import first_seen
from shared.domain.twins import is_same_booking


def settle_new(
    events: Sequence[CalendarItem], bookings: Sequence[PlatformItem], ledger: LedgerView, setting: Setting
) -> list[Settlement]:
    """Settle bookings that no mapping knows; in a rebuild, copies that name one of them are tied to it first."""
    if not ledger.rebuild:
        return settle_arrivals(events, bookings, ledger, setting)
    pairs = _named_pairs(events, bookings, setting)
    joined = []
    for event, booking in pairs:
        if is_same_booking(event, booking, setting.policy):
            joined += settle_arrivals([event], [booking], ledger, setting)
        else:
            joined.append(_joined(event, booking, setting))
    tied = {id(item) for pair in pairs for item in pair}
    events = [event for event in events if id(event) not in tied]
    bookings = [booking for booking in bookings if id(booking) not in tied]
    return joined + settle_arrivals(events, bookings, ledger, setting)


def _named_pairs(
    events: Sequence[CalendarItem], bookings: Sequence[PlatformItem], setting: Setting
) -> list[tuple[CalendarItem, PlatformItem]]:
    """Return the pairs of which one carries a mark with the other's name: of two that look alike, it tells which."""
    standing = [event for event in events if not is_gone(event, setting.policy)]
    booked = [booking for booking in bookings if not is_gone(booking, setting.policy)]
    originals = {_name(event, setting): event for event in standing if mark_of(event) is None}
    copied = {_name(booking, setting): booking for booking in booked if mark_of(booking) is None}
    pairs = []
    for booking in sorted(booked, key=lambda each: each.id):
        event = originals.pop(_named_by(booking), None)
        if event is not None:
            pairs.append((event, booking))
    for event in sorted(standing, key=lambda each: str(each.key)):
        original = copied.pop(_named_by(event), None)
        if original is not None:
            pairs.append((event, original))
    return pairs


def _name(item: Item, setting: Setting) -> str:
    if isinstance(item, CalendarItem):
        return name_of(mint(Side.CALENDAR, str(item.key), setting))
    return name_of(mint(Side.PLATFORM, item.id, setting))


def _named_by(copy: Item) -> str:
    mark = mark_of(copy)
    return name_in(mark) if mark else ""


def _joined(event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    if mark_of(booking) is not None:
        seen = first_seen(mint(Side.CALENDAR, str(event.key), setting), event, Side.CALENDAR, setting)
    else:
        seen = first_seen(mint(Side.PLATFORM, booking.id, setting), booking, Side.PLATFORM, setting)
    return adopted_as_it_stands(replace(seen, in_series=event.key.original_start is not None), event, booking, setting)
