"""Occurrences of series that no mapping knows, tied to those whose they are. Pure.

``followed`` ties occurrences to their bookings where a series was made by us, or got another rule:

    seen                                           tied to
    ---------------------------------------------  -------------------------------------------------
    an occurrence of a series that we made         the booking of the platform's series at that start
    the same, and no booking                       nothing: it is withdrawn
    a series without old starts and with new ones  by date in the zone, then in order: they were moved
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import datetime

from shared.domain.booking import CalendarItem, CalendarKey, Gone, PlatformItem, Side
from shared.domain.decisions import Code, Reason
from shared.domain.ids import EventId, MappingId, SeriesId, TransactionId, series_transaction
from shared.domain.ledger import Mapping, MappingState
from shared.domain.plan import (
    Action,
    CalendarReport,
    LedgerView,
    Settlement,
    Step,
)
from shared.domain.recurrence import paired_by_date
from shared.domain.spans import occupied


@dataclass(frozen=True)
class Ties:
    """What was found out of unknown occurrences: which mapping's they are, which booking's, or nobody's.

    ``left`` are ours of which nothing can be said yet: a full read in which the platform shows no booking at all says
    nothing about theirs.
    """

    events: MappingOf[MappingId, CalendarItem]
    pairs: tuple[tuple[CalendarItem, PlatformItem], ...]
    orphans: tuple[CalendarItem, ...]
    left: tuple[CalendarItem, ...] = ()

    @property
    def keys(self) -> frozenset[CalendarKey]:
        return frozenset(
            event.key
            for event in (*self.events.values(), *(event for event, _ in self.pairs), *self.orphans, *self.left)
        )


def followed(
    ledger: LedgerView,
    seen: MappingOf[MappingId, CalendarReport],
    events: Iterable[CalendarItem],
    bookings: Iterable[PlatformItem],
    now: datetime,
    *,
    platform_shows: bool = True,
) -> Ties:
    """Return what ties unknown occurrences to what is known. ``seen`` are the reports of known mappings.

    ``platform_shows`` tells that the platform showed a booking that takes place.
    """
    occurrences = [event for event in events if event.key.original_start is not None]
    if not occurrences:
        return Ties({}, (), ())
    moved = _moved(ledger, seen, occurrences)
    settled = {each.key for each in moved.values()}
    left = [event for event in occurrences if event.key not in settled]
    ours = _Ours(ledger.mappings)
    booked = {(b.series.id, b.series.original_start): b for b in bookings if b.series and not b.booking.cancelled}
    tied: dict[MappingId, CalendarItem] = dict(moved)
    pairs, orphans = [], []
    for event in left:
        series = ours.series_of(event)
        if series is None or event.key.original_start is None:
            continue
        place = (series, event.key.original_start)
        if place in ours.creating:
            tied[ours.creating[place]] = event
        elif place in booked:
            pairs.append((event, booked[place]))
        elif occupied(event.booking.when, ledger.zone).end > now:
            orphans.append(event)
    if ledger.bulk and not platform_shows:
        return Ties(tied, tuple(pairs), (), tuple(orphans))
    return Ties(tied, tuple(pairs), tuple(orphans))


class _Ours:
    """The series of the platform that stand in the calendar, or are to stand there, as far as the ledger shows them."""

    def __init__(self, mappings: Iterable[Mapping]) -> None:
        self._by_transaction: dict[TransactionId, SeriesId] = {}
        self._by_master: dict[EventId, SeriesId] = {}
        self.creating: dict[tuple[SeriesId, datetime], MappingId] = {}
        generations: dict[SeriesId, int] = {}
        for mapping in mappings:
            platform, calendar = mapping.platform, mapping.calendar
            if platform is None or platform.series is None or not mapping.in_series:
                continue
            generations[platform.series] = max(mapping.generation, generations.get(platform.series, 1))
            if calendar is not None and calendar.is_organiser and calendar.key.original_start is not None:
                self._by_master[calendar.key.event] = platform.series
            if mapping.state is MappingState.CREATING and calendar is None and platform.original_start is not None:
                self.creating[platform.series, platform.original_start] = mapping.id
        for series, last in generations.items():
            for generation in range(1, last + 1):
                self._by_transaction[series_transaction(series, generation)] = series

    def series_of(self, event: CalendarItem) -> SeriesId | None:
        if not event.is_organiser:
            return None
        by_mark = self._by_transaction.get(event.transaction) if event.transaction else None
        return by_mark or self._by_master.get(event.key.event)


def _moved(
    ledger: LedgerView, seen: MappingOf[MappingId, CalendarReport], occurrences: Sequence[CalendarItem]
) -> dict[MappingId, CalendarItem]:
    """Pair the old with the new occurrences of each series that got another rule.

    Where occurrences of it stand as they did, new days beyond the last known one are the window's, not the rule's.
    """
    moved: dict[MappingId, CalendarItem] = {}
    members = by_master(ledger.mappings)
    arrived: dict[EventId, list[CalendarItem]] = defaultdict(list)
    for event in occurrences:
        arrived[event.key.event].append(event)
    for master in dict.fromkeys(event.key.event for event in occurrences):
        gone: dict[datetime, MappingId] = {}
        standing: list[datetime] = []
        for mapping in members.get(master, ()):
            key = mapping.calendar.key if mapping.calendar else None
            if key is not None and key.original_start is not None:
                if isinstance(seen.get(mapping.id), Gone):
                    gone[key.original_start] = mapping.id
                else:
                    standing.append(key.original_start)
        last = max([*gone, *standing], default=None)
        new = {
            event.key.original_start: event
            for event in arrived[master]
            if event.key.original_start is not None
            if not standing or last is None or event.key.original_start.date() <= last.date()
        }
        moved |= dict(paired_by_date(gone, new, ledger.zone))
    return moved


def by_master(mappings: Iterable[Mapping]) -> dict[EventId, list[Mapping]]:
    """Return the mappings of occurrences by their series in the calendar."""
    found: dict[EventId, list[Mapping]] = defaultdict(list)
    for mapping in mappings:
        if mapping.calendar is not None and mapping.calendar.key.original_start is not None:
            found[mapping.calendar.key.event].append(mapping)
    return found


def is_taken_back(settlement: Settlement) -> bool:
    """Tell whether a settlement only takes back an occurrence of ours that stands for no booking."""
    actions = [(step.action, step.side) for step in settlement.steps]
    is_nobodys = settlement.before is None and settlement.after is None and settlement.platform is None
    return is_nobodys and actions == [(Action.CANCEL, Side.CALENDAR)]


def withdrawn(event: CalendarItem, mapping: MappingId) -> Settlement:
    """Return the settlement that takes back an occurrence of ours that stands for no booking."""
    reason = Reason(Code.CANCELLED_ON_CALENDAR)
    return Settlement(mapping, None, None, (Step(Action.CANCEL, Side.CALENDAR, reason),), (reason,), calendar=event)
