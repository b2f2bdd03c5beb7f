"""``keys`` and ``stories``: what proves notifications and links, and the one link that is taken back."""

from __future__ import annotations

from typing import Annotated

import typer

from lockstep.session import AsJson, api_of
from lockstep.showing import as_json, moment, say, table
from lockstep.words import word

keys = typer.Typer(no_args_is_help=True, help="Keys that prove notifications and links: list, add, renew, remove.")
stories = typer.Typer(no_args_is_help=True, help="Links to the story of one booking: take one back.")


@keys.command("list")
def list_keys(context: typer.Context, json: AsJson = False) -> None:
    """Show the ring, the key that signs now first, and how many subscriptions carry each."""
    found = api_of(context).get("subscriptions/keys")["keys"]
    if json:
        as_json(found)
        return
    rows = [
        (each["key"], moment(each["made_at"]), str(each["carried_by"]), word("signs now") if each["current"] else "")
        for each in found
    ]
    table(("key", "made", "carried by", ""), rows)


@keys.command("add")
def add(context: typer.Context, json: AsJson = False) -> None:
    """Put a new key before the others. What they signed stays valid."""
    made = api_of(context).post("subscriptions/keys")
    as_json(made) if json else say("The key {key} signs from now on.", key=made["key"])


@keys.command("renew")
def renew(context: typer.Context, json: AsJson = False) -> None:
    """Have every subscription made again that carries an older key, each in its resource's own run."""
    told = api_of(context).post("subscriptions/renew", {"older_keys": True})
    as_json(told) if json else say("{count} subscriptions are made again.", count=told["ordered"])


@keys.command("remove")
def remove(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="The key's id, as `lockstep keys list` shows it.")],
    end_links: Annotated[bool, typer.Option("--end-links", help="End the links to stories that it signed.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Take a key out of the ring; refused while anything needs it."""
    if not (yes or json):
        typer.confirm(word("Remove the key {key}? It cannot be brought back.", key=key), abort=True)
    done = api_of(context).delete(f"subscriptions/keys/{key}", end_links=end_links)
    as_json(done) if json else say("The key {key} is removed.", key=key)


@stories.command("revoke")
def revoke(
    context: typer.Context,
    link: Annotated[str, typer.Argument(help="The link as it stands in the mail.")],
    json: AsJson = False,
) -> None:
    """Take one link back: it opens nothing any more."""
    told = api_of(context).post("stories/revoke", {"link": link})
    as_json(told) if json else say(
        "This link opens nothing any more. It would have until {until}.", until=moment(told["until"])
    )
