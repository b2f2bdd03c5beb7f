"""Look at what other settings would do to resources before anybody orders them. Nothing is written.

A few resources at a time are read in full and planned under the settings that they would follow: that is what their
next run would do, less what happens meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from shared.app.outside import Outside
from shared.app.preview_plan import preview_plan
from shared.domain.acts import differing
from shared.domain.commands import Verb
from shared.domain.inheritance import ScopeSettings, settled
from shared.domain.preview import Preview
from shared.domain.resource import Resource
from shared.ports.errors import PortError

AT_A_TIME = 20
"""Resources of one call."""
_AT_ONCE = 4


@dataclass(frozen=True)
class Effect:
    """What other settings would do to one resource: which settings change, and the plan that follows from it.

    ``plan`` is None where the sides could not be read; ``why`` says why.
    """

    resource: Resource
    before: dict[str, str]
    after: dict[str, str]
    plan: Preview | None
    why: str = ""


async def preview_settings(
    outside: Outside, resources: Sequence[Resource], scopes: Iterable[ScopeSettings]
) -> tuple[Effect, ...]:
    """Return what would become of resources that followed ``scopes``; at most ``AT_A_TIME`` of them are given."""
    gate, scopes = asyncio.Semaphore(_AT_ONCE), tuple(scopes)

    async def of(resource: Resource) -> Effect:
        async with gate:
            return await effect_of(outside, resource, settled(resource, scopes))

    return tuple(await asyncio.gather(*(of(each) for each in resources)))


async def effect_of(outside: Outside, resource: Resource, wanted: Resource) -> Effect:
    """Return what it would do to a resource to be as ``wanted``. Raises nothing: what failed is in the answer."""
    before, after = differing(resource.policy.as_settings(), wanted.policy.as_settings())
    try:
        plan = await preview_plan(outside, replace(resource, policy=wanted.policy), full=True, verb=Verb.POLICY)
    except PortError as error:
        return Effect(resource, before, after, None, str(error))
    return Effect(resource, before, after, plan)
