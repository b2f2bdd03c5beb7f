"""What people did: listed for whoever has to know who ordered what. Reading only; every call needs a key."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answers import BadRequest, Unknown, answer, told
from functions.fields import number_param, page_of, text_param
from shared.composition import composed

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from shared.app.outside import Outside
    from shared.domain.acts import Act
    from shared.domain.ids import ResourceId
    from shared.ports.acts import Acts

acts = func.Blueprint()

_USUAL_PAGE, _LONGEST_PAGE = 100, 500


@acts.function_name("list_acts")
@acts.route("acts", methods=["GET"])
@told
async def list_acts(req: func.HttpRequest) -> func.HttpResponse:
    """Acts of people, the latest first: all, of one resource, of one person; between two moments."""
    from functions.asked import moment_of, resource_id_of

    limit = number_param(req, "limit", _USUAL_PAGE, 1, _LONGEST_PAGE)
    named, who = text_param(req, "resource"), text_param(req, "who")
    since, until = (text_param(req, each, 40) for each in ("since", "until"))
    if named is not None and who is not None:
        raise BadRequest("ask by 'resource' or by 'who', not by both")
    outside = (await composed()).outside
    # Also what was unlinked long ago has been acted on: its row need not stand any more.
    resource = resource_id_of(named, outside.tenant) if named else None
    if named and resource is None:
        raise Unknown(f"no resource {named[:100]} is known")
    found = await _listed(outside, resource, who, text_param(req, "after"))
    if until is not None:
        found = _until(found, moment_of("until", until))
    if since is not None:
        found = _since(found, moment_of("since", since))
    page, more = await page_of(found, limit)
    return answer({"acts": [act_view(each) for each in page], "next": more})


async def _listed(
    outside: Outside, resource: ResourceId | None, who: str | None, after: str | None
) -> AsyncIterator[Act]:
    kept = _kept(outside)
    behind = await kept.get(outside.tenant, after) if after else None
    if after and behind is None:
        raise Unknown(f"no act {after[:100]} is kept; begin the list anew")
    return kept.listed(outside.tenant, resource=resource, who=who, before=behind)


def _kept(outside: Outside) -> Acts:
    if outside.acts is None:
        raise Unknown("this installation keeps no acts")
    return outside.acts


async def _until(found: AsyncIterator[Act], until: Any) -> AsyncIterator[Act]:
    async for act in found:
        if act.at < until:
            yield act


async def _since(found: AsyncIterator[Act], since: Any) -> AsyncIterator[Act]:
    async for act in found:
        if act.at < since:
            return
        yield act


def act_view(act: Act) -> dict[str, Any]:
    """Return an act as the API shows it."""
    from functions.views import moment

    return {
        "id": act.id,
        "at": moment(act.at),
        "who": {"id": act.who.id, "name": act.who.name},
        "what": act.what,
        "resource": act.resource,
        "resources": act.of,
        "before": dict(act.before),
        "after": dict(act.after),
        "outcome": act.outcome.value,
    }
