"""The coming bookings of somebody who has left: listed, and released or handed over once a person has approved.

What is approved is what was shown: the plan has an id made of its bookings and their versions, and is not carried
out when anything of it has changed. A meeting organised in Outlook belongs to its organiser: it can be released
(the room declines it), not handed over. The platform is changed as by a person, and the calendar follows.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from shared.app.outside import Outside
from shared.domain.booking import Person, PlatformItem, Side, Window
from shared.domain.ids import BookingId, PlatformId, ResourceId
from shared.domain.people import Member
from shared.domain.resource import Resource, State
from shared.domain.wakeup import WakeCause
from shared.ports.errors import PortError, Rejected, Stale

_AHEAD = timedelta(days=1100)
_AT_ONCE = 8


class LeaverVerb(StrEnum):
    """What becomes of the bookings of somebody who has left."""

    RELEASE = "release"
    HAND_OVER = "hand_over"


@dataclass(frozen=True)
class LeaverBooking:
    """One coming booking; ``movable`` where it was made on the platform and may belong to somebody else."""

    resource: ResourceId
    name: str
    zone: str
    platform: PlatformId
    item: PlatformItem
    movable: bool


@dataclass(frozen=True)
class LeaverPlan:
    """What would be done with which bookings. ``left_out`` are those that the verb cannot be done to."""

    id: str
    verb: LeaverVerb
    to: Person | None
    bookings: tuple[LeaverBooking, ...]
    left_out: tuple[LeaverBooking, ...]


@dataclass(frozen=True)
class Carried:
    """What became of one booking of an approved plan; ``why`` is empty where it was done."""

    resource: ResourceId
    booking: BookingId
    why: str = ""


async def coming_bookings(outside: Outside, member: Member) -> tuple[LeaverBooking, ...]:
    """Return every coming booking of all linked resources that belongs to a person, by time."""
    linked = [
        each
        async for each in outside.resources.all(outside.tenant)
        if each.state is not State.UNLINKED and each.platform is not None
    ]
    found: list[LeaverBooking] = []
    for place in range(0, len(linked), _AT_ONCE):
        few = linked[place : place + _AT_ONCE]
        for bookings in await asyncio.gather(*(_of_resource(outside, resource, member) for resource in few)):
            found += bookings
    return tuple(sorted(found, key=lambda each: (str(each.item.booking.when), each.item.id)))


async def plan_for_leaver(
    outside: Outside, member: Member, verb: LeaverVerb, to: Person | None, only: Sequence[BookingId] = ()
) -> LeaverPlan:
    """Return what would be done with the coming bookings (of those named, or of all). Raises the ports' errors."""
    found = [each for each in await coming_bookings(outside, member) if not only or each.item.id in only]
    meant = tuple(each for each in found if verb is LeaverVerb.RELEASE or each.movable)
    left_out = tuple(each for each in found if each not in meant)
    seen = [[each.resource, each.item.id, each.item.version] for each in meant]
    named = json.dumps([verb, to.address if to else "", member.id, seen])
    return LeaverPlan(hashlib.sha256(named.encode()).hexdigest()[:32], verb, to, meant, left_out)


async def carry_out(outside: Outside, plan: LeaverPlan, approved: str) -> tuple[Carried, ...]:
    """Do what was approved, booking by booking, and wake the resources. Raises ``Stale`` where it is not this plan."""
    if approved != plan.id:
        raise Stale("the bookings have changed since this plan was shown; look at it again and approve the new one")
    done = [await _carried(outside, plan, each) for each in plan.bookings]
    changed = sorted({each.resource for each in done if not each.why})
    if changed:
        await outside.wakeups.send(changed, WakeCause.PLATFORM)
    return tuple(done)


async def _carried(outside: Outside, plan: LeaverPlan, one: LeaverBooking) -> Carried:
    item = one.item
    try:
        if plan.verb is LeaverVerb.RELEASE:
            await outside.platform.cancel(one.platform, item.id, "Whoever booked it has left; it was released.")
        else:
            wanted = replace(item.booking, organiser=plan.to)
            await outside.platform.change(one.platform, item.id, wanted, item.version)
    except PortError as error:
        return Carried(one.resource, item.id, str(error))
    return Carried(one.resource, item.id)


async def _of_resource(outside: Outside, resource: Resource, member: Member) -> list[LeaverBooking]:
    if resource.platform is None:
        raise Rejected(f"{resource.id} has no resource on the platform", "unlinked")
    now = outside.clock.now()
    listed = await outside.platform.view(resource.platform, Window(now, now + _AHEAD))
    theirs = [each for each in listed if each.booking.organiser and member.is_at(each.booking.organiser.address)]
    mappings = await outside.ledgers.by_booking_ids(resource.id, [each.id for each in theirs]) if theirs else ()
    meetings = {m.platform.id for m in mappings if m.platform and m.origin is Side.CALENDAR}
    name = resource.facts.name or resource.address
    zone = resource.facts.zone
    return [LeaverBooking(resource.id, name, zone, resource.platform, each, each.id not in meetings) for each in theirs]
