"""Order the same of many resources: those that are named, those of a building, those in a state, or all.

Each gets a command of its own and carries it out in its own run: one that cannot harms no other. An order counts for
what is linked when it is given; a room that is linked later is not paused with its building.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass

from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.domain.commands import Verb
from shared.domain.ids import ResourceId
from shared.domain.resource import Resource, State

TOGETHER = (Verb.PAUSE, Verb.RESUME, Verb.RETRY, Verb.PROVE, Verb.REBASE, Verb.REBUILD)
"""What may be ordered of many resources at once; an approval is for one plan that somebody has looked at."""


@dataclass(frozen=True)
class Chosen:
    """Which resources are meant: by id, by building (compared without case), by state, or every linked one."""

    ids: frozenset[ResourceId] = frozenset()
    building: str | None = None
    state: State | None = None
    everything: bool = False

    def means(self, resource: Resource) -> bool:
        """Tell whether a resource is meant; an unlinked one never is."""
        if resource.state is State.UNLINKED:
            return False
        if self.building is not None:
            return resource.facts.building.casefold() == self.building.casefold()
        if self.state is not None:
            return resource.state is self.state
        return self.everything or resource.id in self.ids


async def order_many(outside: Outside, verb: Verb, chosen: Chosen) -> AsyncIterator[Resource]:
    """Order ``verb`` of every chosen resource to which it means anything, and yield each. Raises the ports' errors."""
    async for resource in outside.resources.all(outside.tenant):
        if chosen.means(resource) and _is_new(verb, resource):
            await order_command(outside, resource.id, verb)
            yield resource


def _is_new(verb: Verb, resource: Resource) -> bool:
    """Tell whether an order changes anything: what is paused is not paused again, nor resumed what runs."""
    paused = resource.state is State.PAUSED
    return not paused if verb is Verb.PAUSE else paused if verb is Verb.RESUME else True
