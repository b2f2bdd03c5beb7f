"""What proof reads found that no feed had told: which side, since when, which path had missed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answers import answer, told
from functions.views import moment, when_view
from shared.composition import composed

if TYPE_CHECKING:
    from shared.domain.drift import Drift
    from shared.domain.resource import Resource

drift = func.Blueprint()


@drift.function_name("report_drift")
@drift.route("drift", methods=["GET"])
@told
async def report_drift(req: func.HttpRequest) -> func.HttpResponse:
    """Every linked resource with its age of truth, and what its proof reads of the last month found."""
    from shared.domain.resource import State

    outside = (await composed()).outside
    now = outside.clock.now()
    linked = [each async for each in outside.resources.all(outside.tenant) if each.state is not State.UNLINKED]
    listed: list[dict[str, Any]] = []
    for each in sorted(linked, key=_oldest_truth_first):
        proven = each.proven_at
        age = round((now - proven).total_seconds()) if proven else None
        found = [_view(difference) for difference in reversed(each.drift)]
        listed.append(
            {"id": each.id, "name": each.facts.name, "proven_at": moment(proven), "age_of_truth_seconds": age}
            | {"differences_at_proof": each.proof_differences, "drift": found}
        )
    return answer({"at": moment(now), "resources": listed})


def _oldest_truth_first(resource: Resource) -> tuple[bool, str]:
    return resource.proven_at is not None, moment(resource.proven_at) or ""


def _view(difference: Drift) -> dict[str, Any]:
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
