"""Settings by tenant, building and kind: what is set, what a resource follows and why, what a change would do.

Every call needs a key, or a role. A change is kept and handed down as orders; each resource takes it up in its own run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import azure.functions as func

from functions.acting import acting
from functions.answers import BadRequest, answer, told, told_to_readers
from functions.fields import Body, body_of
from functions.linked import find_linked, linked
from shared.composition import composed

if TYPE_CHECKING:
    from shared.app.outside import Outside
    from shared.app.preview_settings import Effect
    from shared.domain.inheritance import Scope, ScopeSettings, Settings
    from shared.domain.resource import Resource

policies = func.Blueprint()

_FIELDS = ("level", "name", "settings", "inherit")
_MOST_GIVEN_BACK = 100
_LEVELS = ("tenant", "building", "kind")


@policies.function_name("list_policies")
@policies.route("policies", methods=["GET"])
@told
async def list_policies(req: func.HttpRequest) -> func.HttpResponse:
    """What is set for the tenant, for buildings and for kinds, beside the usual settings."""
    from functions.policy_views import scope_settings_view
    from shared.domain.inheritance import ALONE
    from shared.domain.policy import Policy

    outside = (await composed()).outside
    found = await outside.resources.scopes(outside.tenant)
    scopes = [scope_settings_view(each) for each in found if each.settings]
    return answer({"usual": Policy().as_settings(), "of_a_resource_alone": sorted(ALONE), "scopes": scopes})


@policies.function_name("set_policy")
@policies.route("policies", methods=["POST"])
@told
async def set_policy(req: func.HttpRequest) -> func.HttpResponse:
    """Set something for a tenant, a building or a kind; who inherits it is ordered to take it up."""
    from functions.policy_views import scope_settings_view
    from shared.app.hand_down_settings import hand_down
    from shared.domain.acts import differing

    body = body_of(req, *_FIELDS)
    scope, outside = _scope_of(body), (await composed()).outside
    present, wanted, scopes = await _foreseen(outside, scope, body)
    before, after = differing(present, wanted.settings)
    named = {"level": scope.level, **({"name": scope.name} if scope.name else {})}
    async with acting(req, outside, "set_policy", before=before, after={**named, **after}) as deed:
        found = [each async for each in hand_down(outside, wanted, scopes)]
        deed.resources = [each.id for each in found]
    ordered = [{"id": each.id, "name": each.facts.name} for each in found]
    return answer({**scope_settings_view(wanted), "ordered": ordered}, 202)


@policies.function_name("preview_policy")
@policies.route("policies/preview", methods=["POST"])
@told_to_readers
async def preview_policy(req: func.HttpRequest) -> func.HttpResponse:
    """What other settings of a scope, or of one resource, would do. Nothing is written."""
    from functions.policy_views import effects_view

    body = body_of(req, *_FIELDS, "resource", "after")
    outside = (await composed()).outside
    if "resource" in body:
        return answer(effects_view(await _effect_on_one(outside, body), 1, None))
    effects, affected, following = await _effects(outside, _scope_of(body), body)
    return answer(effects_view(effects, affected, following))


@policies.function_name("explain_policy")
@policies.route("resources/{resource}/policy", methods=["GET"])
@told
async def explain_policy(req: func.HttpRequest) -> func.HttpResponse:
    """What a resource follows in each setting, and where that comes from."""
    from functions.policy_views import origin_view
    from shared.domain.inheritance import origins

    outside, resource = await linked(req)
    found = origins(resource, await outside.resources.scopes(outside.tenant))
    return answer({"resource": resource.id, "settings": [origin_view(name, each) for name, each in found.items()]})


async def _effect_on_one(outside: Outside, body: Body) -> list[Effect]:
    from shared.app.preview_settings import effect_of
    from shared.domain.inheritance import settled

    if "level" in body or "name" in body or "after" in body:
        raise BadRequest("'resource' is looked at by itself: leave out 'level', 'name' and 'after'")
    resource = await find_linked(outside, body.text("resource") or "")
    scopes = await outside.resources.scopes(outside.tenant)
    try:
        wanted = settled(resource, scopes, body.fields("settings"), given_back_in(body))
    except ValueError as error:
        raise BadRequest(str(error)) from None
    return [await effect_of(outside, resource, wanted)]


async def _effects(outside: Outside, scope: Scope, body: Body) -> tuple[list[Effect], int, str | None]:
    """Return a page of effects, how many resources are affected in all, and what to ask for next."""
    from shared.app.hand_down_settings import affected
    from shared.app.preview_settings import AT_A_TIME, preview_settings

    _, wanted, scopes = await _foreseen(outside, scope, body)
    found: list[Resource] = [each async for each in affected(outside, wanted.scope, scopes)]
    after = body.text("after") or ""
    left = [each for each in found if each.id > after]
    page = left[:AT_A_TIME]
    following = page[-1].id if len(left) > len(page) else None
    return list(await preview_settings(outside, page, scopes)), len(found), following


async def _foreseen(
    outside: Outside, scope: Scope, body: Body
) -> tuple[Settings, ScopeSettings, tuple[ScopeSettings, ...]]:
    from shared.app.hand_down_settings import foreseen_scopes

    try:
        return await foreseen_scopes(outside, scope, body.fields("settings"), given_back_in(body))
    except ValueError as error:
        raise BadRequest(str(error)) from None


def given_back_in(body: Body) -> tuple[str, ...]:
    """Return the names of the settings that a body gives back to the level before."""
    return body.texts("inherit", _MOST_GIVEN_BACK) or ()


def _scope_of(body: Body) -> Scope:
    from shared.domain.inheritance import Level, Scope

    level = body.text("level")
    if level not in _LEVELS:
        raise BadRequest(f"'level' must be one of {', '.join(_LEVELS)}")
    if not body.fields("settings") and not given_back_in(body):
        raise BadRequest("give 'settings' to set, or 'inherit' with the names of settings to give back")
    return Scope(Level(level), body.text("name") or "")
