"""``lockstep drift``: what proof reads found that no feed had told, and the age of truth of every resource."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lockstep.session import AsJson, api_of
from lockstep.showing import age, as_json, moment, say, span, table
from lockstep.words import word


def drift(
    context: typer.Context,
    everything: Annotated[bool, typer.Option("--all", help="Resources of which nothing was found as well.")] = False,
    json: AsJson = False,
) -> None:
    """Show what differed, since when and which path had missed it, the oldest truth first."""
    report = api_of(context).get("drift")
    if json:
        as_json(report)
        return
    rows = [_row(each, found) for each in report["resources"] for found in each["drift"]]
    if rows:
        table(("resource", "booking", "what a proof read found"), rows, wide="what a proof read found")
    else:
        say("Proof reads of the last month found nothing that no feed had told.")
    if everything:
        truth = [(each["name"] or each["id"], age(each["proven_at"])) for each in report["resources"]]
        table(("resource", "age of truth"), truth, wide="resource")


def _row(resource: dict[str, Any], found: dict[str, Any]) -> tuple[str, ...]:
    what = " ".join((word(found["found"]), *map(word, found["fields"])))
    facts = {"what": what, "at": moment(found["found_at"]), "path": word(found["missed_by"].replace("_", " "))}
    if found["since"]:
        since = moment(found["since"])
        words = word("{what}, not before {since}; found {at}, missed by {path}", since=since, **facts)
    else:
        words = word("{what}; found {at}, missed by {path}", **facts)
    return resource["name"] or resource["id"], span(found), words
