"""Which other resources somebody could take instead of one that is refused. Pure.

Instead means: the same kind, room for as many people, a place on the same clock, the same building before others, then
the same floor, the smallest that suffices. Another zone is another city, to which nobody goes for an hour's meeting.
What is not in step is not offered, because a state shown to people was observed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.domain.booking import Block
from shared.domain.decisions import Code, Reason
from shared.domain.free_times import LOOKED_AFTER, Known, in_the_way
from shared.domain.ledger import Mapping, MappingState
from shared.domain.left_bookings import takes_its_time
from shared.domain.plan import Settlement
from shared.domain.resource import Resource
from shared.domain.spans import Span, Timed, When, occupied

MOST_NAMED = 3
"""How many free resources a refusal names."""
_REFUSALS = (Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK)


def refused_time(settlement: Settlement) -> When | None:
    """Return the time that a settlement refuses to a booking; None where it refuses none."""
    if not settlement.steps or not any(reason.code in _REFUSALS for reason in settlement.decisions):
        return None
    seen = [item.booking.when for item in (settlement.calendar, settlement.platform) if item is not None]
    held = settlement.base.when if settlement.base and settlement.base.state is MappingState.LINKED else None
    wanted = next((when for when in seen if when != held), None)
    return wanted or held or (settlement.base.when if settlement.base else None)


def others_like(resource: Resource, all_of_them: Iterable[Resource]) -> list[Resource]:
    """Return the resources that could stand in for one, the nearest first."""
    fitting = (each for each in all_of_them if each.id != resource.id and _could_stand_in(each, resource))
    return sorted(fitting, key=lambda each: _distance(each, resource))


def _could_stand_in(other: Resource, resource: Resource) -> bool:
    if other.state not in LOOKED_AFTER or other.facts.kind != resource.facts.kind or not other.facts.name:
        return False
    if other.facts.zone != resource.facts.zone:
        return False
    needed = resource.facts.capacity
    return needed is None or (other.facts.capacity is not None and other.facts.capacity >= needed)


def _distance(other: Resource, resource: Resource) -> tuple[bool, bool, int, str, str]:
    elsewhere = other.facts.building != resource.facts.building
    return (
        elsewhere,
        elsewhere or other.facts.floor != resource.facts.floor,
        other.facts.capacity or 0,
        other.facts.name,
        other.id,
    )


def is_free(resource: Resource, span: Span, mappings: Iterable[Mapping], blocks: Sequence[Block]) -> bool:
    """Tell whether a resource has a unit free over ``span``, as far as its ledger and its platform's blocks tell."""
    zone = resource.facts.zone
    taken = [occupied(mapping.when, zone) for mapping in mappings if takes_its_time(mapping)]
    return in_the_way(resource, Timed(span.start, span.end), Known(taken, blocks)) is None


def naming(settlement: Settlement, free: Sequence[Resource]) -> Settlement:
    """Return a refusal with the free resources among the facts of its reasons."""
    if not free:
        return settlement
    facts = {
        "free": ",".join(each.id for each in free),
        "free_names": ", ".join(each.facts.name for each in free),
    }
    steps = tuple(replace(step, reason=_with(step.reason, facts)) for step in settlement.steps)
    return replace(settlement, steps=steps, decisions=tuple(_with(reason, facts) for reason in settlement.decisions))


def _with(reason: Reason, facts: dict[str, str]) -> Reason:
    return replace(reason, facts={**reason.facts, **facts}) if reason.code in _REFUSALS else reason
