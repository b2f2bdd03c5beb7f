"""Somebody's own bookings, and how each stands: what was seen of it on both sides, never what is hoped.

    standing          because
    ----------------  ---------------------------------------------------------------------------------
    confirmed         both sides have it
    on_its_way        the platform has it, the calendar not yet
    waiting_for_room  the room has been asked in its own calendar and has not answered
    requested         it needs a person's yes on the platform
    held              a guard has it wait for an operator's approval before it goes into the calendar
    refused           it was taken off, or left on the platform alone, for a reason that was recorded
    cancelled         a person cancelled it and said why
    outside           it lies beyond what is kept in lockstep

Reading only. A booking of which the calendar's side is the original is changed in Outlook, where its organiser is.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shared.app.outside import Outside
from shared.domain.booking import Person, PlatformItem, Side, Window
from shared.domain.decisions import Code, Decision
from shared.domain.ids import MappingId, PlatformId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.people import UserId, refuse_leaver
from shared.domain.resource import Resource, State
from shared.domain.spans import occupied

_AT_ONCE = 12
_TELLING = frozenset({Code.TOLD, Code.TOLD_BY_PLATFORM, Code.NOBODY_TOLD, Code.MAYBE_TOLD})
"""Decisions about who was told, which say nothing of why."""
_TAKING_OFF = frozenset(
    {
        Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK, Code.ROOM_DECLINED, Code.ROOM_SILENT, Code.CANCELLED_ON_PLATFORM,
        Code.REFUSED_BY_SIDE, Code.OTHER_ROOM_REFUSED, Code.RELEASED,
    }
)  # fmt: skip
"""Decisions that take a booking off the platform."""
_LOOKED_THROUGH = 20


class Standing(StrEnum):
    """How a booking stands."""

    CONFIRMED = "confirmed"
    ON_ITS_WAY = "on_its_way"
    WAITING_FOR_ROOM = "waiting_for_room"
    REQUESTED = "requested"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    OUTSIDE = "outside"
    HELD = "held"


_BY_STATE = {
    MappingState.LINKED: Standing.CONFIRMED,
    MappingState.CREATING: Standing.ON_ITS_WAY,
    MappingState.AWAITING_ROOM: Standing.WAITING_FOR_ROOM,
    MappingState.REFUSED: Standing.REFUSED,
    MappingState.OUTSIDE: Standing.OUTSIDE,
}


@dataclass(frozen=True)
class Me:
    """Somebody who books, by every address that is theirs (in small letters)."""

    person: Person
    addresses: frozenset[str]

    def owns(self, item: PlatformItem) -> bool:
        """Tell whether a booking belongs to them."""
        owner = item.booking.organiser
        return owner is not None and owner.address.casefold() in self.addresses


@dataclass(frozen=True)
class OnPlatform:
    """A booking of the platform, taking place or not, and why it was cancelled, where somebody said so."""

    item: PlatformItem
    reason: str = ""


@dataclass(frozen=True)
class MyBooking:
    """One booking of somebody's, and how it stands. ``why`` is the decision that refused it."""

    resource: Resource
    item: PlatformItem
    standing: Standing
    changeable: bool
    mapping: MappingId | None = None
    why: Decision | None = None
    reason: str = ""


Listed = Callable[[PlatformId, Window], Awaitable[Sequence[OnPlatform]]]
"""Lists what touches a stretch of time on the platform, cancelled bookings included."""


async def who_books(outside: Outside, person: Person, user: UserId | None = None) -> Me:
    """Return somebody with all their addresses, as far as the directory is followed.

    Raises ``BookerRefused`` for whoever has left: nothing is theirs any more. Raises the ports' errors.
    """
    roster, member = outside.roster, None
    if roster is not None:
        member = await roster.member(outside.tenant, user) if user else None
        member = member or await roster.at_address(outside.tenant, person.address)
    if member is None:
        return Me(person, frozenset({person.address.casefold()}))
    refuse_leaver(member)
    addresses = {each.casefold() for each in (*member.addresses, person.address)}
    return Me(Person(member.address or person.address, person.name or member.name), frozenset(addresses))


