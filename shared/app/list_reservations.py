"""List the bookings of many resources in a stretch of time, for a person who looks. Nothing is written or remembered.

Who booked and what it is called is read from the platform at that moment, because no ledger keeps it; the ledger says
how each booking stands. A resource costs two look-ups in its ledger and one read of the platform. Where a booking
stands in the calendar alone, or a meeting is searched for by its link, its calendar is read once as well, and such a
booking is told as the platform would show it. A private booking is found by its time and place alone. A resource that
cannot be read keeps no other from being listed, and a calendar that cannot be read nothing that the platform shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace

from shared.app.outside import Outside
from shared.app.read_organisers import with_copies
from shared.domain.booking import Booking, CalendarItem, CalendarKey, PlatformItem, Window
from shared.domain.ids import BookingId, ResourceId
from shared.domain.join_link import meeting_of
from shared.domain.ledger import Mapping
from shared.domain.projection import to_platform
from shared.domain.resource import Resource, State
from shared.domain.spans import Span, When, occupied
from shared.ports.errors import PortError

AT_ONCE = 8
"""Resources read at the same time."""

ENOUGH = 2000
"""Bookings after which a page ends, at the next resource."""


@dataclass(frozen=True)
class Search:
    """What is looked for: all of ``words`` in what may be read of a booking, or the meeting of a ``link``.

    ``cancelled`` asks for cancelled bookings as well, where the platform can list them.
    """

    window: Window
    building: str | None = None
    resource: ResourceId | None = None
    words: tuple[str, ...] = ()
    link: str = ""
    cancelled: bool = False


@dataclass(frozen=True)
class Reservation:
    """One booking of one resource, of which ``mapping`` is what is agreed.

    ``booking`` is what the platform shows, or would show of what stands in the calendar alone.
    """

    resource: Resource
    when: When
    mapping: Mapping | None = None
    id: BookingId | None = None
    booking: Booking | None = None

    @property
    def private(self) -> bool:
        """Whether either side says so."""
        return bool((self.mapping and self.mapping.private) or (self.booking and self.booking.private))

    @property
    def is_alone(self) -> bool:
        """Whether it stands in the calendar, and the platform shows nothing of it."""
        return self.booking is None and self.mapping is not None and self.mapping.calendar is not None

    def says(self, words: Iterable[str]) -> bool:
        """Tell whether each word, in small letters, stands in what may be read of it."""
        said = " ".join(self._readable()).casefold()
        return all(word in said for word in words)

    def _readable(self) -> Iterable[str]:
        facts, mapping, owner = self.resource.facts, self.mapping, self.booking and self.booking.organiser
        yield from (facts.name, facts.building, self.resource.address, self.id or "")
        if mapping is not None:
            yield from (mapping.id, str(mapping.calendar.key) if mapping.calendar else "")
        if self.booking is not None and not self.private:
            yield from (self.booking.title, *((owner.name, owner.address) if owner else ()))


@dataclass(frozen=True)
class Unread:
    """A resource that could not be read, and why."""

    resource: Resource
    why: str


@dataclass
class Page:
    """What was found in ``resources``, by their ids; ``next`` is behind which resource the rest begins."""

    found: list[Reservation] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    next: ResourceId | None = None


async def list_reservations(outside: Outside, search: Search, after: ResourceId | None, limit: int) -> Page:
    """Return what is found in the next ``limit`` resources, or in fewer where that is enough to show."""
    page, batch = Page(), list[Resource]()
    async for resource in _meant(outside, search, after):
        if len(page.resources) + len(batch) == limit or len(page.found) >= ENOUGH:
            page.next = batch[-1].id if batch else page.next
            await _read(outside, search, batch, page)
            return page
        batch.append(resource)
        if len(batch) == AT_ONCE:
            page.next = batch[-1].id
            await _read(outside, search, batch, page)
            batch = []
    await _read(outside, search, batch, page)
    page.next = None
    return page


async def _meant(outside: Outside, search: Search, after: ResourceId | None) -> AsyncIterator[Resource]:
    building = search.building.casefold() if search.building is not None else None
    async for each in outside.resources.all(outside.tenant, after):
        if each.state is State.UNLINKED or search.resource not in (None, each.id):
            continue
        if building is None or each.facts.building.casefold() == building:
            yield each


async def _read(outside: Outside, search: Search, batch: list[Resource], page: Page) -> None:
    answers = await asyncio.gather(*(_of_one(outside, search, each) for each in batch))
    page.resources += batch
    for found, unread in answers:
        page.found += found
        page.unread += unread


async def _of_one(outside: Outside, search: Search, resource: Resource) -> tuple[list[Reservation], list[Unread]]:
    try:
        found = await reservations_of(outside, resource, search.window)
        if search.cancelled:
            found = _by_time([*found, *await _cancelled(outside, resource, search.window, found)])
    except PortError as error:
        return [], [Unread(resource, str(error))]
    joined, unread = _joined_at(search.link, found, ()), list[Unread]()
    try:
        events = await _events(outside, resource, search, found, is_joined=bool(joined))
        found = await _with_events(outside, resource, found, events)
        joined = _joined_at(search.link, found, events)
    except PortError as error:
        unread = [Unread(resource, str(error))]
    return [each for each in (joined if search.link else found) if each.says(search.words)], unread


async def reservations_of(outside: Outside, resource: Resource, window: Window) -> list[Reservation]:
    """Return the bookings of a resource that touch a stretch of time, by time. Raises the ports' errors."""
    mappings, items = await asyncio.gather(
        outside.ledgers.on_days(resource.id, Span(window.start, window.end).days()),
        outside.platform.view(resource.platform, window) if resource.platform else _nothing(),
    )
    by_id = {each.platform.id: each for each in mappings if each.platform}
    shown = {item.id for item in items}
    found = [Reservation(resource, item.booking.when, by_id.get(item.id), item.id, item.booking) for item in items]
    found += [
        Reservation(resource, each.when, each, each.platform.id if each.platform else None)
        for each in mappings
        if each.platform is None or each.platform.id not in shown
    ]
    span, zone = Span(window.start, window.end), resource.facts.zone
    inside = [each for each in found if occupied(each.when, zone).overlaps(span)]
    return _by_time(inside)


