"""What is kept of one person, shown and erased, a few resources at a time.

Erased is what nothing needs any more: owner, title and reason of bookings that are over for both sides, and the
directory's row of somebody who has left and whom no booking names. What stays is told with its reason and, where there
is one, the day on which it goes. Exchange's own copies are not ours: mailboxes keep them by the tenant's own rules.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from shared.app.leaver_bookings import coming_bookings
from shared.app.outside import Outside
from shared.domain.acts import Act
from shared.domain.ids import PlatformId
from shared.domain.people import Member
from shared.ports.personal import KeptBooking, Struck

AT_A_TIME = 25
"""Resources of one call: each is read in full."""
_MOST_ACTS = 200


class Stays(StrEnum):
    """Why the directory's row of a person is not erased."""

    ACTIVE = "active"
    """The directory has this person: it would be read from there again."""
    NAMED = "named"
    """Coming bookings name this person; they are released or handed over by what the directory's row says."""


@dataclass(frozen=True)
class Place:
    """What one resource's bookings hold of a person: what may be struck, and what is not over."""

    platform: PlatformId
    name: str
    over: tuple[KeptBooking, ...]
    not_over: tuple[KeptBooking, ...]
    kept_from: datetime
    """What ended before this is over for both sides."""


@dataclass(frozen=True)
class Kept:
    """What is kept of a person: a page of places, and on the first page what is kept once."""

    addresses: tuple[str, ...]
    member: Member | None
    acts: tuple[Act, ...]
    places: tuple[Place, ...]
    next: PlatformId | None


@dataclass(frozen=True)
class Erased:
    """What was erased on one page, and how many bookings are not over. ``next`` is where the next page begins."""

    bookings: int
    series: int
    not_over: int
    next: PlatformId | None


async def kept_of(outside: Outside, address: str, after: PlatformId | None = None) -> Kept:
    """Return what is kept of a person, named by any of their addresses. Raises the ports' errors."""
    assert outside.personal is not None
    member = await outside.roster.at_address(outside.tenant, address) if outside.roster else None
    addresses = tuple(dict.fromkeys((address, *(member.addresses if member else ()))))
    named = await outside.personal.places(after, AT_A_TIME)
    places = [await _place(outside, each, addresses) for each in named]
    more = named[-1] if len(named) == AT_A_TIME else None
    acts = () if after else await _acts(outside, member)
    return Kept(addresses, member, acts, tuple(each for each in places if each.over or each.not_over), more)


async def erase(outside: Outside, address: str, after: PlatformId | None = None) -> Erased:
    """Strike what is over on one page of places. Raises the ports' errors.

    Repeated, it goes on where it was: what is gone stays gone.
    """
    assert outside.personal is not None
    found, struck = await kept_of(outside, address, after), list[Struck]()
    # Places without a booking of theirs too: a series of theirs may be left.
    for platform in await outside.personal.places(after, AT_A_TIME):
        struck.append(await outside.personal.strike(platform, found.addresses, await _kept_from(outside, platform)))
    not_over = sum(len(each.not_over) for each in found.places)
    return Erased(sum(each.bookings for each in struck), sum(each.series for each in struck), not_over, found.next)


async def forget_member(outside: Outside, address: str) -> Stays | None:
    """Forget the directory's row of a person, if nothing needs it; return why it stays otherwise.

    None too where nothing is known of them.
    """
    member = await outside.roster.at_address(outside.tenant, address) if outside.roster else None
    if member is None:
        return None
    if member.active:
        return Stays.ACTIVE
    if await coming_bookings(outside, member):
        return Stays.NAMED
    assert outside.roster is not None
    await outside.roster.remove(outside.tenant, member.id)
    return None


async def _place(outside: Outside, platform: PlatformId, addresses: Sequence[str]) -> Place:
    assert outside.personal is not None
    found, kept_from = await outside.personal.kept(platform, addresses), await _kept_from(outside, platform)
    linked = await outside.resources.by_platform(outside.tenant, platform)
    over = tuple(each for each in found if each.ends <= kept_from)
    name = (linked.facts.name if linked else "") or platform
    return Place(platform, name, over, tuple(each for each in found if each.ends > kept_from), kept_from)


async def _kept_from(outside: Outside, platform: PlatformId) -> datetime:
    """Return since when the bookings of a resource are compared; a day more, because days are those of a zone."""
    linked = await outside.resources.by_platform(outside.tenant, platform)
    days = linked.policy.days_back + 1 if linked else 1
    return outside.clock.now() - timedelta(days=days)


async def _acts(outside: Outside, member: Member | None) -> tuple[Act, ...]:
    if outside.acts is None or member is None:
        return ()
    found: list[Act] = []
    async for act in outside.acts.listed(outside.tenant, who=member.id):
        found.append(act)
        if len(found) == _MOST_ACTS:
            break
    return tuple(found)
