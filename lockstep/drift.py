"""``lockstep drift``: what proof reads found that no feed had told, and the age of truth of every resource."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lockstep.session import AsJson, api_of
from lockstep.showing import age, as_json, moment, say, span, table


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
    what = " ".join((found["found"], *found["fields"]))
    since = f", not before {moment(found['since'])}" if found["since"] else ""
    words = f"{what}{since}; found {moment(found['found_at'])}, missed by {found['missed_by'].replace('_', ' ')}"
    return resource["name"] or resource["id"], span(found), words
