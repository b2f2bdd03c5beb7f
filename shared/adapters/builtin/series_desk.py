"""Series of the built-in platform: one rule, whose occurrences are bookings of their own.

A series is refused as a whole where one of its times is taken, with the dates. Once it stands, its occurrences are
booked a batch at a time, each in one transaction with the resource's row; a batch that meets somebody who was faster
leaves that one occurrence cancelled, with the reason on it. The feed shows a change of many once it is whole. An
endless series is made some time ahead and continued when somebody looks further. What is over is never changed.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum

from shared.adapters.builtin import rows, series_rows
from shared.adapters.builtin.booking_rules import check_booking, check_free, is_free
from shared.adapters.builtin.desk import Desk, required
from shared.adapters.builtin.entries import BookingPatch, Entry, Series
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.series_changes import (
    AHEAD,
    SeriesChange,
    batch_size,
    bounded,
    cancelled,
    check_times,
    has,
    occurrence,
    retold,
    rewritten,
    rule_moved,
)
from shared.adapters.builtin.series_changes import SHORTENED as SHORTENED
from shared.adapters.builtin.series_work import TAKEN_MEANWHILE as TAKEN_MEANWHILE
from shared.adapters.builtin.series_writer import SeriesWriter
from shared.adapters.builtin.store import Insert, Operation, Put
from shared.adapters.recurring.expansion import dates
from shared.domain.booking import Block, Booking, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, SeriesId, TransactionId
from shared.domain.recurrence import Rule
from shared.domain.spans import Span, When, occupied
from shared.ports.errors import Rejected
from shared.ports.ledgers import Clock

_SHOWN = 3
_ONE_DAY = timedelta(days=1)


class Scope(StrEnum):
    """How much of a series a change is about."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class SeriesDesk:
    """The series of one tenant's resources, beside the desk of single bookings."""

    def __init__(self, desk: Desk, clock: Clock) -> None:
        self._desk = desk
        self._clock = clock
        self.writer = SeriesWriter(desk, clock)

    async def told(self, resource: PlatformId, entries: Sequence[Entry]) -> tuple[Entry, ...]:
        """Return bookings with their series told."""
        known: dict[SeriesId, Series | None] = {}
        for series in dict.fromkeys(entry.series for entry in entries if entry.series):
            known[series] = await self._desk.series(resource, series)
        return tuple(entry.of(known[entry.series]) if entry.series else entry for entry in entries)

    async def book(
        self,
        resource: PlatformId,
        booking: Booking,
        rule: Rule,
        transaction: TransactionId | None,
        without: Collection[date] = (),
    ) -> BookingId:
        """Book a series and return its first occurrence. Repeating it with the same transaction only completes it."""
        await self.writer.finish(resource)
        known = await self._desk.made_under(resource, transaction) if transaction else None
        if known is not None:
            made = await self._desk.entry(resource, known)
            if made is not None and made.series is not None:
                await self._make_until(resource, made.series, self._ahead())
            return known
        rule = bounded(rule, without)
        wanted = [day for day in dates(rule, rule.first, self._ahead()) if day not in without]
        check_times(rule, wanted)
        state = await self._desk.state(resource)
        await self._check_free(state, booking, [rule.on(day) for day in wanted], frozenset())
        first, series = BookingId(self._clock.ulid()), SeriesId(self._clock.ulid())
        kept = Series(series, rule, booking, rule.first, transaction, frozenset(without))
        await self._desk.decide(resource, lambda state: self._first(state, kept, first))
        await self._make_until(resource, series, self._ahead())
        return first

    async def _first(self, state: ResourceState, series: Series, booking: BookingId) -> tuple[Operation, ...]:
        if await self._desk.series(state.resource.id, series.id) is not None:
            return ()
        (entry,) = await self._made(state, series, [series.rule.first], [booking])
        operations = series_rows.changes_operations(self.writer.held(state), [(None, entry)])
        if series.transaction is not None:
            operations += (Insert(rows.transaction_row(series.transaction, booking)),)
        return (*operations, Insert(series_rows.series_row(series)))

    async def continue_all(self, resource: PlatformId, until: date) -> None:
        """Make what series have up to a date and was not made yet."""
        await self.writer.finish(resource)
        state = await self._desk.state(resource)
        rows_found = [row async for row in self._desk.between(state, *rows.SERIES)]
        for row in rows_found:
            series = required(series_rows.series, row)
            ends = series.rule.until or date.max
            if series.made_until < min(until, ends):
                await self._make_until(resource, series.id, until)

    async def _make_until(self, resource: PlatformId, series: SeriesId, until: date) -> None:
        more = True

        async def batch(state: ResourceState) -> tuple[Operation, ...]:
            nonlocal more
            known = await self._desk.series(resource, series)
            assert known is not None
            missing = dates(known.rule, known.made_until + _ONE_DAY, until)
            size = batch_size(known)
            few, more = missing[:size], len(missing) > size
            if not few and known.made_until >= until:
                return ()
            made_until = few[-1] if more else max(until, known.made_until)
            made = await self._made(state, known, few, [BookingId(self._clock.ulid()) for _ in few])
            kept = Put(series_rows.series_row(replace(known, made_until=made_until)))
            if not more and await self._desk.work(resource) is None:
                state = replace(state, held=None)
            return (*series_rows.changes_operations(state, [(None, entry) for entry in made]), kept)

        while more:
            await self._desk.decide(resource, batch)

    async def _made(
        self, state: ResourceState, series: Series, days: Sequence[date], ids: Sequence[BookingId]
    ) -> list[Entry]:
        """Return new occurrences; one whose time is taken by now does not take place and says so."""
        others, blocks = await self._around(state, [occupied(series.rule.on(day), state.resource.zone) for day in days])
        now, found = self._clock.now(), []
        for day, booking_id in zip(days, ids, strict=True):
            made = occurrence(series, day, booking_id, now)
            check_booking(made.item.booking)
            if day not in series.without and not is_free(state.resource, made.item.booking.when, others, blocks):
                made = cancelled(made, TAKEN_MEANWHILE)
            found.append(made)
        return found

    async def cancel(
        self, resource: PlatformId, entry: Entry, scope: Scope, reason: str, but: Collection[date] = ()
    ) -> None:
        """Cancel an occurrence's series from that occurrence on, or what of it is still to come; ``but`` dates stay."""
        if await self._is_cut_off(resource, entry):
            return
        series, cut = await self._cut(resource, entry, scope)
        ended = replace(series, rule=series.rule.ending(max(cut - _ONE_DAY, series.rule.first, *but)))
        members = [each for each in await self._members(resource, series, cut) if each.original not in but]
        changes = [(each, cancelled(each, reason)) for each in members if not each.item.booking.cancelled]
        await self.writer.write(resource, changes, [ended])

    async def change(self, resource: PlatformId, change: SeriesChange) -> None:
        """Make a change of a series that ``changed`` says; ``Rejected`` where one of its times is blocked or taken."""
        if change.moves:
            fresh, *_ = change.series
            check_times(fresh.rule, sorted(change.taking_place))
            state = await self._desk.state(resource)
            itself = frozenset(before.item.id for before, _ in change.changes if before)
            times = [each.item.booking.when for each in change.taking_place.values()]
            await self._check_free(state, fresh.booking, times, itself)
        await self.writer.write(resource, change.changes, change.series)

    async def changed(
        self,
        resource: PlatformId,
        entry: Entry,
        scope: Scope,
        patch: BookingPatch,
        rule: Rule | None,
        without: Collection[date] = (),
    ) -> SeriesChange:
        """Say what becomes of a series, from the cut on, that says what ``patch`` names and repeats by ``rule``.

        Without a rule it repeats as it does; where ``patch`` names a time, all of it moves as this occurrence does.
        """
        wanted = patch.onto(replace(entry.item.booking, cancelled=False))
        series, cut = await self._cut(resource, entry, scope)
        if rule is None and patch.when is not None:
            rule = rule_moved(series, cut, entry, patch.when)
        if rule is not None:
            rule = bounded(rule, without)
        is_whole = cut <= series.rule.first
        kept = SeriesId(series.id if is_whole else self._clock.ulid())
        made_until = max(series.made_until, self._ahead()) if rule else series.made_until
        left_out = frozenset(without) | (series.without if rule is None else frozenset())
        now_rule, transaction = rule or series.rule.starting(cut), series.transaction if is_whole else None
        fresh = Series(kept, now_rule, wanted, made_until, transaction, left_out)
        members = await self._members(resource, series, cut)
        changes = rewritten(members, fresh, self._clock) if rule else retold(members, fresh)
        ended = () if is_whole else (replace(series, rule=series.rule.ending(cut - _ONE_DAY)),)
        return SeriesChange(tuple(changes), (fresh, *ended), moves=rule is not None)

    async def _cut(self, resource: PlatformId, entry: Entry, scope: Scope) -> tuple[Series, date]:
        """Return a booking's series and the first date that a change of it may touch."""
        series = await self._desk.series(resource, entry.series) if entry.series else None
        if series is None or entry.original is None:
            raise Rejected("the booking is no occurrence of a series", code="invalid")
        now = self._clock.now()
        zone = (await self._desk.state(resource)).resource.zone
        days = dates(series.rule, now.date() - AHEAD, self._ahead())
        coming = next((day for day in days if occupied(series.rule.on(day), zone).end > now), None)
        if coming is None:
            raise Rejected("the series is over", code="invalid")
        return series, coming if scope is Scope.ALL else max(coming, entry.original)

    async def _is_cut_off(self, resource: PlatformId, entry: Entry) -> bool:
        """Tell whether a cancellation of the series from this occurrence on, or before, has been made already."""
        series = await self._desk.series(resource, entry.series) if entry.series else None
        return series is not None and entry.item.booking.cancelled and not has(series.rule, entry)

    async def _members(self, resource: PlatformId, series: Series, cut: date) -> list[Entry]:
        """Return the occurrences of a series from a date on, those cancelled one by one included.

        What a series had before it was ended is no part of it any more.
        """
        state = await self._desk.state(resource)
        found = [row async for row in self._desk.between(state, *series_rows.occurrence_range(series.id, cut))]
        entries = await self._desk.entries(resource, [required(series_rows.occurrence_target, row) for row in found])
        return [
            entry
            for row, entry in zip(found, entries, strict=True)
            if entry is not None and series_rows.is_occurrence(row, entry) and has(series.rule, entry)
        ]

    async def _check_free(
        self, state: ResourceState, booking: Booking, times: Sequence[When], but: frozenset[BookingId]
    ) -> None:
        """Refuse a series of which a time is blocked or taken, naming the first few."""
        others, blocks = await self._around(state, [occupied(when, state.resource.zone) for when in times])
        others = [item for item in others if item.id not in but]
        refusals = []
        for when in times:
            check_booking(replace(booking, when=when))
            try:
                check_free(state.resource, when, others, blocks)
            except Rejected as error:
                refusals.append(error)
        if refusals:
            more = f", and {len(refusals) - _SHOWN} times more" if len(refusals) > _SHOWN else ""
            raise Rejected("; ".join(map(str, refusals[:_SHOWN])) + more, code=refusals[0].code)

    async def _around(
        self, state: ResourceState, spans: Sequence[Span]
    ) -> tuple[list[PlatformItem], tuple[Block, ...]]:
        if not spans:
            return [], ()
        whole = Span(min(span.start for span in spans), max(span.end for span in spans))
        listed = await self._desk.listed(state, Window(whole.start, whole.end))
        return [required(rows.entry, row).item for row in listed], await self._desk.blocks(state, whole)

    def _ahead(self) -> date:
        return (self._clock.now() + AHEAD).date()
