"""``lockstep cost``: what a month costs, by what is paid for, with the day of the prices."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from lockstep.costing import Load, estimate, morning_operations, needs_premium, prices, rooms_on_standard
from lockstep.session import AsJson, api_of, resources_of
from lockstep.showing import as_json, say, table
from lockstep.words import word

_PREMIUM = (
    "Service Bus Premium is needed: a morning in which every room changes once within ten minutes asks for {asked}"
    " operations a second, and Standard takes about {taken}. --private-networking counts one unit of it."
)


def cost(
    context: typer.Context,
    rooms: Annotated[int | None, typer.Option(help="How many resources; without: what is linked.", min=0)] = None,
    events: Annotated[float, typer.Option(help="Bookings made or changed per room and day.", min=0)] = 8.0,
    sweep_minutes: Annotated[
        int | None, typer.Option(help="How often each is swept; without: as linked, or 60.", min=5, max=1440)
    ] = None,
    memory_gb: Annotated[
        float, typer.Option(help="Memory of an instance: 0.5, 2 or 4.", min=0.5, max=4)
    ] = Load.memory_gb,
    always_ready: Annotated[
        int, typer.Option(help="Instances that are always ready.", min=0, max=100)
    ] = Load.always_ready,
    sampling: Annotated[
        float, typer.Option(help="Part of the telemetry that is kept.", min=0.0, max=1.0)
    ] = Load.sampling,
    private_networking: Annotated[bool, typer.Option("--private-networking", help="Service Bus Premium.")] = False,
    json: AsJson = False,
) -> None:
    """Estimate a month's cost from rooms, events and settings. Nothing is asked of the app with --rooms."""
    if rooms is None:
        linked = resources_of(api_of(context))
        rooms, swept = len(linked), [int(each["policy"]["sweep_minutes"]) for each in linked]
        sweep_minutes = sweep_minutes or (round(sum(swept) / len(swept)) if swept else None)
    load = Load(rooms, events, sweep_minutes or 60, memory_gb, always_ready, sampling, private_networking)
    listed = prices()
    found = estimate(load, listed)
    if json:
        as_json({"load": vars(load), "total": round(found.total, 2), **vars(found), "prices": listed["as_of"]})
        return
    rows = [(word(name), f"{amount:10.2f}") for name, amount in found.lines.items()]
    monthly = word("{currency} a month", currency=listed["currency"])
    table(("paid for", monthly), [*rows, (word("total"), f"{found.total:10.2f}")])
    counted = {"executions": f"{found.executions:,}", "logs": f"{found.logs_gb:.1f}"}
    if rooms:
        each = f"{found.total / rooms:.2f}"
        say(
            "{rooms} rooms, {each} for each; {executions} executions, {logs} GB of logs.",
            rooms=rooms,
            each=each,
            **counted,
        )
    else:
        say("No rooms; {executions} executions, {logs} GB of logs.", **counted)
    _tell_tier(load, listed)
    say("List prices of Azure as of {day}. {source}", day=listed["as_of"], source=listed["source"])


def _tell_tier(load: Load, listed: dict[str, Any]) -> None:
    """Say for how many rooms Service Bus Standard is enough, and whether these are more."""
    if load.private_networking:
        return
    most, asked = rooms_on_standard(load, listed), morning_operations(load)
    if needs_premium(load, listed):
        taken = listed["service_bus"]["standard_operations_a_second"]
        say(_PREMIUM, "yellow", asked=f"{asked:,.0f}", taken=f"{taken:,}")
    else:
        say("Service Bus Standard is enough, for up to about {count} rooms like these.", count=f"{most:,}")
