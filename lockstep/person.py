"""``person show`` and ``person erase``: what is kept of one person, and what of it can go."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

import typer

from lockstep.api import Api
from lockstep.session import AsJson, api_of
from lockstep.showing import as_json, moment, say, span, table
from lockstep.words import word

person = typer.Typer(no_args_is_help=True, help="What is kept of one person: show it, erase it.")

Address = Annotated[str, typer.Argument(help="Any address of the person.", metavar="ADDRESS")]
_LEFT = "Directory: {name}, has left, addresses: {count}."
_KEPT = "Orders of theirs: {count}; each is kept {days} days and not erased before."
_STAYS = {
    "active": "Their row of the directory stays: Entra has them, and it would be read from there again.",
    "named": "Their row of the directory stays: coming bookings name them. Release or hand them over first.",
}


@person.command()
def show(context: typer.Context, address: Address, json: AsJson = False) -> None:
    """Show what is kept of a person: directory, bookings of the platform, and what they ordered."""
    pages = list(_pages(api_of(context), address))
    if json:
        as_json(_joined(pages))
        return
    _show(pages)


@person.command()
def erase(
    context: typer.Context,
    address: Address,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: AsJson = False,
) -> None:
    """Show what is kept of a person, ask, and erase what nothing needs any more."""
    api = api_of(context)
    pages = list(_pages(api, address))
    if not json:
        _show(pages)
        if not yes:
            typer.confirm(word("Erase what is over? It cannot be brought back."), abort=True)
    told = _erased(api, address)
    if json:
        as_json(told)
        return
    say("Erased: bookings {count}, series {series}; their times stay.", count=told["bookings"], series=told["series"])
    if told["not_over"]:
        say("Needed and kept: bookings {count}; erase again once they are over.", "yellow", count=told["not_over"])
    if pages[0]["directory"]:
        say(_STAYS.get(told["directory"], "Their row of the directory is erased."))
    say("Exchange's own copies are not Lockstep's: see docs/privacy.md.", "dim")


def _pages(api: Api, address: str) -> Iterator[dict[str, Any]]:
    after = None
    while True:
        page = api.post("people/data", {"address": address} | ({"after": after} if after else {}))
        yield page
        after = page["next"]
        if not after:
            return


def _erased(api: Api, address: str) -> dict[str, Any]:
    """Erase page after page, and the directory's row at the end."""
    total: dict[str, Any] = {"bookings": 0, "series": 0, "not_over": 0}
    after = None
    while True:
        done = api.post("people/erasure", {"address": address} | ({"after": after} if after else {}))
        total = {name: total[name] + done[name] for name in total}
        after = done["next"]
        if not after:
            break
    row = api.post("people/erasure", {"address": address, "directory": True})
    return {**total, "directory": row["directory"]}


def _joined(pages: list[dict[str, Any]]) -> dict[str, Any]:
    return {**pages[0], "places": [each for page in pages for each in page["places"]], "next": None}


def _show(pages: list[dict[str, Any]]) -> None:
    told = _joined(pages)
    known = told["directory"]
    if known:
        stands = "Directory: {name}, active, addresses: {count}." if known["active"] else _LEFT
        say(stands, name=known["name"] or known["address"], count=len(told["addresses"]))
    else:
        say("Directory: nobody is known at this address.")
    if told["acts"]:
        say(_KEPT, count=len(told["acts"]), days=told["acts_kept_days"])
    else:
        say("Orders of theirs: none.")
    for act in told["acts"][:5]:
        say(f"  {moment(act['at'])} {word(act['what'].replace('_', ' '))}")
    bookings = [(place["name"], each) for place in told["places"] for each in place["bookings"]]
    if not bookings:
        say("Bookings: none names them.")
        return
    rows = [(name, span(each), _title(each), word("over" if each["over"] else "stands")) for name, each in bookings]
    table(("resource", "when", "title", "kept"), rows, wide="title")


def _title(booking: dict[str, Any]) -> str:
    words = word("(private)") if booking["private"] else booking["title"] or "-"
    return word("{title}, cancelled", title=words) if booking["cancelled"] else words
