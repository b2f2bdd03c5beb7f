"""Where a resource's settings come from: its own, those of its kind, building and tenant, else the usual. Pure.

Each level overrules the one before it, setting by setting: usual, tenant, building, kind, resource. What a resource
follows stands on its own row, so that a run reads one row; a change of a level is handed down to each resource that
inherits it, and taken up in that resource's own run. What concerns one resource alone is never inherited.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from shared.domain.booking import ResourceFacts
from shared.domain.policy import Policy
from shared.domain.resource import Resource

Value = str | int | bool | None
Settings = Mapping[str, Value]

ALONE = frozenset({"shadow", "write_mode"})
"""Settings of one resource alone: going live is ordered of it, and another's mailbox is probed for it."""


class Level(StrEnum):
    """Where a setting is made; each overrules those before it."""

    USUAL = "usual"
    TENANT = "tenant"
    BUILDING = "building"
    KIND = "kind"
    RESOURCE = "resource"


@dataclass(frozen=True)
class Scope:
    """A part of a tenant: all of it (no name), a building, or a kind of resource. Names are compared without case."""

    level: Level
    name: str = ""

    def means(self, facts: ResourceFacts) -> bool:
        """Tell whether a resource with these facts belongs to it."""
        if self.level is Level.TENANT:
            return True
        own = facts.building if self.level is Level.BUILDING else facts.kind
        return bool(own) and own.casefold() == self.name.casefold()


@dataclass(frozen=True)
class ScopeSettings:
    """What is set for a scope. ``etag`` is the storage's word for the version that was read."""

    scope: Scope
    settings: Settings
    etag: str = field(default="", compare=False)

    def __hash__(self) -> int:
        return hash(self.scope)


@dataclass(frozen=True)
class Origin:
    """What a resource follows in one setting, where that comes from, and what it would follow without its own."""

    value: Value
    scope: Scope
    inherited: Value
    inherited_from: Scope


def problems(settings: Settings) -> tuple[str, ...]:
    """Return a sentence for each setting that no scope can have."""
    alone = sorted(ALONE & settings.keys())
    mistakes = [f"policy {name} is a setting of one resource alone; order it of that resource" for name in alone]
    try:
        Policy().with_settings({name: value for name, value in settings.items() if name not in ALONE})
    except ValueError as error:
        mistakes.append(str(error))
    return tuple(mistakes)


def own_of(resource: Resource) -> frozenset[str]:
    """Return the names of the settings that a resource has of its own.

    A row that was written before settings were inherited has those that are not the usual ones.
    """
    if resource.own is not None:
        return frozenset(resource.own)
    usual = Policy().as_settings()
    return frozenset(name for name, value in resource.policy.as_settings().items() if value != usual[name])


def origins(resource: Resource, scopes: Iterable[ScopeSettings]) -> dict[str, Origin]:
    """Return what a resource would follow now in each setting, and why."""
    own, present = own_of(resource), resource.policy.as_settings()
    found = {}
    for name, usual in Policy().as_settings().items():
        value, scope = usual, Scope(Level.USUAL)
        for each in _meant(scopes, resource.facts):
            if name in each.settings and name not in ALONE:
                value, scope = each.settings[name], each.scope
        found[name] = Origin(value, scope, value, scope)
        if name in own:
            found[name] = Origin(present[name], Scope(Level.RESOURCE, resource.id), value, scope)
    return found


def settled(
    resource: Resource,
    scopes: Iterable[ScopeSettings],
    given: Mapping[str, object] | None = None,
    given_back: Collection[str] = (),
) -> Resource:
    """Return a resource with the settings that it follows now.

    ``given`` become its own, those that are ``given_back`` are inherited from then on. Raises ValueError with a
    sentence for each mistake.
    """
    given = given or {}
    unknown = sorted(set(given_back) - Policy().as_settings().keys())
    if unknown:
        raise ValueError(f"policy has no setting {', '.join(unknown)} to inherit")
    if both := sorted(given.keys() & set(given_back)):
        raise ValueError(f"policy {', '.join(both)}: either set it or inherit it")
    kept = own_of(resource) - set(given_back)
    present = replace(resource, own=tuple(sorted(kept)))
    inherited = {name: origin.value for name, origin in origins(present, scopes).items()}
    policy = Policy().with_settings(inherited).with_settings(given)
    return replace(resource, policy=policy, own=tuple(sorted(kept | given.keys())))


def amended(present: Settings, given: Settings, given_back: Collection[str]) -> dict[str, Value]:
    """Return the settings of a scope after some were given and others were given back to the level before."""
    return {name: value for name, value in {**present, **given}.items() if name not in given_back}


def _meant(scopes: Iterable[ScopeSettings], facts: ResourceFacts) -> list[ScopeSettings]:
    """Return the scopes that a resource belongs to, those that overrule last."""
    order = list(Level)
    return sorted((each for each in scopes if each.scope.means(facts)), key=lambda each: order.index(each.scope.level))
