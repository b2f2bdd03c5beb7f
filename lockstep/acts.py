"""``acts``: who ordered what, when, and what it changed."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from rich.padding import Padding
from rich.text import Text

from lockstep.session import AsJson, api_of, named
from lockstep.showing import as_json, moment, out, say, table
from lockstep.words import word

_OUTCOMES = {"done": "", "refused": "yellow", "begun": "bold red"}
_PAGE = 500
_WIDE = 120
"""Columns from which on the acts are a table."""
_INDENT = 19
_IDS = frozenset(("order", "plan"))
"""What programs need and nobody reads; --json has it."""
_SAID = frozenset((("resources", "listed"),))
"""What another column says."""


def acts(
    context: typer.Context,
    room: Annotated[str, typer.Option(help="Only about this resource: its name, address or id.", metavar="ROOM")] = "",
    who: Annotated[str, typer.Option(help="Only what somebody ordered: an id as acts show it.")] = "",
    since: Annotated[str, typer.Option(help="Not earlier than this, such as 2026-11-01T00:00:00Z.")] = "",
    until: Annotated[str, typer.Option(help="Earlier than this.")] = "",
    after: Annotated[str, typer.Option(help="Go on behind this act; the last line of a list says which.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=_PAGE, help="How many at most.")] = 50,
    json: AsJson = False,
) -> None:
    """Show who ordered what, the latest first: links, policies, approvals, pauses, keys and the rest."""
    api = api_of(context)
    about = named(api, room)["id"] if room else None
    told = api.get(
        "acts", resource=about, who=who or None, since=since or None, until=until or None, **_page(limit, after)
    )
    if json:
        as_json(told["acts"])
        return
    if not told["acts"]:
        say("Nobody ordered anything that is kept.")
        return
    names = _names(api) if any(each["resource"] for each in told["acts"]) else {}
    rows = [_row(each, names) for each in told["acts"]]
    if out().width < _WIDE:
        _tell_one_by_one(rows)
    else:
        table(("when", "who", "what", "about", "change"), rows, wide="change")
    if told["next"]:
        say("There are more: --after {next}", "dim", next=told["next"])


def _tell_one_by_one(rows: list[tuple[str, str, Text, str, str]]) -> None:
    """Print each act with its change below: five columns would leave no room for the last."""
    for when, who, what, about, change in rows:
        out().print(Text.assemble(when, "  ", what, "  ", (about, "bold"), (word("  by {who}", who=who), "dim")))
        if change:
            out().print(Padding(Text(change), (0, 0, 0, _INDENT)))


def _page(limit: int, after: str) -> dict[str, str | int | None]:
    return {"limit": limit, "after": after or None}


def _names(api: Any) -> dict[str, str]:
    return {each["id"]: each["name"] for each in api.listed("resources", "resources")}


def _row(act: dict[str, Any], names: dict[str, str]) -> tuple[str, str, Text, str, str]:
    what = Text(word(act["what"].replace("_", " ")))
    if act["outcome"] != "done":
        what.append(f" ({word(act['outcome'])})", style=_OUTCOMES[act["outcome"]])
    about = names.get(act["resource"], act["resource"]) if act["resource"] else _count(act["resources"])
    return moment(act["at"]), act["who"]["name"], what, about, _change(act)


def _count(resources: int) -> str:
    if resources == 1:
        return word("1 resource")
    return word("{count} resources", count=resources) if resources else "-"


def _change(act: dict[str, Any]) -> str:
    """Return what changed: a value before and after where both are known, else what was asked for."""
    before = act["before"]
    after = {name: value for name, value in act["after"].items() if (name, value) not in _SAID and name not in _IDS}
    turned = [f"{name} {before[name]} → {after[name]}" for name in after if name in before]
    new = {name: value for name, value in after.items() if name not in before and value}
    asked = [name if value == "true" else f"{name} {value}" for name, value in new.items()]
    left = [word("{name} was {value}", name=name, value=value) for name, value in before.items() if name not in after]
    return ", ".join((*turned, *asked, *left))
