"""``panels``: the panels beside a room's door; each has a token of its own, which is told once."""

from __future__ import annotations

from typing import Annotated

import typer

from lockstep.session import AsJson, Room, api_of, named
from lockstep.showing import age, as_json, say, table

panels = typer.Typer(no_args_is_help=True, help="Panels beside doors: make one, list them, withdraw one.")


@panels.command("list")
def list_panels(context: typer.Context, room: Room, json: AsJson = False) -> None:
    """Show a room's panels, with when each asked last."""
    api = api_of(context)
    found = api.get(f"resources/{named(api, room)['id']}/panels")["panels"]
    if json:
        as_json(found)
    elif found:
        rows = [
            (each["name"], each["books_as"], age(each["made_at"]), age(each["seen_at"]), each["id"]) for each in found
        ]
        table(("panel", "books as", "made", "asked last", "id"), rows, wide="books as")
    else:
        say("No panel stands at this door.")


@panels.command("make")
def make(
    context: typer.Context,
    room: Room,
    name: Annotated[str, typer.Argument(help="What tells it from others, such as 'left of the door'.")],
    books_as: Annotated[str, typer.Option(help="Title of what is booked at it.")] = "",
    json: AsJson = False,
) -> None:
    """Make a panel; its address is shown this once, for the panel's own browser."""
    api = api_of(context)
    order = {"name": name, **({"books_as": books_as} if books_as else {})}
    made = api.post(f"resources/{named(api, room)['id']}/panels", order)
    if json:
        as_json(made)
        return
    say("Open this once in the panel's browser. It is shown to nobody again:")
    # In one piece, however narrow the terminal is: it is copied.
    typer.echo(made["address"])


@panels.command("withdraw")
def withdraw(
    context: typer.Context,
    room: Room,
    panel: Annotated[str, typer.Argument(help="Its name or its id.")],
    json: AsJson = False,
) -> None:
    """Withdraw a panel: its token opens nothing from now on."""
    api = api_of(context)
    here = f"resources/{named(api, room)['id']}/panels"
    found = [each for each in api.get(here)["panels"] if panel in (each["id"], each["name"])]
    done = api.delete(f"{here}/{found[0]['id'] if len(found) == 1 else panel}")
    as_json(done) if json else say("The panel {panel} is withdrawn.", panel=panel)
