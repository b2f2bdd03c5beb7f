"""Whoever orders something is written down before it is done. One line in a route: ``async with acting(...)``."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import TYPE_CHECKING

import azure.functions as func

from functions.caller import caller_of

if TYPE_CHECKING:
    from shared.app.outside import Outside
    from shared.app.record_act import Deed
    from shared.composition import Composed
    from shared.domain.ids import PlatformId, ResourceId


@asynccontextmanager
async def acting(
    req: func.HttpRequest,
    outside: Outside,
    what: str,
    *resources: ResourceId,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> AsyncIterator[Deed]:
    """Record who does ``what`` inside, and whether it was taken on. Raises ``Retry``; then nothing is done."""
    from shared.app.record_act import recorded
    from shared.domain.acts import Actor

    caller = caller_of(req)
    async with recorded(outside, Actor(caller.id, caller.name), what, resources, before, after) as deed:
        yield deed


def acting_if(
    is_act: bool, req: func.HttpRequest, outside: Outside, what: str, resource: ResourceId
) -> AbstractAsyncContextManager[Deed | None]:
    """The same where it is an act at all: what only looks is none."""
    return acting(req, outside, what, resource) if is_act else nullcontext()


@asynccontextmanager
async def acting_on_platform(
    req: func.HttpRequest, composition: Composed, what: str, platform: PlatformId, **after: object
) -> AsyncIterator[Deed]:
    """The same for what is done to a resource of the built-in platform, whether it is linked or not."""
    outside = composition.outside
    linked = await outside.resources.by_platform(outside.tenant, platform)
    about = (linked.id,) if linked else ()
    async with acting(req, outside, what, *about, after={"platform": platform, **after}) as deed:
        yield deed
