"""A booking, or the rest of its series, put into another resource: the new one stands before the old one goes.

What breaks off half way leaves both, never neither; repeated under the same transaction it is completed. Dates of a
series that stay remain where they are, under the same ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date

from shared.adapters.builtin.entries import BookingPatch, Entry
from shared.adapters.builtin.platform import Platform
from shared.adapters.builtin.series_changes import SeriesChange
from shared.adapters.builtin.series_desk import Scope
from shared.domain.booking import Booking, Person
from shared.domain.ids import BookingId, PlatformId, TransactionId
from shared.domain.recurrence import Rule
from shared.domain.spans import When
from shared.ports.errors import PortError, Rejected


@dataclass(frozen=True)
class RoomMove:
    """What is to stand in another resource: one booking, or with ``rest`` what a series has to come.

    ``person`` owns it there. Dates of the series as it is by then that ``stay`` keep their old place and time.
    """

    source: PlatformId
    entry: Entry
    target: PlatformId
    person: Person
    scope: Scope = Scope.ONE
    when: When | None = None
    stay: frozenset[date] = frozenset()
    rest: SeriesChange | None = None

    @property
    def times(self) -> dict[When, date | None]:
        """The times that are asked of the other resource, of a series with their dates."""
        if self.rest is None:
            return {self.when or self.entry.item.booking.when: None}
        return {entry.item.booking.when: day for day, entry in self._moving(self.rest).items()}

    @property
    def staying(self) -> list[When]:
        """The times of a series that stay where they are."""
        if self.rest is None:
            return []
        before = {after.original: was for was, after in self.rest.changes if was is not None}
        return [before[day].item.booking.when for day in sorted(self.stay) if day in before]

    def _moving(self, rest: SeriesChange) -> dict[date, Entry]:
        return {day: entry for day, entry in sorted(rest.taking_place.items()) if day not in self.stay}


@dataclass(frozen=True)
class Moved:
    """What stands in the other resource, and whether what was left is ``gone``; else both stand, and why."""

    entry: Entry
    gone: bool
    trouble: PortError | None = None


async def planned_move(platform: Platform, move: RoomMove) -> RoomMove:
    """Return a move that knows what its series has to come. Raises the errors of ``Platform.changed_series``."""
    if move.scope is Scope.ONE:
        return move
    patch = BookingPatch(when=move.when)
    rest = await platform.changed_series(move.source, move.entry.item.id, move.scope, patch)
    return replace(move, rest=rest)


async def move_room(platform: Platform, move: RoomMove, transaction: TransactionId | None) -> Moved:
    """Make a planned move. Raises the errors of ``Platform.book`` where the other resource does not take it.

    Where what is left cannot be cancelled, that is told and nothing is undone: a booking too many is seen, one too
    few is missed.
    """
    made = await _made(platform, move, transaction)
    if made.item.booking.cancelled:
        raise Rejected("what was booked for this move was cancelled meanwhile; move it once more", code="cancelled")
    try:
        await _left(platform, move)
    except PortError as error:
        return Moved(made, gone=False, trouble=error)
    return Moved(made, gone=True)


async def _made(platform: Platform, move: RoomMove, transaction: TransactionId | None) -> Entry:
    if move.rest is None:
        when = move.when or move.entry.item.booking.when
        return await platform.book(move.target, _carried(move.entry, move.person, when), transaction)
    fresh, *_ = move.rest.series
    taking_place = move.rest.taking_place
    absent = {after.original for _, after in move.rest.changes if after.original not in taking_place}
    without = move.stay | fresh.without | {day for day in absent if day is not None}
    booking = replace(fresh.booking, organiser=move.person, when=fresh.rule.on(fresh.rule.first))
    made = await platform.book_series(move.target, booking, fresh.rule, transaction, without)
    await _put_apart(platform, move, made.item.id, fresh.rule)
    found = await platform.get(move.target, made.item.id)
    assert found is not None
    return found


async def _put_apart(platform: Platform, move: RoomMove, made: BookingId, rule: Rule) -> None:
    """Give those occurrences their own times and titles that had them before."""
    assert move.rest is not None
    fresh, *_ = move.rest.series
    usual = replace(fresh.booking, organiser=move.person)
    was = {after.original: before for before, after in move.rest.changes if before is not None}
    wanted = {
        day: _carried(was.get(day, entry), move.person, entry.item.booking.when)
        for day, entry in move.rest.taking_place.items()
        if day not in move.stay
    }
    apart = {day: each for day, each in wanted.items() if each != replace(usual, when=rule.on(day))}
    if not apart:
        return
    there = await platform.changed_series(move.target, made, Scope.ALL, BookingPatch())
    found = {before.original: before for before, _ in there.changes if before is not None}
    asked = [(found[day].item.id, each, found[day].item.version) for day, each in apart.items() if day in found]
    _all_well(await platform.bring_all(move.target, asked))


def _carried(entry: Entry, person: Person, when: When) -> Booking:
    present = entry.item.booking
    return Booking(when, present.title, person, present.private, requested=present.requested)


async def _left(platform: Platform, move: RoomMove) -> None:
    if move.rest is None:
        await platform.cancel(move.source, move.entry.item.id)
        return
    was = move.rest.dates_before
    staying: Collection[date] = {was[day] for day in move.stay if day in was}
    await platform.cancel_series(move.source, move.entry.item.id, move.scope, but=staying)


def _all_well(answers: Iterable[Entry | PortError]) -> None:
    for each in answers:
        if isinstance(each, PortError):
            raise each
