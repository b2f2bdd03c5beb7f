"""``undo``, ``shadow``, ``go-live``: taking a bulk plan back, ending a shadow; each shows first what it means."""

from __future__ import annotations

from typing import Annotated

import typer

from lockstep.api import Refused
from lockstep.session import AsJson, Room, api_of, named
from lockstep.showing import as_json, say, span, table
from lockstep.words import word

Yes = Annotated[bool, typer.Option("--yes", help="Do it, and do not ask.")]


def undo(
    context: typer.Context,
    room: Room,
    plan: Annotated[str | None, typer.Option(help="The id of the order to take back; without: the last one.")] = None,
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Take back the copies that a bulk plan made and that still stand as it made them. Nobody is mailed."""
    api = api_of(context)
    found = named(api, room)
    told = api.get(f"resources/{found['id']}/undo", plan=plan)
    if not json:
        say("{count} copies would be removed, {kept} stay.", count=len(told["removes"]), kept=len(told["keeps"]))
        rows = [(span(each["when"]), each["why"]) for each in told["keeps"]]
        if rows:
            table(("when", "stays because"), rows, wide="stays because")
    if not told["removes"]:
        raise Refused(word("Nothing of {name} can be taken back.", name=found["name"]))
    if not (yes or json):
        typer.confirm(word("Remove {count} copies?", count=len(told["removes"])), abort=True)
    done = api.post(f"resources/{found['id']}/commands", {"verb": "undo", "plan": told["plan"]})
    as_json(done) if json else say(
        "Ordered: {verb} for {name}. Its next run carries it out.", verb="undo", name=found["name"]
    )


def shadow(context: typer.Context, room: Room, json: AsJson = False) -> None:
    """Show where Lockstep would have acted differently from whoever acts today."""
    api = api_of(context)
    told = api.get(f"resources/{named(api, room)['id']}/shadow")
    if json:
        as_json(told)
        return
    rows = [
        (span(each["when"]), ", ".join(map(word, each["actions"])), each["reason"]["sentence"])
        for each in told["differences"]
    ]
    if rows:
        table(("when", "would", "why"), rows, wide="why")
    say(
        "{agreed} agreed, {pending} pending, {different} differ.",
        **{name: told[name] for name in ("agreed", "pending", "different")},
    )


def go_live(context: typer.Context, room: Room, yes: Yes = False, json: AsJson = False) -> None:
    """End a resource's shadow: what was shown as planned until now may be written."""
    api = api_of(context)
    found = named(api, room)
    if not (yes or json):
        typer.confirm(word("Let {name} be written from now on?", name=found["name"]), abort=True)
    done = api.post(f"resources/{found['id']}/commands", {"verb": "go_live"})
    as_json(done) if json else say(
        "Ordered: {verb} for {name}. Its next run carries it out.", verb="go-live", name=found["name"]
    )
