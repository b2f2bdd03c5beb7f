"""Let a canary fly: book, watch it arrive on the other side, remove it, watch it go; then the same the other way.

Nobody is mailed: it has no organiser and no attendees. Whatever happens, it is removed from the side on which it was
made; a canary that was killed is removed by the next one. It writes to sides alone, never to a ledger: what carries it
across is the product.
"""

from __future__ import annotations

import asyncio
import logging
import math
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from shared.app.measuring import DIRECTIONS
from shared.app.outside import Outside
from shared.domain.booking import Booking, Occupancy, Side, Window, occupancy
from shared.domain.canary import TITLE, Flight, Leg, Outcome, is_left_behind, mark, slot, window
from shared.domain.ids import BookingId, EventId, PlatformId, TransactionId
from shared.domain.planner import TIME_REFUSED
from shared.domain.policy import Direction
from shared.domain.resource import Resource, State
from shared.domain.spans import Span, Timed, When, occupied
from shared.domain.wakeup import WakeCause
from shared.ports.calendar import EventDraft
from shared.ports.connector import BookingDraft
from shared.ports.errors import PortError, Rejected
from shared.ports.telemetry import Metric

logger = logging.getLogger("lockstep.canary")

PATIENCE_SECONDS = 20.0
_GLANCE_SECONDS = 0.5
_PASSED_OVER = 3
_WAYS = {
    Direction.BOTH: (Side.CALENDAR, Side.PLATFORM),
    Direction.TO_CALENDAR: (Side.CALENDAR,),
    Direction.TO_PLATFORM: (Side.PLATFORM,),
}
Wait = Callable[[float], Awaitable[None]]


class _Lost(Exception):
    """A leg did not end in time."""

    def __init__(self, outcome: Outcome, why: str) -> None:
        super().__init__(why)
        self.outcome = outcome


@dataclass(frozen=True)
class _Shown:
    """What takes place on a side: when, under which mark, and the id by which that side removes it."""

    when: When
    mark: TransactionId | None
    event: EventId | None = None
    booking: BookingId | None = None


@dataclass(frozen=True)
class _Sky:
    """Where a canary flies: the resource, its platform's side, and how time is waited for."""

    outside: Outside
    resource: Resource
    platform: PlatformId
    wait: Wait

    async def shows(self, side: Side) -> list[_Shown]:
        """Return everything that takes place on a side around the canaries' times."""
        around = Window(*window(self.outside.clock.now()))
        if side is Side.CALENDAR:
            items, _ = await self.outside.calendar.view(self.resource.mailbox, around)
            taking = [each for each in items if occupancy(each) is not Occupancy.NOTHING]
            return [_Shown(each.booking.when, each.transaction, event=each.event) for each in taking]
        listed = await self.outside.platform.view(self.platform, around)
        return [_Shown(each.booking.when, each.external, booking=each.id) for each in listed]

    async def make(self, side: Side, when: Timed) -> None:
        transaction = mark(self.resource.id, side, when)
        if side is Side.CALENDAR:
            draft = EventDraft(when, TITLE, False, transaction, "UTC")
            await self.outside.calendar.create(self.resource.mailbox, draft)
        else:
            await self.outside.platform.create(self.platform, BookingDraft(Booking(when, TITLE), transaction))
        await self._wake(side)

    async def remove(self, side: Side, wanted: Callable[[_Shown], bool]) -> int:
        """Remove what is wanted from a side; return how many bookings that were."""
        found = [each for each in await self.shows(side) if wanted(each)]
        for each in found:
            if each.event is not None:
                await self.outside.calendar.cancel(self.resource.mailbox, each.event, "")
            if each.booking is not None:
                await self.outside.platform.cancel(self.platform, each.booking, "The canary was removed.")
        if found:
            await self._wake(side)
        return len(found)

    async def _wake(self, side: Side) -> None:
        """Tell of a change as its side does: the platform's own API wakes, Graph notifies, if it can reach us."""
        if side is Side.PLATFORM or not self.outside.notification_url:
            cause = WakeCause.PLATFORM if side is Side.PLATFORM else WakeCause.SWEEP
            await self.outside.wakeups.send([self.resource.id], cause)


async def run_canary(
    outside: Outside, resource: Resource, wait: Wait = asyncio.sleep, *, alone: bool = False
) -> Flight:
    """Fly once and tell how it went. ``wait`` lets time pass, ``alone`` says that no other canary is under
    way, so that every other one is removed at once. Never raises the ports' errors: they are how it ended.
    """
    flight = await _flown(outside, resource, wait, alone=alone)
    outside.telemetry.count(Metric.CANARIES, tenant=outside.tenant, outcome=flight.outcome.value)
    for leg in flight.legs:
        action = "made" if leg.made else "removed"
        outside.telemetry.record(Metric.CANARY, leg.seconds, direction=DIRECTIONS[leg.to], action=action)
    if flight.outcome is not Outcome.OK:
        logger.warning("the canary of %s failed (%s): %s", resource.id, flight.outcome, flight.why)
    return flight


