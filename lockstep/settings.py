"""``settings``: what resources follow, where it comes from, what another value would do, for one or for many."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lockstep.api import Api, Refused
from lockstep.plans import counted
from lockstep.resources import settings_of
from lockstep.session import AsJson, api_of, named
from lockstep.showing import as_json, progress, say, table
from lockstep.words import word

settings = typer.Typer(no_args_is_help=True, help="Settings of the tenant, of buildings and kinds: show, preview, set.")

OfTenant = Annotated[bool, typer.Option("--tenant", help="Of the whole tenant.")]
OfBuilding = Annotated[str | None, typer.Option("--building", help="Of a building.")]
OfKind = Annotated[str | None, typer.Option("--kind", help="Of a kind, such as room.")]
OfRoom = Annotated[str | None, typer.Option("--room", help="Of one resource: its name, address or id.")]
Set = Annotated[list[str] | None, typer.Option("--set", help="A setting, such as winner=first.", metavar="N=V")]
Inherit = Annotated[list[str] | None, typer.Option("--inherit", help="A setting that is given back.", metavar="NAME")]


@settings.command("show")
def show(context: typer.Context, room: OfRoom = None, json: AsJson = False) -> None:
    """Show what is set for the tenant, buildings and kinds; or all that one resource follows, and from where."""
    api = api_of(context)
    if room is not None:
        _tell_resource(api.get(f"resources/{named(api, room)['id']}/policy"), json)
        return
    found = api.get("policies")
    if json:
        as_json(found)
        return
    rows = [
        (_scope(each), f"{name}={_said(value)}") for each in found["scopes"] for name, value in each["settings"].items()
    ]
    table(("of", "setting"), rows, wide="setting") if rows else say("Every resource follows the usual settings.")


def _tell_resource(told: dict[str, Any], json: bool) -> None:
    if json:
        as_json(told)
        return
    rows = [(each["name"], _said(each["value"]), _scope(each["from"])) for each in told["settings"]]
    table(("setting", "value", "from"), rows, wide="from")


def _scope(scope: dict[str, Any]) -> str:
    return f"{word(scope['level'])} {scope['name']}".strip()


def _said(value: object) -> str:
    if value is None:
        return "-"
    return str(value).lower() if isinstance(value, bool) else str(value)


@settings.command("preview")
def preview(
    context: typer.Context,
    tenant: OfTenant = False,
    building: OfBuilding = None,
    kind: OfKind = None,
    room: OfRoom = None,
    given: Set = None,
    inherit: Inherit = None,
    json: AsJson = False,
) -> None:
    """Show what other settings would do to each resource that follows them. Nothing is written."""
    api = api_of(context)
    pages = _pages(api, _of(api, tenant, building, kind, room) | _change(given, inherit))
    found = {"affected": pages[0]["affected"], "resources": [each for page in pages for each in page["resources"]]}
    if json:
        as_json(found)
        return
    rows = [
        (each["name"] or each["id"], _counted(each["runs"]), _counted(each["held"]), each["why"])
        for each in found["resources"]
    ]
    table(("resource", "at once", "after approval", "why"), rows, wide="why")
    say("Resources that would follow other settings: {count}.", count=found["affected"])


def _pages(api: Api, asked: dict[str, Any]) -> list[dict[str, Any]]:
    pages = [api.post("policies/preview", asked)]
    with progress("Looking", pages[0]["affected"]) as done:
        while True:
            for each in pages[-1]["resources"]:
                done(each["name"])
            if not pages[-1]["next"]:
                return pages
            pages.append(api.post("policies/preview", asked | {"after": pages[-1]["next"]}))


def _counted(counts: dict[str, int] | None) -> str:
    return counted(counts) if counts else "-"


@settings.command("set")
def set_settings(
    context: typer.Context,
    tenant: OfTenant = False,
    building: OfBuilding = None,
    kind: OfKind = None,
    room: OfRoom = None,
    given: Set = None,
    inherit: Inherit = None,
    json: AsJson = False,
) -> None:
    """Set something, or give it back; each resource takes it up in its run, what writes a lot waits for approval."""
    api = api_of(context)
    scope, change = _of(api, tenant, building, kind, room), _change(given, inherit)
    if "resource" in scope:
        done = api.post(f"resources/{scope['resource']}/commands", {"verb": "policy"} | change)
        as_json(done) if json else say("Ordered; resources that take it up: {count}.", count=1)
        return
    done = api.post("policies", scope | change)
    as_json(done) if json else say("Ordered; resources that take it up: {count}.", count=len(done["ordered"]))


def _of(api: Api, tenant: bool, building: str | None, kind: str | None, room: str | None) -> dict[str, Any]:
    """Return whose settings are meant. Raises ``Refused`` where that is not exactly one."""
    ways: list[dict[str, Any]] = [{"level": "tenant"}] if tenant else []
    ways += [{"level": level, "name": name} for level, name in (("building", building), ("kind", kind)) if name]
    if len(ways) + (room is not None) != 1:
        raise Refused(word("Say whose settings by exactly one of --tenant, --building, --kind and --room."))
    return ways[0] if room is None else {"resource": named(api, room)["id"]}


def _change(given: list[str] | None, inherit: list[str] | None) -> dict[str, Any]:
    if not (given or inherit):
        raise Refused(word("Say which settings: --set winner=first, or --inherit winner, as often as needed."))
    return {"settings": settings_of(given or ())} | ({"inherit": inherit} if inherit else {})
