"""What proof reads found that no feed had told: which side, since when, which path had missed it."""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told
from shared.composition import composed

drift = func.Blueprint()


@drift.function_name("report_drift")
@drift.route("drift", methods=["GET"])
@told
async def report_drift(req: func.HttpRequest) -> func.HttpResponse:
    """Every linked resource with its age of truth, and what its proof reads of the last month found."""
    from functions.drift_views import report_view
    from shared.domain.resource import State

    outside = (await composed()).outside
    linked = [each async for each in outside.resources.all(outside.tenant) if each.state is not State.UNLINKED]
    return answer(report_view(linked, outside.clock.now()))