async def _flown(outside: Outside, resource: Resource, wait: Wait, *, alone: bool) -> Flight:
    if outside.read_only or resource.platform is None or resource.state is not State.IN_STEP:
        return Flight(Outcome.NOT_IN_STEP, why=f"the test resource is {resource.state}")
    sky, swept, legs, passed = _Sky(outside, resource, resource.platform, wait), 0, list[Leg](), list[Span]()
    try:
        swept = await _sweep(sky, alone=alone)
        for to in _WAYS[resource.policy.direction]:
            await _there_and_back(sky, to, legs, passed)
    except _Lost as lost:
        return Flight(lost.outcome, tuple(legs), str(lost), swept)
    except PortError as error:
        return Flight(Outcome.REFUSED, tuple(legs), str(error), swept)
    return Flight(Outcome.OK, tuple(legs), swept=swept)


async def _sweep(sky: _Sky, *, alone: bool) -> int:
    """Remove what killed canaries left behind."""
    now, resource, swept = sky.outside.clock.now(), sky.resource.id, 0
    for side in Side:

        def is_old(each: _Shown, of: Side = side) -> bool:
            return is_left_behind(resource, of, each.when, each.mark, now, alone=alone)

        swept += await sky.remove(side, is_old)
    return swept


async def _there_and_back(sky: _Sky, to: Side, legs: list[Leg], passed: list[Span]) -> None:
    """Make a booking on one side, see it arrive on the other, remove it, see it go."""
    when = await _booked(sky, to.other, passed)
    own = mark(sky.resource.id, to.other, when)
    try:
        legs.append(Leg(to, True, await _until(sky, to, when, stands=True)))
    finally:
        await sky.remove(to.other, _marked(own))
    legs.append(Leg(to, False, await _until(sky, to, when, stands=False)))


async def _booked(sky: _Sky, side: Side, passed: list[Span]) -> Timed:
    """Book a free time of the test resource on a side, and return it.

    A time that the side refuses is added to those ``passed`` over: what a killed canary left may still arrive there,
    and nobody else says which times the platform keeps blocked.
    """
    while (when := slot(sky.outside.clock.now(), [*await _taken(sky), *passed])) is not None:
        try:
            await sky.make(side, when)
        except Rejected as error:
            if error.code not in TIME_REFUSED or len(passed) == _PASSED_OVER:
                raise
            passed.append(Span(when.start, when.end))
        except PortError:
            await sky.remove(side, _marked(mark(sky.resource.id, side, when)))
            raise
        else:
            return when
    raise _Lost(Outcome.REFUSED, "two hours are taken on the test resource, which has to be kept free of people")


def _marked(own: TransactionId) -> Callable[[_Shown], bool]:
    return lambda each: each.mark == own


async def _taken(sky: _Sky) -> list[Span]:
    zone = sky.resource.facts.zone
    return [occupied(each.when, zone) for side in Side for each in await sky.shows(side)]


async def _until(sky: _Sky, side: Side, when: Timed, *, stands: bool) -> float:
    """Wait until a side shows a booking at exactly that time, or none; return the seconds. Raises ``_Lost``."""
    clock = sky.outside.clock
    began = clock.now()
    for _ in range(math.ceil(PATIENCE_SECONDS / _GLANCE_SECONDS) + 1):
        is_there = any(each.when == when for each in await sky.shows(side))
        waited = (clock.now() - began).total_seconds()
        if is_there is stands:
            return waited
        if waited > PATIENCE_SECONDS:
            break
        await sky.wait(_GLANCE_SECONDS)
    outcome = Outcome.NOT_THERE if stands else Outcome.NOT_GONE
    raise _Lost(outcome, f"after {waited:.0f} s the {side} did not {'show' if stands else 'let go of'} it")


async def canary_of(outside: Outside) -> Resource | None:
    """Return the test resource of a tenant, None where none is set or it is not linked."""
    if not outside.canary:
        return None
    named = outside.canary.casefold()
    async for each in outside.resources.all(outside.tenant):
        if each.state is not State.UNLINKED and named in (
            each.address.casefold(),
            each.mailbox.casefold(),
            each.id.casefold(),
        ):
            return each
    return None


async def fly_if_due(outside: Outside, minute: int) -> Flight | None:
    """Fly at every quarter of an hour where a test resource is set; one that is not linked is a failure too."""
    if not outside.canary or minute % 15:
        return None
    resource = await canary_of(outside)
    if resource is not None:
        return await run_canary(outside, resource)
    outside.telemetry.count(Metric.CANARIES, tenant=outside.tenant, outcome=Outcome.NOT_IN_STEP.value)
    return Flight(Outcome.NOT_IN_STEP, why="the test resource of LOCKSTEP_CANARY is not linked")
