"""What the API shows of drift. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from functions.views import moment, when_view
from shared.domain.drift import Drift
from shared.domain.resource import Resource


def report_view(linked: Iterable[Resource], now: datetime) -> dict[str, Any]:
    """Return all resources with their age of truth and what was found of them, the oldest truth first."""
    ordered = sorted(linked, key=lambda each: (each.proven_at is not None, moment(each.proven_at) or ""))
    return {"at": moment(now), "resources": [_of_resource(each, now) for each in ordered]}


def _of_resource(resource: Resource, now: datetime) -> dict[str, Any]:
    proven = resource.proven_at
    return {
        "id": resource.id,
        "name": resource.facts.name,
        "proven_at": moment(proven),
        "age_of_truth_seconds": round((now - proven).total_seconds()) if proven else None,
        "differences_at_proof": resource.proof_differences,
        "drift": [_of_one(each) for each in reversed(resource.drift)],
    }


def _of_one(difference: Drift) -> dict[str, Any]:
    return {
        "side": difference.side,
        "found": difference.found,
        "fields": list(difference.fields),
        **when_view(difference.when),
        "mapping": difference.mapping,
        "since": moment(difference.since),
        "found_at": moment(difference.found_at),
        "missed_by": difference.missed_by,
        "feed_read_at": moment(difference.feed_read_at),
    }
