"""What would happen, shown before it does. Reading only: nothing here writes a row, moves a cursor or wakes anybody.

Every call needs a key.
"""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told
from functions.fields import flag_param, number_param
from functions.linked import linked

foreseen = func.Blueprint()


@foreseen.function_name("preview_plan")
@foreseen.route("resources/{resource}/plan", methods=["GET"])
@told
async def plan(req: func.HttpRequest) -> func.HttpResponse:
    """What the next run would do now, and why; ``?full=true`` as if everything were read anew."""
    from functions.foreseen_views import preview_view
    from shared.app.preview_plan import preview_plan

    full, limit = flag_param(req, "full"), number_param(req, "limit", 200, 1, 1000)
    outside, resource = await linked(req)
    now = outside.clock.now()
    return answer(preview_view(resource, now, await preview_plan(outside, resource, full=full), limit))
