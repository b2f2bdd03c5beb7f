"""Take stock of a tenant: tell how its resources stand, and of each that is not as it should be what is wrong.

It reads the rows that lists read, and of resources with held steps these. It writes nothing and mends nothing.
The app's sign of life is given as well where storage is away: that is told where it is met, and the app lives. Where
anything else hinders, no sign is given, since nobody would hear of the resources.
"""

from __future__ import annotations

from dataclasses import dataclass

from shared.app.outside import Outside
from shared.domain.ledger import Cause
from shared.domain.resource import Resource, State
from shared.domain.stock import Stock, stock_of
from shared.domain.trouble import Trouble
from shared.ports.errors import PortError
from shared.ports.telemetry import Metric, Told

_MOST_TOLD = 200
_MOST_HELD_READ = 100


@dataclass(frozen=True)
class Taken:
    """What taking stock found, and how many steps wait for a person."""

    stock: Stock
    held: int


async def take_stock(outside: Outside) -> Taken:
    """Count a tenant's resources and tell the figures. Raises a ``PortError`` when the rows cannot be read."""
    try:
        taken = await _taken(outside)
    except PortError as error:
        if error.trouble is Trouble.STORAGE_UNREACHABLE:
            _give_a_sign_of_life(outside)
        raise
    _give_a_sign_of_life(outside)
    return taken


async def _taken(outside: Outside) -> Taken:
    now = outside.clock.now()
    resources = [each async for each in outside.resources.all(outside.tenant)]
    stock = stock_of(resources, now, notified=outside.is_notified)
    held = await _held(outside, resources)
    _tell_figures(outside, stock, held)
    _tell_troubled(outside, stock, resources)
    return Taken(stock, held)


def _give_a_sign_of_life(outside: Outside) -> None:
    outside.telemetry.count(Metric.STOCK, tenant=outside.tenant)


async def _held(outside: Outside, resources: list[Resource]) -> int:
    holding = [each.id for each in resources if each.state is State.HELD][:_MOST_HELD_READ]
    steps = [await outside.ledgers.open_steps(each) for each in holding]
    return sum(step.cause is Cause.HELD for each in steps for step in each)


def _tell_figures(outside: Outside, stock: Stock, held: int) -> None:
    telemetry, tenant = outside.telemetry, outside.tenant
    for state in State:
        telemetry.record(Metric.RESOURCES, stock.states.get(state, 0), tenant=tenant, state=state.value)
    for trouble, count in stock.troubles.items():
        telemetry.record(Metric.TROUBLES, count, tenant=tenant, trouble=trouble.value)
    for band, count in stock.truth.items():
        telemetry.record(Metric.TRUTH, count, tenant=tenant, band=band)
    for band, count in stock.expiry.items():
        telemetry.record(Metric.SUBSCRIPTIONS, count, tenant=tenant, band=band)
    telemetry.record(Metric.LAST_LOOK, stock.oldest_look.total_seconds(), tenant=tenant)
    telemetry.record(Metric.CONFLICTS, stock.conflicts, tenant=tenant)
    telemetry.record(Metric.HELD, held, tenant=tenant)


def _tell_troubled(outside: Outside, stock: Stock, resources: list[Resource]) -> None:
    """Tell of resources one by one: so many as a person would read; the figures count them all."""
    troubled = [each for each in resources if each.id in stock.troubled]
    for each in troubled[:_MOST_TOLD]:
        since = each.first_failure or each.since
        outside.telemetry.tell(
            Told.TROUBLED,
            resource=each.id,
            tenant=outside.tenant,
            trouble=stock.troubled[each.id].value,
            state=each.state.value,
            since=since.isoformat() if since else "",
            why=_printable(each.why),
        )


def _printable(why: str) -> str:
    """Return a reason that names nobody: one in which an address stands is left to the admin API."""
    return "" if "@" in why else why[:200]
