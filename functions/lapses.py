"""What lapses, and in how many days. Every call needs a key."""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told
from shared.composition import composed

lapses = func.Blueprint()


@lapses.function_name("list_lapses")
@lapses.route("lapses", methods=["GET"])
@told
async def list_lapses(req: func.HttpRequest) -> func.HttpResponse:
    """Everything that has a last day, the soonest first; what has none that anybody knows, last."""
    outside = (await composed()).outside
    now = outside.clock.now()
    listed = [
        {
            "kind": lapse.kind,
            "name": lapse.name,
            "on": lapse.on.isoformat() if lapse.on else None,
            "days_left": lapse.days_left(now),
            "warning": lapse.warning(now),
        }
        for lapse in outside.lapses
    ]
    return answer({"lapses": listed})