Places = Callable[[Me, Window], Awaitable[Collection[PlatformId] | None]]
"""Names the platform's resources in which somebody has bookings that touch a stretch of time; None: not known."""


async def my_bookings(
    outside: Outside, me: Me, window: Window, listed: Listed, places: Places
) -> tuple[MyBooking, ...]:
    """Return somebody's bookings of all linked resources that touch a stretch of time, by time."""
    linked = await _asked(outside, await places(me, window))
    limit = asyncio.Semaphore(_AT_ONCE)

    async def of(resource: Resource) -> list[MyBooking]:
        async with limit:
            assert resource.platform is not None
            mine = [each for each in await listed(resource.platform, window) if me.owns(each.item)]
            return await how_they_stand(outside, resource, mine)

    found = [each for few in await asyncio.gather(*map(of, linked)) for each in few]
    found.sort(key=lambda each: (occupied(each.item.booking.when, each.resource.facts.zone), each.item.id))
    return tuple(found)


async def _asked(outside: Outside, places: Collection[PlatformId] | None) -> list[Resource]:
    """Return the linked resources that are asked: those at these places, or all of them."""
    if places is None:
        found: list[Resource | None] = [each async for each in outside.resources.all(outside.tenant)]
    else:
        found = list(await asyncio.gather(*(outside.resources.by_platform(outside.tenant, each) for each in places)))
    return [each for each in found if each and each.state is not State.UNLINKED and each.platform is not None]


async def how_they_stand(outside: Outside, resource: Resource, bookings: Sequence[OnPlatform]) -> list[MyBooking]:
    """Return bookings of one resource with how they stand. What its owner cancelled without a word is left out."""
    known = await outside.ledgers.by_booking_ids(resource.id, [each.item.id for each in bookings]) if bookings else ()
    by_booking = {each.platform.id: each for each in known if each.platform}
    found = []
    for each in bookings:
        if each.item.booking.cancelled:
            ended = await _ended(outside, resource, each, by_booking.get(each.item.id))
            found += [ended] if ended else []
        else:
            found.append(await _standing(outside, resource, each, by_booking.get(each.item.id)))
    return found


async def _standing(outside: Outside, resource: Resource, one: OnPlatform, mapping: Mapping | None) -> MyBooking:
    item = one.item
    standing = _by_mapping(mapping) if mapping else Standing.ON_ITS_WAY
    if item.booking.requested and standing in (Standing.CONFIRMED, Standing.ON_ITS_WAY):
        standing = Standing.REQUESTED
    changeable = mapping is None or mapping.origin is Side.PLATFORM
    why = (
        await _why(outside, resource, mapping.id) if mapping and standing in (Standing.REFUSED, Standing.HELD) else None
    )
    return MyBooking(resource, item, standing, changeable, mapping.id if mapping else None, why)


def _by_mapping(mapping: Mapping) -> Standing:
    waits = mapping.state is MappingState.REFUSED and mapping.reason == Code.HELD
    return Standing.HELD if waits else _BY_STATE[mapping.state]


async def _ended(outside: Outside, resource: Resource, one: OnPlatform, mapping: Mapping | None) -> MyBooking | None:
    """Return a booking that does not take place, with the decision that took it off; None where nobody said why."""
    if not one.reason:
        return None
    known_as = mapping.id if mapping else await outside.ledgers.dropped(resource.id, one.item.id)
    made = await _decisions(outside, resource, known_as) if known_as else ()
    why = next((each for each in made if each.reason.code in _TAKING_OFF), None)
    standing = Standing.REFUSED if why else Standing.CANCELLED
    return MyBooking(resource, one.item, standing, False, known_as, why, one.reason)


async def _why(outside: Outside, resource: Resource, mapping: MappingId) -> Decision | None:
    """Return the last decision about a booking that says why it is as it is."""
    made = await _decisions(outside, resource, mapping)
    return next((each for each in made if each.reason.code not in _TELLING), None)


async def _decisions(outside: Outside, resource: Resource, mapping: MappingId) -> Sequence[Decision]:
    return await outside.ledgers.decisions(resource.id, mapping, limit=_LOOKED_THROUGH)
