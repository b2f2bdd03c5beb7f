"""Find resources that are free, what stands in the way of a booking, and what could be taken instead.

What is known of a resource's time are the platform's bookings and blocked times as they stand now, and what its ledger
knows beside them: bookings that stand in the calendar alone, such as one that waits for the room. Reading only; the
platform itself refuses what was taken in between.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from shared.app.outside import Outside
from shared.domain.booking import Block, PlatformItem, Window
from shared.domain.decisions import Code
from shared.domain.free_resources import MOST_NAMED, others_like
from shared.domain.free_times import LOOKED_AFTER, Known, Obstacle, best_first, is_bookable, next_free, obstacle
from shared.domain.ledger import Mapping
from shared.domain.left_bookings import takes_its_time
from shared.domain.resource import Resource
from shared.domain.spans import Span, When, occupied
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.free_rooms")

MOST_FREE = 24
"""How many free resources a search names at most."""
_AT_ONCE = 12
_MOST_INSTEAD_LOOKED_AT = 12
_SECONDS_OF_SEARCH, _SECONDS_INSTEAD = 4.0, 2.0
_A_LITTLE_LATER = timedelta(hours=4)
_LATER_HERE = timedelta(days=7)

_STANDS = frozenset({Code.HELD, Code.OVERLAP_REPORTED})
"""Why a booking of the calendar was not carried over, where it stands in the calendar all the same."""

Answer = TypeVar("Answer")
IsOurs = Callable[[PlatformItem], bool]
"""Tells the bookings that make room for the one in question: those that are moved by it."""


@dataclass(frozen=True)
class Wish:
    """What somebody looks for. Empty texts and 0 people ask for nothing; ``kind`` is such as ``room``."""

    when: When
    people: int = 0
    building: str = ""
    features: tuple[str, ...] = ()
    kind: str = ""

    def fits(self, resource: Resource) -> bool:
        """Tell whether a resource is what is looked for, whether it is free or not."""
        facts = resource.facts
        if resource.state not in LOOKED_AFTER or not is_bookable(resource) or resource.platform is None:
            return False
        if (self.building and facts.building != self.building) or (self.kind and facts.kind != self.kind):
            return False
        if self.people and (facts.capacity is None or facts.capacity < self.people):
            return False
        return {each.casefold() for each in self.features} <= {each.casefold() for each in facts.features}


@dataclass(frozen=True)
class Offer:
    """A resource that is free at a time."""

    resource: Resource
    when: When


@dataclass(frozen=True)
class Offers:
    """What a search found, the best first. ``later`` is filled where nothing is ``free``: what is a little later.

    ``fitting`` counts the resources that are what was looked for, ``looked_at`` those of them that were asked.
    """

    free: tuple[Offer, ...]
    later: tuple[Offer, ...]
    fitting: int
    looked_at: int


async def find_free(outside: Outside, wish: Wish) -> Offers:
    """Return what is free at the time asked for. A resource that cannot be read is not offered."""
    fitting = best_first([each async for each in outside.resources.all(outside.tenant) if wish.fits(each)], wish.people)
    free: list[Offer] = []
    looked_at = 0
    try:
        async with asyncio.timeout(_SECONDS_OF_SEARCH):
            for few in _few(fitting):
                answers = await _asked(few, lambda each: hindered(outside, each, [wish.when], wish.people))
                looked_at += len(few)
                free += [Offer(each, wish.when) for each, found in answers if not found]
                if len(free) >= MOST_FREE:
                    break
    except TimeoutError:
        logger.info("a search for free resources ended after %d of %d", looked_at, len(fitting))
    later = () if free else await _a_little_later(outside, fitting[:_AT_ONCE], wish)
    return Offers(tuple(free[:MOST_FREE]), later, len(fitting), looked_at)


async def _a_little_later(outside: Outside, fitting: Sequence[Resource], wish: Wish) -> tuple[Offer, ...]:
    answers = await _asked(fitting, lambda each: next_time(outside, each, wish.when, _A_LITTLE_LATER))
    offers = [Offer(each, when) for each, when in answers if when is not None]
    offers.sort(key=lambda offer: occupied(offer.when, offer.resource.facts.zone))
    return tuple(offers[:MOST_NAMED])


async def hindered(
    outside: Outside, resource: Resource, times: Sequence[When], people: int = 0, ours: IsOurs | None = None
) -> tuple[Obstacle, ...]:
    """Return what stands in the way of a booking at each of these times, if anything does. Raises the ports' errors."""
    known = await known_times(outside, resource, [occupied(each, resource.facts.zone) for each in times], ours)
    now = outside.clock.now()
    found = (obstacle(resource, when, known, now, people) for when in times)
    return tuple(each for each in found if each is not None)


