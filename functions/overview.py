"""The overview of all resources: the few columns that a list of thousands shows, and what has changed since.

Reading only; every call needs a key. A page that follows the overview reads it once whole and then asks with
``changed_since`` for the rows that the storage has written since: one query that answers a handful of rows. An ETag
over the whole list would save sending it, and still read and compare 5,000 rows for each viewer and second.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answers import answer, told
from functions.fields import LONGEST_PAGE, number_param, page_of, text_param
from functions.reading import in_words
from shared.composition import composed

if TYPE_CHECKING:
    from shared.domain.resource import Resource

overview = func.Blueprint()

_CLOCKS_APART = timedelta(seconds=15)
"""The storage's clock and ours; what changed in these seconds is told twice."""


@overview.function_name("overview")
@overview.route("overview", methods=["GET"])
@told
async def show_overview(req: func.HttpRequest) -> func.HttpResponse:
    """All resources in short, or those that were written since the ``as_of`` of an earlier answer."""
    from functions.asked import moment_of
    from functions.views import moment
    from shared.domain.ids import ResourceId

    named, limit = text_param(req, "after"), number_param(req, "limit", LONGEST_PAGE, 1, LONGEST_PAGE)
    given = text_param(req, "changed_since", 40)
    since = moment_of("changed_since", given) if given else None
    outside = (await composed()).outside
    as_of = outside.clock.now() - _CLOCKS_APART
    after = ResourceId(named) if named else None
    found = outside.resources.all(outside.tenant, after, limit + 1, changed_since=since)
    page, more = await page_of(found, limit)
    return answer({"as_of": moment(as_of), "resources": [glance_view(each) for each in page], "next": more})


def glance_view(resource: Resource) -> dict[str, Any]:
    """Return what a list shows of a resource."""
    from functions.views import bulk_plan_view, moment

    facts = resource.facts
    return {
        "id": resource.id,
        "name": facts.name,
        "kind": facts.kind,
        "building": facts.building,
        "floor": facts.floor,
        "address": resource.address,
        "state": resource.state,
        "since": moment(resource.since),
        "why": in_words(resource.why),
        "last_change": moment(resource.last_change),
        "latency": resource.last_latency,
        "last_look": moment(resource.last_look),
        "proven_at": moment(resource.proven_at),
        "conflicts": resource.conflicts,
        "open_steps": resource.open_steps,
        "bulk_plan": bulk_plan_view(resource.bulk) if resource.bulk else None,
    }
