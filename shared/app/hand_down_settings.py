"""Set something for a tenant, a building or a kind of resource, and hand it down to each resource that inherits it.

The settings are kept first, then each resource that would follow others than it does is ordered to look: it takes them
up in its own run, where a full read and a bulk plan show what they mean for the bookings that stand. Repeated after a
crash, it orders those that are left. A resource that is linked later finds them.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable

from shared.app.order_command import order_command
from shared.app.outside import Outside
from shared.domain.commands import Verb, settings_told
from shared.domain.inheritance import Level, Scope, ScopeSettings, Settings, amended, problems, settled
from shared.domain.resource import Resource, State


async def foreseen_scopes(
    outside: Outside, scope: Scope, given: Settings, given_back: Collection[str]
) -> tuple[Settings, ScopeSettings, tuple[ScopeSettings, ...]]:
    """Return what is set for a scope, what would be, and all scopes of the tenant as they would be then.

    Raises ``Retry``, and ValueError with a sentence for each mistake.
    """
    if (scope.level is Level.TENANT) == bool(scope.name) or scope.level not in _LEVELS:
        raise ValueError("settings are made for the tenant, without a name, or for a building or a kind by name")
    if mistakes := problems(given):
        raise ValueError("; ".join(mistakes))
    standing = await outside.resources.scopes(outside.tenant)
    present = next((each for each in standing if _is_same(each.scope, scope)), None)
    before: Settings = present.settings if present else {}
    settings = amended(before, given, given_back)
    wanted = ScopeSettings(present.scope if present else scope, settings, present.etag if present else "")
    return before, wanted, (*(each for each in standing if each is not present), wanted)


async def hand_down(
    outside: Outside, wanted: ScopeSettings, scopes: Iterable[ScopeSettings]
) -> AsyncIterator[Resource]:
    """Keep a scope's settings and order every resource that would follow others than it does; yield each.

    Raises ``Retry``, and ``Stale`` where the scope was changed meanwhile; then nothing was kept.
    """
    scopes = tuple(scopes)
    await outside.resources.put_scope(outside.tenant, wanted)
    async for resource in affected(outside, wanted.scope, scopes):
        await order_command(outside, resource.id, Verb.POLICY, settings_told({}))
        yield resource


async def affected(outside: Outside, scope: Scope, scopes: Iterable[ScopeSettings]) -> AsyncIterator[Resource]:
    """Yield the linked resources of a scope that would follow other settings than they do."""
    scopes = tuple(scopes)
    async for resource in outside.resources.all(outside.tenant):
        if resource.state is State.UNLINKED or not scope.means(resource.facts):
            continue
        if settled(resource, scopes).policy != resource.policy:
            yield resource


def _is_same(one: Scope, other: Scope) -> bool:
    return (one.level, one.name.casefold()) == (other.level, other.name.casefold())


_LEVELS = (Level.TENANT, Level.BUILDING, Level.KIND)
