"""Settings and where they come from, and what a change of them would do, as JSON objects. Pure. Never a title."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from functions.foreseen_views import counts_view, foreseen_view
from functions.reading import in_words
from shared.app.preview_settings import Effect
from shared.domain.inheritance import ALONE, Origin, Scope, ScopeSettings
from shared.domain.preview import Counts, Fate, Preview, held_first

Json = dict[str, Any]
MOST_EXAMPLES = 3
"""Bookings of one resource that are told as examples of what a change would do."""


def scope_view(scope: Scope) -> Json:
    """Return a part of the tenant, or the resource itself."""
    return {"level": scope.level, "name": scope.name}


def scope_settings_view(found: ScopeSettings) -> Json:
    """Return what is set for a part of the tenant."""
    return {**scope_view(found.scope), "settings": dict(found.settings)}


def origin_view(name: str, origin: Origin) -> Json:
    """Return what a resource follows in one setting, and what it would follow without its own."""
    return {
        "name": name,
        "value": origin.value,
        "from": scope_view(origin.scope),
        "inherited": origin.inherited,
        "inherited_from": scope_view(origin.inherited_from),
        "alone": name in ALONE,
    }


def effects_view(effects: Sequence[Effect], affected: int, following: str | None) -> Json:
    """Return what a change would do to each resource of a page, and all that together."""
    plans = [each.plan for each in effects if each.plan]
    return {
        "affected": affected,
        "looked_at": len(effects),
        "runs": counts_view(_sum([plan.counts(Fate.RUNS, Fate.NOTED) for plan in plans])),
        "held": counts_view(_sum([plan.counts(Fate.HELD) for plan in plans])),
        "resources": [_effect_view(each) for each in effects],
        "next": following,
    }


def _effect_view(effect: Effect) -> Json:
    plan, zone = effect.plan, effect.resource.facts.zone
    return {
        "id": effect.resource.id,
        "name": effect.resource.facts.name,
        "zone": zone,
        "before": effect.before,
        "after": effect.after,
        "runs": counts_view(plan.counts(Fate.RUNS, Fate.NOTED)) if plan else None,
        "held": counts_view(plan.counts(Fate.HELD)) if plan else None,
        "why": in_words(effect.why or (plan.why if plan else "")),
        "examples": _examples(plan, zone) if plan else [],
    }


def _examples(plan: Preview, zone: str) -> list[Json]:
    """Return the first bookings that something would be done about; what would wait comes before the rest."""
    touched = held_first(each for each in plan.bookings if each.steps)
    return [foreseen_view(each, zone) for each in touched[:MOST_EXAMPLES]]


def _sum(all_counts: Sequence[Counts]) -> Counts:
    return Counts(**{each.name: sum(getattr(one, each.name) for one in all_counts) for each in fields(Counts)})
