"""List the bookings of many resources in a stretch of time, for a person who looks. Nothing is written or remembered.

Who booked and what it is called is read from the platform at that moment, because no ledger keeps it; the ledger says
how each booking stands. A resource costs two look-ups in its ledger and one read of the platform, where a meeting is
searched for by its link one read of its calendar as well. A private booking is found by its time and place alone. A
resource that cannot be read keeps no other from being listed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field

from shared.app.outside import Outside
from shared.domain.booking import Booking, PlatformItem, Window
from shared.domain.ids import BookingId, ResourceId
from shared.domain.join_link import meeting_of
from shared.domain.ledger import Mapping
from shared.domain.resource import Resource, State
from shared.domain.spans import Span, When, occupied
from shared.ports.errors import PortError

AT_ONCE = 8
"""Resources read at the same time."""

ENOUGH = 2000
"""Bookings after which a page ends, at the next resource."""


@dataclass(frozen=True)
class Search:
    """What is looked for: all of ``words`` in what may be read of a booking, or the meeting of a ``link``."""

    window: Window
    building: str | None = None
    resource: ResourceId | None = None
    words: tuple[str, ...] = ()
    link: str = ""


@dataclass(frozen=True)
class Reservation:
    """One booking of one resource. ``booking`` is what the platform shows, ``mapping`` what is agreed of it."""

    resource: Resource
    when: When
    mapping: Mapping | None = None
    id: BookingId | None = None
    booking: Booking | None = None

    @property
    def private(self) -> bool:
        """Whether either side says so."""
        return bool((self.mapping and self.mapping.private) or (self.booking and self.booking.private))

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
    for answer in answers:
        if isinstance(answer, Unread):
            page.unread.append(answer)
        else:
            page.found += answer


async def _of_one(outside: Outside, search: Search, resource: Resource) -> list[Reservation] | Unread:
    try:
        found = await reservations_of(outside, resource, search.window)
        if search.link:
            found = await _joined_at(outside, resource, search, found)
    except PortError as error:
        return Unread(resource, str(error))
    return [each for each in found if each.says(search.words)]


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
    return sorted(inside, key=lambda each: (occupied(each.when, zone), each.mapping.id if each.mapping else ""))


async def _joined_at(
    outside: Outside, resource: Resource, search: Search, found: list[Reservation]
) -> list[Reservation]:
    """Return those whose meeting is joined at a link: as the platform shows it, else as the room's calendar does."""
    wanted = meeting_of(search.link)
    shown = [each for each in found if each.booking and meeting_of(each.booking.join_url) == wanted]
    if shown:
        return shown
    events, _ = await outside.calendar.view(resource.mailbox, search.window)
    keys = {each.key for each in events if meeting_of(each.booking.join_url) == wanted}
    return [each for each in found if each.mapping and each.mapping.calendar and each.mapping.calendar.key in keys]


async def _nothing() -> tuple[PlatformItem, ...]:
    return ()
