"""``subscriptions``, ``bundle``, ``canary``: how notifications stand, one resource for a support case, a flight."""

from __future__ import annotations

import json as json_of_python
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from lockstep.session import AsJson, Room, Rooms, api_of, named, resources_of
from lockstep.showing import as_json, moment, say, table
from lockstep.words import word

_SOON_HOURS = 24
_RENEWED = (
    "{renewed} renewed, {made_again} made again, {ordered} left to their own runs, {postponed} not settled this time."
)
_SWEPT = "{count} bookings that a killed canary had left behind were removed."
_DRILLED = (
    "Azure looks every 10 to 60 minutes. The alert names drill as its tenant or direction; silent and dead-letters"
    " cannot say so."
)


def subscriptions(
    context: typer.Context,
    room: Rooms = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="Renew those of the resources named, or all that are due.")
    ] = False,
    json: AsJson = False,
) -> None:
    """Show until when notifications arrive for each resource, the soonest end first; or renew them."""
    api = api_of(context)
    chosen = [named(api, each) for each in room or ()]
    if renew:
        told = api.post("subscriptions/renew", {"resources": [each["id"] for each in chosen]} if chosen else {})
        as_json(told) if json else say(_RENEWED, **told)
        return
    found = sorted(chosen or resources_of(api), key=lambda each: each["notifications_until"] or "")
    if json:
        as_json([{name: each[name] for name in ("id", "name", "state", "notifications_until")} for each in found])
        return
    rows = [(each["name"], Text(*_standing(each)), moment(each["notifications_until"])) for each in found]
    table(("resource", "notifications", "until"), rows, wide="resource")


def _standing(resource: dict[str, Any]) -> tuple[str, str]:
    until = resource["notifications_until"]
    if until is None:
        return word("none: found by sweep"), "yellow"
    hours = (datetime.fromisoformat(until) - datetime.now(UTC)).total_seconds() / 3600
    if hours <= 0:
        return word("ended"), "bold red"
    return (word("{hours} h left", hours=round(hours)), "yellow" if hours < _SOON_HOURS else "green")


def bundle(
    context: typer.Context,
    room: Room,
    to: Annotated[Path | None, typer.Option("--out", help="Write it to this file.")] = None,
) -> None:
    """Gather the state of one resource for a support case, as JSON; what tells a person is struck out."""
    api = api_of(context)
    found = named(api, room)
    told = api.get(f"resources/{found['id']}/bundle")
    if to is None:
        as_json(told)
        return
    to.write_text(json_of_python.dumps(told, indent=2, ensure_ascii=False) + "\n", "utf-8")
    counts: dict[str, Any] = {"bookings": len(told["mappings"]), "decisions": len(told["decisions"])}
    say("{file}: {bookings} bookings, {decisions} decisions, nobody's name.", file=to, **counts)


def canary(
    context: typer.Context,
    alone: Annotated[bool, typer.Option("--alone", help="Remove at once what killed ones left behind.")] = False,
    json: AsJson = False,
) -> None:
    """Make and remove a booking on the test resource, in both directions, and say how long each way took."""
    told = api_of(context).post("canary", {"alone": alone})
    if json:
        as_json(told)
    else:
        for leg in told["legs"]:
            done = "{seconds} s  arrived: {side}" if leg["made"] else "{seconds} s  gone: {side}"
            say(done, seconds=f"{leg['seconds']:5.1f}", side=word(leg["to"]))
        if told["left_behind"]:
            say(_SWEPT, "yellow", count=told["left_behind"])
        if told["outcome"] == "ok":
            say("{name}: the canary came back.", "green", name=told["name"])
        else:
            say(f"{told['name']}: {told['outcome']}: {told['why']}", "bold red")
    if told["outcome"] != "ok":
        raise typer.Exit(1)


def drill(
    context: typer.Context,
    alerts: Annotated[list[str] | None, typer.Argument(help="Names of alerts; none means all that can.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Let alerts fire once, each marked as a drill, to see that they reach whoever is to be woken."""
    if not (alerts or yes or json):
        typer.confirm(word("All alerts fire, those at night among them. Go on?"), abort=True)
    told = api_of(context).post("drill", {"alerts": list(alerts)} if alerts else {})
    if json:
        as_json(told)
        return
    rows = [(each["alert"], f"{each['clears_within_minutes']} min") for each in told["fired"]]
    table(("alert", "clears within"), rows)
    say(_DRILLED)
