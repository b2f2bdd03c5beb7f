"""Bookings that a run sees for the first time.

state           seen                    decision
--------------  ----------------------  ------------------------------------------------------------
new             takes its time          created on the other side; two equal new ones are paired
new             awaits the room         created as requested; else remembered as awaiting, nothing is written
new             awaits an approval      created as tentative; else remembered as awaiting, nothing is written
new             outside the window      nothing
new             over, in a full read    nothing, where the policy leaves past bookings behind
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence

from shared.domain.booking import CalendarItem, Item, PlatformItem, Side, takes_nothing
from shared.domain.cases import Setting
from shared.domain.copies import copied_to_calendar, copied_to_platform
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId, derived_ulid
from shared.domain.ledger import Mapping
from shared.domain.plan import LedgerView, Settlement
from shared.domain.rebuild import mark_of, origin_of, orphaned
from shared.domain.records import calendar_record, first_seen, platform_record
from shared.domain.spans import Timed, When, occupied
from shared.domain.twins import is_same_booking

_CALENDAR, _PLATFORM = Side.CALENDAR, Side.PLATFORM
_PAIRED = (Reason(Code.PAIRED),)
_MINTING = hashlib.blake2b(digest_size=16)
"""What every digest that an id is made of begins with; it is copied and never fed itself."""


def settle_arrivals(
    events: Sequence[CalendarItem], bookings: Sequence[PlatformItem], ledger: LedgerView, setting: Setting
) -> list[Settlement]:
    """Settle bookings that no mapping knows: those that both sides show equal are paired, others created."""
    events = [event for event in events if _counts(event, ledger, setting)]
    alone = {b.id: b for b in sorted(bookings, key=lambda b: b.id) if _counts(b, ledger, setting)}
    if not alone:
        return [_alone_on_calendar(event, ledger, setting) for event in events]
    events.sort(key=lambda event: str(event.key))
    by_time: dict[When, list[PlatformItem]] = defaultdict(list)
    for booking in alone.values():
        by_time[booking.booking.when].append(booking)
    settled = []
    for event in events:
        waiting = (booking for booking in by_time.get(event.booking.when, ()) if booking.id in alone)
        twin = next((booking for booking in waiting if is_same_booking(event, booking, setting.policy)), None)
        if twin is None:
            settled.append(_alone_on_calendar(event, ledger, setting))
        else:
            del alone[twin.id]
            settled.append(_paired(event, twin, setting))
    return settled + [_alone_on_platform(booking, ledger, setting) for booking in alone.values()]


def _alone_on_calendar(event: CalendarItem, ledger: LedgerView, setting: Setting) -> Settlement:
    if ledger.rebuild and mark_of(event) is not None:
        return orphaned(event, mint(_CALENDAR, str(event.key), setting), setting)
    return _arrived_on_calendar(event, setting)


def _alone_on_platform(booking: PlatformItem, ledger: LedgerView, setting: Setting) -> Settlement:
    if ledger.rebuild and mark_of(booking) is not None:
        return orphaned(booking, mint(_PLATFORM, booking.id, setting), setting)
    return _arrived_on_platform(booking, setting)


def mint(side: Side, key: str, setting: Setting) -> MappingId:
    """Return the id of a booking seen for the first time. It follows from the values, so planning twice agrees."""
    code = _MINTING.copy()
    code.update((side + ":" + key).encode())
    return MappingId(derived_ulid(setting.milliseconds, code.digest()))


def _counts(item: Item, ledger: LedgerView, setting: Setting) -> bool:
    policy, window, booking = setting.policy, ledger.window, item.booking
    if isinstance(item, CalendarItem) and takes_nothing(item, free_counts=policy.free_counts):
        return False
    if booking.cancelled:
        return False
    span = booking.when if isinstance(booking.when, Timed) else occupied(booking.when, ledger.zone)
    left_behind = ledger.bulk and not policy.past_bookings and span.end <= setting.now
    return not left_behind and span.start < window.end and window.start < span.end


def _paired(event: CalendarItem, booking: PlatformItem, setting: Setting) -> Settlement:
    origin = origin_of(event, booking)
    mapping = Mapping(
        mint(_CALENDAR, str(event.key), setting) if origin is _CALENDAR else mint(_PLATFORM, booking.id, setting),
        origin,
        event.booking.when,
        made_at=min(event.created, booking.created),
        held_since=setting.now,
        calendar=calendar_record(event, setting.key),
        platform=platform_record(booking, setting.key),
        private=event.booking.private,
        named=True,
    )
    return Settlement(mapping.id, None, mapping, (), _PAIRED, calendar=event, platform=booking)


def _arrived_on_calendar(event: CalendarItem, setting: Setting) -> Settlement:
    mapping = first_seen(mint(_CALENDAR, str(event.key), setting), event, _CALENDAR, setting)
    return copied_to_platform(None, mapping, event, setting)


def _arrived_on_platform(booking: PlatformItem, setting: Setting) -> Settlement:
    mapping = first_seen(mint(_PLATFORM, booking.id, setting), booking, _PLATFORM, setting)
    return copied_to_calendar(None, mapping, booking, setting)
