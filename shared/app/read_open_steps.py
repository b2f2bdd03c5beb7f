"""Read what waits: both sides of each due open step by id, and of what a person let go."""

from __future__ import annotations

from collections.abc import Iterable

from shared.app.orders import Orders
from shared.app.series_sight import read_series_at_once
from shared.app.sight import Sight
from shared.domain.ledger import Cause, OpenStep
from shared.domain.shadow import LOOKED_AT
from shared.ports.calendar import CalendarChanges
from shared.ports.connector import ChangeBatch

_JUDGED_AGAIN = (Cause.CONFLICT, Cause.SETTLING)


def _of_shadow(steps: Iterable[OpenStep]) -> list[OpenStep]:
    """Return what another product may have settled meanwhile: so many as can be read again, the youngest."""
    found = [step for step in steps if step.cause is Cause.SHADOW]
    return sorted(found, key=lambda step: step.since, reverse=True)[:LOOKED_AT]


def judged_again(
    sight: Sight, orders: Orders, changes: CalendarChanges | None, batch: ChangeBatch, due: tuple[OpenStep, ...]
) -> tuple[OpenStep, ...]:
    """Return the open steps that are due as well because something changed: it may have freed the time they lost."""
    spoken = bool(orders.discarded) or any(step.permitted for step in due)
    hinted = changes is not None and bool(changes.hints or changes.series)
    if not (spoken or sight.events or sight.bookings or batch.gone or hinted):
        return ()
    lost = [step for step in orders.open_steps if step.cause in _JUDGED_AGAIN]
    return tuple(step for step in (*lost, *_of_shadow(orders.open_steps)) if step not in due)


async def read_open_steps(sight: Sight, due: Iterable[OpenStep]) -> None:
    """Read both sides of each due open step by id; a creation that may have happened is looked for."""
    due = tuple(due)
    for step in due:
        if step.calendar is not None:
            await sight.read_event(step.calendar)
        if step.platform is not None:
            await sight.read_booking(step.platform)
    steps = {step.mapping: step for step in due if step.mapping is not None}
    missing = [mapping for mapping in steps if mapping not in sight.mappings]
    if missing:
        sight.know(await sight.outside.ledgers.by_ids(sight.resource.id, missing))
    await read_series_at_once(sight, [sight.mappings[each] for each in steps if each in sight.mappings])
    for mapping_id in steps:
        mapping = sight.mappings.get(mapping_id)
        if mapping is None:
            continue
        if mapping.calendar is not None:
            await sight.read_event(mapping.calendar.key)
        if mapping.platform is not None:
            await sight.read_booking(mapping.platform.id)


async def read_let_go(sight: Sight, steps: Iterable[OpenStep]) -> None:
    """Read what a person discarded as it stands now: both sides of what is tied, the row alone of what never was."""
    known = [step.mapping for step in steps if step.mapping is not None]
    missing = [mapping for mapping in known if mapping not in sight.mappings]
    if missing:
        sight.know(await sight.outside.ledgers.by_ids(sight.resource.id, missing))
    for mapping_id in known:
        mapping = sight.mappings.get(mapping_id)
        if mapping is not None and mapping.calendar is not None and mapping.platform is not None:
            await sight.read_event(mapping.calendar.key)
            await sight.read_booking(mapping.platform.id)
