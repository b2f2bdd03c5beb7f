"""How long changes took, hour by hour. Reading only; every call needs a key. It names nobody and no resource."""

from __future__ import annotations

from datetime import timedelta

import azure.functions as func

from functions.answers import answer, told
from functions.fields import number_param
from shared.composition import composed

latencies = func.Blueprint()

_A_DAY, _A_WEEK = 24, 168


@latencies.function_name("list_latencies")
@latencies.route("latencies", methods=["GET"])
@told
async def list_latencies(req: func.HttpRequest) -> func.HttpResponse:
    """From the news of changes until they were written, and the stages in between, over the last hours."""
    from functions.latency_views import latencies_view
    from shared.app.keep_latency import latencies_since

    hours = number_param(req, "hours", _A_DAY, 1, _A_WEEK)
    outside = (await composed()).outside
    now = outside.clock.now()
    since = now - timedelta(hours=hours)
    return answer(latencies_view(await latencies_since(outside, since), since, now))
