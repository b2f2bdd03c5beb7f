"""What would happen, and why what happened did. Reading only: nothing here writes a row or wakes anybody.

Every call needs a key.
"""

from __future__ import annotations

import azure.functions as func

from functions.answers import answer, told
from functions.fields import flag_param, number_param, text_param
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


@foreseen.function_name("explain_booking")
@foreseen.route("resources/{resource}/why", methods=["GET"])
@told
async def why(req: func.HttpRequest) -> func.HttpResponse:
    """Why one booking is as it is: its decisions on both sides, and what each side shows of it now."""
    from functions.asked import named_booking
    from functions.foreseen_views import explained_view
    from shared.app.explain_booking import explain_booking

    named = named_booking(req)
    outside, resource = await linked(req)
    return answer(explained_view(resource, await explain_booking(outside, resource, named)))


@foreseen.function_name("preview_undo")
@foreseen.route("resources/{resource}/undo", methods=["GET"])
@told
async def undo(req: func.HttpRequest) -> func.HttpResponse:
    """What undoing a bulk plan would remove, and what it would not; without ``?plan=`` the last one."""
    from functions.asked import order_id_of
    from functions.foreseen_views import undoable_view
    from shared.app.preview_undo import preview_undo

    named = text_param(req, "plan")
    plan = order_id_of("plan", named) if named else ""
    outside, resource = await linked(req)
    return answer(undoable_view(resource, await preview_undo(outside, resource, plan)))


@foreseen.function_name("shadow_report")
@foreseen.route("resources/{resource}/shadow", methods=["GET"])
@told
async def shadow(req: func.HttpRequest) -> func.HttpResponse:
    """Where Lockstep would have acted differently from whoever acts today, and why."""
    from functions.foreseen_views import shadow_view
    from shared.app.shadow_report import shadow_report

    limit = number_param(req, "limit", 200, 1, 1000)
    outside, resource = await linked(req)
    return answer(shadow_view(resource, await shadow_report(outside, resource), limit))
