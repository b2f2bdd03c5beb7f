"""Write an act down before it is carried out, and what became of it after.

What cannot be written down is not done: nobody acts without a trace. An app that ends in between leaves the act
``begun``, which says that nobody knows.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from shared.app.outside import Outside
from shared.domain.acts import Act, Actor, Outcome, fact
from shared.domain.ids import ResourceId
from shared.ports.errors import PortError

logger = logging.getLogger("lockstep.acts")


@dataclass
class Deed:
    """What is being done; whoever does it may add what only the doing tells."""

    resources: list[ResourceId] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def concerns(self, resource: ResourceId) -> None:
        """Say that a resource is concerned."""
        if resource not in self.resources:
            self.resources.append(resource)

    def led_to(self, **facts: object) -> None:
        """Say what it led to."""
        self.after.update({name: fact(value) for name, value in facts.items()})


@asynccontextmanager
async def recorded(
    outside: Outside,
    who: Actor,
    what: str,
    resources: Sequence[ResourceId] = (),
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AsyncIterator[Deed]:
    """Record what is done inside. Raises ``Retry`` where it cannot be written down; then nothing is done."""
    deed = Deed(list(resources), _facts(before), _facts(after))
    act = Act(outside.clock.ulid(), outside.clock.now(), who, what)
    await _keep(outside, act, deed)
    try:
        yield deed
    except Exception:
        await _end(outside, replace(act, outcome=Outcome.REFUSED), deed)
        raise
    await _end(outside, replace(act, outcome=Outcome.DONE), deed)


async def _keep(outside: Outside, act: Act, deed: Deed) -> None:
    if outside.acts is None:
        return
    only = deed.resources[0] if len(deed.resources) == 1 else None
    full = replace(act, resource=only, of=len(deed.resources), before=dict(deed.before), after=dict(deed.after))
    await outside.acts.keep(outside.tenant, full, deed.resources)


async def _end(outside: Outside, act: Act, deed: Deed) -> None:
    """Write the end of an act. It has taken place: that its end cannot be written changes no answer."""
    try:
        await _keep(outside, act, deed)
    except PortError as error:
        logger.warning("the end of act %s was not written (%s); it stays as begun", act.id, type(error).__name__)


def _facts(given: Mapping[str, object] | None) -> dict[str, str]:
    return {name: fact(value) for name, value in (given or {}).items()}
