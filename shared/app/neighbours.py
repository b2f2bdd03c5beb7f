"""What stands around the new times of a run: the mappings of those days, blocked times, and who may be a twin.

Only what is near is read, so that its cost follows from what changed and not from what the ledger holds.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.sight import Sight
from shared.domain.booking import Block, CalendarItem, Gone, Item, PlatformItem, Side, Window
from shared.domain.check_in import AWAITED_AHEAD, is_awaited
from shared.domain.late_copies import is_late_copy
from shared.domain.spans import Span, When, occupied
from shared.domain.twins import may_be_twin


async def read_neighbours(sight: Sight) -> tuple[Block, ...]:
    """Read the mappings and blocked times around each new or moved booking."""
    spans = [span.widened(sight.resource.policy.gap) for span in _new_times(sight)]
    if not spans:
        return ()
    if not sight.all_mappings_known:
        days = sorted({day for span in spans for day in span.days()})
        sight.know(await sight.outside.ledgers.on_days(sight.resource.id, days))
    if not sight.outside.platform.capabilities.blocks:
        return ()
    window = Window(min(span.start for span in spans), max(span.end for span in spans))
    return await sight.outside.platform.blocks(sight.platform_id, window)


async def read_coming_day(sight: Sight) -> None:
    """Read the mappings of the coming day where check-ins are awaited."""
    awaited = is_awaited(sight.resource.policy) and sight.outside.platform.capabilities.check_in
    if awaited and not sight.all_mappings_known:
        span = Span(sight.now, sight.now + AWAITED_AHEAD)
        found = await sight.outside.ledgers.on_days(sight.resource.id, span.days())
        sight.know(mapping for mapping in found if mapping.id not in sight.mappings)


async def read_twins(sight: Sight) -> None:
    """Read what is known to stand at exactly the time of a new item, and may be the same booking on the other side."""
    if sight.resource.policy.units > 1:
        return
    known = {m.calendar.key for m in sight.mappings.values() if m.calendar}
    booked = {m.platform.id for m in sight.mappings.values() if m.platform}
    new: list[Item] = [e for e in sight.events.values() if isinstance(e, CalendarItem) and e.key not in known]
    new += [b for b in sight.bookings.values() if isinstance(b, PlatformItem) and b.id not in booked]
    times = {item.booking.when for item in new}
    for mapping in [m for m in sight.mappings.values() if m.when in times]:
        if not any(may_be_twin(mapping, item) or is_late_copy(mapping, item) for item in new):
            continue
        if sight.has_moved_on(mapping):
            # At its row's place and time stands nothing of it any more, which says nothing about the booking.
            continue
        if mapping.origin is Side.CALENDAR and mapping.calendar is not None:
            await sight.read_event(mapping.calendar.key)
        if mapping.origin is Side.PLATFORM and mapping.platform is not None:
            await sight.read_booking(mapping.platform.id)


def _new_times(sight: Sight) -> Iterable[Span]:
    zone = sight.resource.facts.zone
    by_event = {m.calendar.key: m for m in sight.mappings.values() if m.calendar}
    by_booking = {m.platform.id: m for m in sight.mappings.values() if m.platform}
    window = Span(sight.window.start, sight.window.end)
    for report in (*sight.events.values(), *sight.bookings.values()):
        if isinstance(report, Gone) or (isinstance(report, CalendarItem) and report.is_buffer):
            continue
        mapping = by_event.get(report.key) if isinstance(report, CalendarItem) else by_booking.get(report.id)
        settled = mapping is not None and mapping.is_linked and mapping.id not in sight.disputed
        if mapping is None or not settled or mapping.when != report.booking.when:
            times: tuple[When, ...] = (report.booking.when,) if mapping is None else (report.booking.when, mapping.when)
            yield from (span for span in (occupied(when, zone) for when in times) if span.overlaps(window))