async def next_time(outside: Outside, resource: Resource, when: When, within: timedelta) -> When | None:
    """Return when a resource takes a booking of this length next, behind the time asked for."""
    span = occupied(when, resource.facts.zone)
    # What has been over for long is in nobody's way.
    since = max(span.start, outside.clock.now() - (span.end - span.start))
    until = max(span.end, since) + within
    known = await known_times(outside, resource, [Span(since, until)])
    return next_free(resource, when, known, outside.clock.now(), until)


async def instead(outside: Outside, resource: Resource, times: Sequence[When], people: int = 0) -> tuple[Offer, ...]:
    """Return up to three things to take instead: other resources at these times, and this one later.

    Of a series only resources that are free at all its times are named. What takes too long is left out.
    """
    try:
        async with asyncio.timeout(_SECONDS_INSTEAD):
            later = await next_time(outside, resource, times[0], _LATER_HERE) if len(times) == 1 else None
            others = await _others(outside, resource, times, people)
    except (PortError, TimeoutError) as error:
        logger.info("nothing is named instead of %s: %s", resource.id, error or "it took too long")
        return ()
    here = [Offer(resource, later)] if later is not None and _holds(resource, people) else []
    return tuple([Offer(each, times[0]) for each in others[: MOST_NAMED - len(here)]] + here)


async def _others(outside: Outside, resource: Resource, times: Sequence[When], people: int) -> list[Resource]:
    every = [each async for each in outside.resources.all(outside.tenant) if each.platform and _holds(each, people)]
    found: list[Resource] = []
    for few in _few(others_like(resource, every)[:_MOST_INSTEAD_LOOKED_AT]):
        answers = await _asked(few, lambda each: hindered(outside, each, times, people))
        found += [each for each, hindrances in answers if not hindrances]
        if len(found) >= MOST_NAMED:
            break
    return found[:MOST_NAMED]


def _holds(resource: Resource, people: int) -> bool:
    return resource.facts.capacity is None or resource.facts.capacity >= people


async def known_times(outside: Outside, resource: Resource, spans: Sequence[Span], ours: IsOurs | None = None) -> Known:
    """Return what is known of a resource's time around some spans. Raises the ports' errors."""
    if resource.platform is None:
        return Known()
    gap, zone = resource.policy.gap, resource.facts.zone
    near = [span.widened(gap) for span in spans]
    window = Window(min(span.start for span in near), max(span.end for span in near))
    days = {day for span in near for day in span.days()}
    items, blocks, mappings = await asyncio.gather(
        outside.platform.view(resource.platform, window),
        _blocks(outside, resource, window),
        outside.ledgers.on_days(resource.id, days),
    )
    shown = [item.booking.when for item in items if ours is None or not ours(item)]
    beside = [each.when for each in in_calendar_alone(mappings)]
    return Known([occupied(when, zone) for when in (*shown, *beside)], blocks)


@dataclass(frozen=True)
class DayOfRoom:
    """What is taken of a stretch of time: the platform's bookings, the times of ``others``, and what is kept free."""

    items: Sequence[PlatformItem]
    others: Sequence[When]
    blocks: Sequence[Block]


async def day_of_room(outside: Outside, resource: Resource, span: Span) -> DayOfRoom:
    """Return what is taken of a resource between two moments. Raises the ports' errors."""
    assert resource.platform is not None
    window, zone = Window(span.start, span.end), resource.facts.zone
    items, blocks, mappings = await asyncio.gather(
        outside.platform.view(resource.platform, window),
        _blocks(outside, resource, window),
        outside.ledgers.on_days(resource.id, span.days()),
    )
    beside = [each.when for each in in_calendar_alone(mappings) if occupied(each.when, zone).overlaps(span)]
    return DayOfRoom(items, beside, blocks)


def in_calendar_alone(mappings: Iterable[Mapping]) -> list[Mapping]:
    """Return the bookings that take their time and are none of the platform's: what it has, it shows itself."""
    return [each for each in mappings if each.platform is None and (takes_its_time(each) or each.reason in _STANDS)]


async def _blocks(outside: Outside, resource: Resource, window: Window) -> Sequence[Block]:
    if resource.platform is None or not outside.platform.capabilities.blocks:
        return ()
    return await outside.platform.blocks(resource.platform, window)


def _few(resources: Sequence[Resource]) -> Iterable[Sequence[Resource]]:
    return (resources[place : place + _AT_ONCE] for place in range(0, len(resources), _AT_ONCE))


async def _asked(
    resources: Sequence[Resource], ask: Callable[[Resource], Awaitable[Answer]]
) -> list[tuple[Resource, Answer]]:
    """Ask several resources at once. One that cannot be read gives no answer, whatever is wrong with it."""
    answers = await asyncio.gather(*map(ask, resources), return_exceptions=True)
    found = []
    for resource, answer in zip(resources, answers, strict=True):
        if isinstance(answer, PortError):
            logger.info("resource %s is not offered: %s", resource.id, answer)
        elif isinstance(answer, BaseException):
            raise answer
        else:
            found.append((resource, answer))
    return found
