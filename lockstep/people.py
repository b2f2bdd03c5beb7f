"""``people``: who is in the directory, who has left, and the coming bookings that are still theirs."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lockstep.session import AsJson, api_of
from lockstep.showing import as_json, moment, say, span, table
from lockstep.words import word

people = typer.Typer(no_args_is_help=True, help="People of the directory, and the bookings of those who have left.")

Person = Annotated[str, typer.Argument(help="An address of the person, or their object id.", metavar="PERSON")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it, and do not ask.")]


@people.command("list")
def list_people(
    context: typer.Context,
    everybody: Annotated[bool, typer.Option("--all", help="Those who have not left as well.")] = False,
    json: AsJson = False,
) -> None:
    """Show who has left."""
    found = list(api_of(context).listed("people", "people", left=not everybody))
    if json:
        as_json(found)
    elif found:
        table(
            ("name", "address", "left"),
            [(e["name"], e["address"], moment(e["left_at"])) for e in found],
            wide="address",
        )
    else:
        say("Nobody has left.")


@people.command("follow")
def follow(context: typer.Context, json: AsJson = False) -> None:
    """Read the directory now."""
    told = api_of(context).post("people/follow")
    as_json(told) if json else say("Ordered: the directory is read.")


@people.command("bookings")
def bookings(context: typer.Context, person: Person, json: AsJson = False) -> None:
    """Show the coming bookings of one person in all linked resources."""
    told = api_of(context).get(f"people/{person}/bookings")
    as_json(told) if json else _tell(told["bookings"])


@people.command("release")
def release(context: typer.Context, person: Person, yes: Yes = False, json: AsJson = False) -> None:
    """Show the coming bookings of somebody who has left, ask, and cancel them."""
    _settle(context, person, {"verb": "release"}, yes, json)


@people.command("hand-over")
def hand_over(
    context: typer.Context,
    person: Person,
    to: Annotated[str, typer.Argument(help="The address of whoever gets them.", metavar="TO")],
    yes: Yes = False,
    json: AsJson = False,
) -> None:
    """Show the coming bookings of somebody who has left, ask, and give them to somebody else."""
    _settle(context, person, {"verb": "hand_over", "to": to}, yes, json)


def _settle(context: typer.Context, person: str, order: dict[str, Any], yes: bool, json: bool) -> None:
    """Carry out exactly the plan that was shown."""
    api = api_of(context)
    plan = api.post(f"people/{person}/bookings", order)
    if not json:
        _tell(plan["bookings"])
        if plan["left_out"]:
            say(
                "{count} are left out: their organiser's meetings stay as they are.",
                "yellow",
                count=len(plan["left_out"]),
            )
    if not plan["bookings"]:
        as_json(plan) if json else None
        return
    if not (yes or json):
        typer.confirm(word("Do this with {count} bookings?", count=len(plan["bookings"])), abort=True)
    told = api.post(f"people/{person}/bookings", order | {"approve": plan["plan"]})
    failed = [each for each in told["done"] if each["why"]]
    if json:
        as_json(told)
    else:
        say("{count} bookings are settled.", count=len(told["done"]) - len(failed))
        for each in failed:
            say(f"{each['booking']}: {each['why']}", "yellow")
    if failed:
        raise typer.Exit(1)


def _tell(found: list[dict[str, Any]]) -> None:
    if found:
        table(
            ("resource", "when", "booking"),
            [(each["name"], span(each), each["booking"]) for each in found],
            wide="resource",
        )
    else:
        say("No coming bookings.")
