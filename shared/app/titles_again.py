"""Ask once more for titles that could not be read: the right to an organiser's mailbox may have been granted since.

A nightly proof read finds the meetings that the platform shows by their organiser's name and asks those mailboxes
again. What is readable now is shown as the policy says, by the same run; nobody has to order it. Nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.read_organisers import meeting_of, with_copies
from shared.app.sight import Sight
from shared.domain.booking import CalendarItem, PlatformItem, Side
from shared.domain.ids import BookingId
from shared.domain.ledger import Mapping
from shared.domain.policy import Direction, Titles
from shared.domain.projection import Source, title_source, to_platform


async def read_titles_again(sight: Sight, events: Iterable[CalendarItem], bookings: Iterable[PlatformItem]) -> None:
    """Add to ``sight`` the meetings whose title can be read by now, with the bookings that do not show it."""
    policy = sight.resource.policy
    if policy.titles is not Titles.FULL or policy.direction is Direction.TO_CALENDAR:
        return
    shown = {booking.id: booking for booking in bookings}
    by_event = {mapping.calendar.key: mapping for mapping in sight.mappings.values() if mapping.calendar}
    nameless: dict[CalendarItem, PlatformItem] = {}
    for event in events:
        booking = _by_name(sight, event, by_event.get(event.key), shown)
        if booking is not None and event.key not in sight.events:
            nameless[event] = booking
    told = await with_copies(sight.outside, sight.resource, nameless, {})
    for read, shown_now in zip(told, nameless.values(), strict=True):
        if read.organiser_copy is not None:
            sight.events[read.key] = read
            sight.bookings.setdefault(shown_now.id, shown_now)


def _by_name(
    sight: Sight, event: CalendarItem, mapping: Mapping | None, shown: dict[BookingId, PlatformItem]
) -> PlatformItem | None:
    """Return the booking of a meeting that the platform shows by its organiser's name; None for anything else."""
    if mapping is None or mapping.platform is None or not mapping.is_linked or mapping.origin is not Side.CALENDAR:
        return None
    policy, booking = sight.resource.policy, shown.get(mapping.platform.id)
    if booking is None or meeting_of(event) is None or title_source(event, policy) is not Source.ORGANISERS_NAME:
        return None
    return booking if booking.booking.title == to_platform(event, policy).title else None
