"""Series of the built-in platform: one rule, whose occurrences are bookings of their own.

A series is refused as a whole where one of its times is taken, with the dates. Once it stands, its occurrences are
booked a batch at a time, each in one transaction with the resource's row; a batch that meets somebody who was faster
leaves that one occurrence cancelled, with the reason on it. The feed shows a change of many once it is whole. An
endless series is made some time ahead and continued when somebody looks further. What is over is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from shared.adapters.builtin import rows, series_rows
from shared.adapters.builtin.booking_rules import check_booking, check_free, is_free
from shared.adapters.builtin.desk import Desk, required
from shared.adapters.builtin.entries import Entry, Series
from shared.adapters.builtin.resource_rows import ResourceState
from shared.adapters.builtin.series_work import FULL
from shared.adapters.builtin.series_work import TAKEN_MEANWHILE as TAKEN_MEANWHILE
from shared.adapters.builtin.series_writer import SeriesWriter
from shared.adapters.builtin.store import Insert, Operation, Put
from shared.adapters.recurring.expansion import dates, last_date
from shared.domain.booking import Block, Booking, PlatformItem, Window
from shared.domain.ids import BookingId, PlatformId, SeriesId, TransactionId, Version
from shared.domain.recurrence import Rule, paired_by_date
from shared.domain.spans import Span, When, occupied
from shared.ports.errors import Rejected
from shared.ports.ledgers import Clock

AHEAD = timedelta(days=800)
"""How far ahead an endless series is booked when it is made."""
SHORTENED = "The series does not have this date any more."
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
        self, resource: PlatformId, booking: Booking, rule: Rule, transaction: TransactionId | None
    ) -> BookingId:
        """Book a series and return its first occurrence. Repeating it with the same transaction only completes it."""
        await self.writer.finish(resource)
        known = await self._desk.made_under(resource, transaction) if transaction else None
        if known is not None:
            made = await self._desk.entry(resource, known)
            if made is not None and made.series is not None:
                await self._make_until(resource, made.series, self._ahead())
            return known
        rule = _bounded(rule)
        wanted = dates(rule, rule.first, self._ahead())
        _check_times(rule, wanted)
        state = await self._desk.state(resource)
        await self._check_free(state, booking, [rule.on(day) for day in wanted], frozenset())
        first, series = BookingId(self._clock.ulid()), SeriesId(self._clock.ulid())
        kept = Series(series, rule, booking, rule.first, transaction)
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
            size = _batch_size(known)
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
            booking = replace(series.booking, when=series.rule.on(day))
            check_booking(booking)
            reason = ""
            if not is_free(state.resource, booking.when, others, blocks):
                booking, reason = replace(booking, cancelled=True), TAKEN_MEANWHILE
            found.append(Entry(PlatformItem(booking_id, Version(""), booking, now), reason, series.id, day))
        return found

    async def cancel(self, resource: PlatformId, entry: Entry, scope: Scope, reason: str) -> None:
        """Cancel an occurrence's series from that occurrence on, or what of it is still to come."""
        if await self._is_cut_off(resource, entry):
            return
        series, cut = await self._cut(resource, entry, scope)
        ended = replace(series, rule=series.rule.ending(max(cut - _ONE_DAY, series.rule.first)))
        members = await self._members(resource, series, cut)
        changes = [(each, _cancelled(each, reason)) for each in members if not each.item.booking.cancelled]
        await self.writer.write(resource, changes, [ended])

    async def change(
        self, resource: PlatformId, entry: Entry, scope: Scope, wanted: Booking, rule: Rule | None
    ) -> None:
        """Bring a series, from the cut on, to the content of ``wanted`` and to ``rule`` (None: as it is)."""
        series, cut = await self._cut(resource, entry, scope)
        if rule is not None:
            rule = _bounded(rule)
        is_whole = cut <= series.rule.first
        kept = SeriesId(series.id if is_whole else self._clock.ulid())
        made_until = max(series.made_until, self._ahead()) if rule else series.made_until
        now_rule = rule or series.rule.starting(cut)
        fresh = Series(kept, now_rule, wanted, made_until, series.transaction if is_whole else None)
        members = await self._members(resource, series, cut)
        changes = self._rewritten(members, fresh, moves=rule is not None)
        times = [after.item.booking.when for _, after in changes if not after.item.booking.cancelled]
        if rule is not None:
            _check_times(rule, dates(rule, rule.first, self._ahead()))
            state = await self._desk.state(resource)
            await self._check_free(state, wanted, times, frozenset(each.item.id for each in members))
        ended = [] if is_whole else [replace(series, rule=series.rule.ending(cut - _ONE_DAY))]
        await self.writer.write(resource, changes, [fresh, *ended])

    def _rewritten(self, members: Sequence[Entry], fresh: Series, *, moves: bool) -> list[tuple[Entry | None, Entry]]:
        """Return what becomes of each occurrence: bookings keep their ids, pairs are moves, the rest ends or is new."""
        if not moves:
            return [(each, _retold(each, fresh, each.original, each.item.booking.when)) for each in members]
        rule, now = fresh.rule, self._clock.now()
        old = {each.item.id: each for each in members}
        by_start = {rule.original_start(each.original): each for each in members if each.original}
        new = {rule.original_start(day): day for day in dates(rule, rule.first, fresh.made_until)}
        changes: list[tuple[Entry | None, Entry]] = []
        for each, day in paired_by_date(by_start, new, rule.zone):
            del old[each.item.id]
            del new[rule.original_start(day)]
            changes.append((each, _retold(each, fresh, day, rule.on(day))))
        changes += [(each, _cancelled(each, SHORTENED)) for each in old.values() if not each.item.booking.cancelled]
        for day in new.values():
            booking = replace(fresh.booking, when=rule.on(day))
            item = PlatformItem(BookingId(self._clock.ulid()), Version(""), booking, now)
            changes.append((None, Entry(item, "", fresh.id, day)))
        return changes

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
        return series is not None and entry.item.booking.cancelled and not _has(series.rule, entry)

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
            if entry is not None and series_rows.is_occurrence(row, entry) and _has(series.rule, entry)
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


def _batch_size(series: Series) -> int:
    """Return how many new occurrences one transaction takes: four rows each, more where they last several days."""
    length = series.rule.length
    return max(1, FULL // (length.days + 5))


def _bounded(rule: Rule) -> Rule:
    """Return the rule from its first date on, its end told as a date."""
    found = dates(rule, rule.first, rule.first + 2 * AHEAD)
    if not found:
        raise Rejected("the recurrence has no date", code="invalid")
    last = last_date(rule)
    return (rule if last is None else rule.ending(last)).starting(found[0])


def _check_times(rule: Rule, days: Sequence[date]) -> None:
    spans = [occupied(rule.on(day), rule.zone) for day in days]
    for one, following in pairwise(spans):
        if one.end > following.start:
            raise Rejected("an occurrence of the series would still last when the next one starts", code="invalid")


def _has(rule: Rule, entry: Entry) -> bool:
    return entry.original is not None and entry.original <= (rule.until or date.max)


def _cancelled(entry: Entry, reason: str) -> Entry:
    return replace(entry, item=replace(entry.item, booking=replace(entry.item.booking, cancelled=True)), reason=reason)


def _retold(entry: Entry, series: Series, day: date | None, when: When) -> Entry:
    booking = replace(series.booking, when=when, cancelled=entry.item.booking.cancelled)
    return replace(entry, item=replace(entry.item, booking=booking), series=series.id, original=day)