async def _cancelled(
    outside: Outside, resource: Resource, window: Window, found: Iterable[Reservation]
) -> list[Reservation]:
    """Return what was cancelled on a platform that can list it, and is not among ``found``."""
    if outside.releases is None or resource.platform is None:
        return []
    known = {each.id for each in found}
    listing = await outside.releases.list_range(resource.platform, window, cancelled=True)
    items = [each.item for each in listing.entries if each.item.booking.cancelled and each.item.id not in known]
    return [Reservation(resource, each.booking.when, None, each.id, each.booking) for each in items]


def _by_time(found: Iterable[Reservation]) -> list[Reservation]:
    def order(each: Reservation) -> tuple[Span, str]:
        return occupied(each.when, each.resource.facts.zone), each.mapping.id if each.mapping else ""

    return sorted(found, key=order)


async def _events(
    outside: Outside, resource: Resource, search: Search, found: list[Reservation], *, is_joined: bool
) -> tuple[CalendarItem, ...]:
    """Return what the room's calendar shows, as far as it tells more than the platform: nothing where it does not."""
    window, alone = search.window, [occupied(each.when, resource.facts.zone) for each in found if each.is_alone]
    if not search.link and alone:
        window = Window(min(each.start for each in alone), max(each.end for each in alone))
    if not alone and (is_joined or not search.link):
        return ()
    events, _ = await outside.calendar.view(resource.mailbox, window)
    return events


async def _with_events(
    outside: Outside, resource: Resource, found: list[Reservation], events: Iterable[CalendarItem]
) -> list[Reservation]:
    """Return the bookings, those that stand in the calendar alone as the platform would show them."""
    keys = {each.mapping.calendar.key for each in found if each.is_alone and each.mapping and each.mapping.calendar}
    wanted = [each for each in events if each.key in keys]
    if not wanted:
        return found
    head = await outside.ledgers.head(resource.id)
    by_key = {each.key: each for each in await with_copies(outside, resource, wanted, head.unreadable)}
    return [_as_shown(each, by_key) if each.is_alone else each for each in found]


def _as_shown(alone: Reservation, events: MappingOf[CalendarKey, CalendarItem]) -> Reservation:
    mapping = alone.mapping
    event = events.get(mapping.calendar.key) if mapping and mapping.calendar else None
    if mapping is None or event is None:
        return alone
    return replace(alone, booking=to_platform(event, alone.resource.policy, mapping.origin))


def _joined_at(link: str, found: Iterable[Reservation], events: Iterable[CalendarItem]) -> list[Reservation]:
    """Return those whose meeting is joined at a link, as the platform shows it or the calendar does: none private."""
    wanted = meeting_of(link)
    keys = {each.key for each in events if meeting_of(each.booking.join_url) == wanted}
    return [
        each
        for each in found
        if not each.private
        and (
            (each.booking and meeting_of(each.booking.join_url) == wanted)
            or (each.mapping and each.mapping.calendar and each.mapping.calendar.key in keys)
        )
    ]


async def _nothing() -> tuple[PlatformItem, ...]:
    return ()
