"""How changes of many occurrences of the built-in platform are written: the feed waits until they are whole.

The first transaction writes down what changes and holds the feed, the last one lets it go. A change that broke off
is finished by whoever next changes a series of the resource, or reads its feed once the hold is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from shared.adapters.builtin import rows, series_rows
from shared.adapters.builtin.booking_rules import is_free, takes_time
from shared.adapters.builtin.desk import Desk, required
from shared.adapters.builtin.entries import Entry, Series
from shared.adapters.builtin.resource_rows import Held, ResourceState
from shared.adapters.builtin.series_work import LONGEST_HOLD, Change, Work, next_transaction, work_row
from shared.adapters.builtin.store import Operation, Put
from shared.domain.booking import Window
from shared.domain.ids import BookingId, PlatformId
from shared.domain.spans import Span, occupied
from shared.ports.errors import Retry
from shared.ports.ledgers import Clock

_AT_ONCE = 24


class SeriesWriter:
    """Writes changes of many occurrences of one tenant's resources."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock

    async def write(
        self, resource: PlatformId, changes: Sequence[tuple[Entry | None, Entry]], series: Iterable[Series]
    ) -> None:
        """Write down the rules and what changes, then make it; one that somebody changed meanwhile keeps that."""
        kept = (*(Put(series_rows.series_row(each)) for each in series), Put(work_row(Work.of(changes))))

        async def begin(state: ResourceState) -> tuple[Operation, ...]:
            if await self._desk.work(resource) is not None:
                raise Retry(f"another series of resource {resource} is being changed at this moment")
            return (*series_rows.changes_operations(self.held(state), ()), *kept)

        await self._desk.decide(resource, begin)
        await self.finish(resource)

    async def finish(self, resource: PlatformId) -> None:
        """Finish the change of a series that is under way, if one is, whoever began it."""
        seen, place, reached = await self._desk.work(resource), 0, 0

        async def step(state: ResourceState) -> tuple[Operation, ...]:
            nonlocal seen, place, reached
            work = await self._desk.work(resource)
            if work != seen:
                seen, place = work, 0
            if work is None:
                return ()
            wanted = work.about(place, _AT_ONCE)
            present = await self._desk.entries(resource, [each.item.id for each in wanted])
            lost = await self._lost(state, work, list(zip(present, wanted, strict=True)))
            reached, operations = next_transaction(state, work.taken(lost), place, present)
            return operations

        while seen is not None:
            await self._desk.decide(resource, step)
            place = reached

    async def _lost(self, state: ResourceState, work: Work, changes: Sequence[Change]) -> frozenset[BookingId]:
        """Return the occurrences that are to take a time which is blocked, or which somebody else has by now."""
        zone = state.resource.zone
        moving = [
            after.item
            for now, after in changes
            if takes_time(now.item.booking if now else None, after.item.booking, zone)
        ]
        if not moving:
            return frozenset()
        spans = [occupied(item.booking.when, zone) for item in moving]
        whole = Span(min(span.start for span in spans), max(span.end for span in spans))
        itself = {after.item.id for _, after in work.items}
        listed = await self._desk.listed(state, Window(whole.start, whole.end))
        others = [required(rows.entry, row).item for row in listed if rows.entry_id(row) not in itself]
        blocks = await self._desk.blocks(state, whole)
        return frozenset(item.id for item in moving if not is_free(state.resource, item.booking.when, others, blocks))

    async def whole_state(self, resource: PlatformId) -> ResourceState:
        """Return a resource whose feed waits for nobody that has given up."""
        state = await self._desk.state(resource)
        if state.held is None or self._clock.now() < state.held.until:
            return state
        await self.finish(resource)
        return await self._desk.state(resource)

    def held(self, state: ResourceState) -> ResourceState:
        """Return a resource whose feed shows nothing more until a change of many is whole, or was given up."""
        now = self._clock.now()
        return replace(state, held=Held(state.shown(now), now + LONGEST_HOLD))
