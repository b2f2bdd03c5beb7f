"""Occurrences of series that no mapping knows, tied to those whose they are. Pure.

``followed`` ties occurrences to their bookings where a series was made by us, or got another rule:

    seen                                           tied to
    ---------------------------------------------  -------------------------------------------------
    an occurrence of a series that we made         the booking of the platform's series at that start, which may have
                                                   stood in another series until now
    the same, and no booking                       nothing: it is withdrawn
    the room's copy of a series that asks for it   the booking of the platform's series at that start and time; without
                                                   one it is a booking of its own: its organiser may have added it
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
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.meeting_uid import series_uid
from shared.domain.plan import (
    Action,
    CalendarReport,
    LedgerView,
    PlatformReport,
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
    reported: MappingOf[MappingId, PlatformReport] | None = None,
    platform_shows: bool = True,
) -> Ties:
    """Return what ties unknown occurrences to what is known. ``seen`` and ``reported`` are the reports of both sides of
    known mappings.

    ``platform_shows`` tells that the platform showed a booking that takes place.
    """
    occurrences = [event for event in events if event.key.original_start is not None]
    if not occurrences:
        return Ties({}, (), ())
    moved = _moved(ledger, seen, occurrences)
    settled = {each.key for each in moved.values()}
    left = [event for event in occurrences if event.key not in settled]
    ours = _Ours(ledger.mappings, reported or {}, ledger.open_steps)
    booked = {(b.series.id, b.series.original_start): b for b in bookings if b.series and not b.booking.cancelled}
    tied: dict[MappingId, CalendarItem] = dict(moved)
    pairs, orphans = [], []
    for event in left:
        series = ours.series_of(event)
        if series is None or event.key.original_start is None:
            continue
        whose = [known for each in sorted(series) if (known := ours.mapping_of(event, each))]
        booking = [booked[place] for each in sorted(series) if (place := (each, event.key.original_start)) in booked]
        if not event.is_organiser:
            whose, booking = [], [each for each in booking if each.booking.when == event.booking.when]
        if whose:
            tied[whose[0]] = event
        elif booking:
            pairs.append((event, booking[0]))
        elif event.is_organiser and occupied(event.booking.when, ledger.zone).end > now:
            orphans.append(event)
    if ledger.bulk and not platform_shows:
        return Ties(tied, tuple(pairs), (), tuple(orphans))
    return Ties(tied, tuple(pairs), tuple(orphans))


class _Ours:
    """The series of the platform that stand in the calendar, or are to stand there, as far as ledger and reports show.

    ``places`` are the mappings whose booking is that occurrence of that series, and whose copy is not known yet or
    stands in another series.
    """

    def __init__(
        self,
        mappings: Iterable[Mapping],
        reported: MappingOf[MappingId, PlatformReport],
        open_steps: Iterable[OpenStep],
    ) -> None:
        self._by_transaction: dict[TransactionId, set[SeriesId]] = defaultdict(set)
        self._by_master: dict[EventId, set[SeriesId]] = defaultdict(set)
        self._asked: dict[str, frozenset[SeriesId]] = {}
        self.places: dict[tuple[SeriesId, datetime], Mapping] = {}
        self._generations: dict[SeriesId, int] = {}
        for mapping in mappings:
            for series, start in _places(mapping, reported.get(mapping.id)):
                self._generations[series] = max(mapping.generation, self._generations.get(series, 1))
                self._take(mapping, series, start)
        for series, last in self._generations.items():
            # The next generation may have been made by a run that died before it was remembered.
            for generation in range(1, last + 2):
                self._by_transaction[series_transaction(series, generation)].add(series)
        for step in open_steps:
            if step.cause is Cause.SERIES and step.wants:
                self._by_transaction[TransactionId(step.wants)] |= set()

    def _take(self, mapping: Mapping, series: SeriesId, start: datetime | None) -> None:
        calendar = mapping.calendar
        if mapping.request is not None and mapping.request.occurrence is not None:
            uid = series_uid(mapping.request.ical_uid)
            self._asked[uid] = self._asked.get(uid, frozenset()) | {series}
        if calendar is not None and calendar.is_organiser and calendar.key.original_start is not None:
            self._by_master[calendar.key.event].add(series)
        is_made = mapping.state is MappingState.CREATING and calendar is None
        moves_on = calendar is not None and calendar.is_organiser and mapping.state is MappingState.LINKED
        if start is not None and (is_made or moves_on):
            self.places[series, start] = mapping

    def series_of(self, event: CalendarItem) -> frozenset[SeriesId] | None:
        """Return the series of the platform that an occurrence may be of; None where it is none of ours."""
        if not event.is_organiser:
            return self._asked.get(series_uid(event.ical_uid))
        by_mark = self._by_transaction.get(event.transaction) if event.transaction else None
        by_master = self._by_master.get(event.key.event)
        if by_mark is None and by_master is None:
            return None
        return frozenset((by_mark or set()) | (by_master or set()))

    def mapping_of(self, event: CalendarItem, series: SeriesId) -> MappingId | None:
        """Return whose an unknown occurrence is: it was made for it, or in place of one in another series."""
        mapping = self.places.get((series, event.key.original_start)) if event.key.original_start else None
        if mapping is None or mapping.calendar is None:
            return mapping.id if mapping else None
        # What stands already moves on to a copy that was made later, never back to one that was left.
        later = range(mapping.generation + 1, self._generations[series] + 3)
        is_later = any(event.transaction == series_transaction(series, generation) for generation in later)
        return mapping.id if is_later else None


def _places(mapping: Mapping, report: PlatformReport | None) -> Iterable[tuple[SeriesId, datetime | None]]:
    """Return the occurrences of the platform's series that a booking was, and is by now."""
    platform = mapping.platform
    if not mapping.in_series or platform is None:
        return
    if platform.series is not None:
        yield platform.series, platform.original_start
    if isinstance(report, PlatformItem) and report.series is not None and not report.booking.cancelled:
        yield report.series.id, report.series.original_start


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
    """Tell whether a settlement only takes back an occurrence of ours that stands for no booking.

    A new entry of somebody's that lost its time is removed by the same step, and for that reason.
    """
    actions = [(step.action, step.side, step.reason.code) for step in settlement.steps]
    is_nobodys = settlement.before is None and settlement.after is None and settlement.platform is None
    return is_nobodys and actions == [(Action.CANCEL, Side.CALENDAR, Code.CANCELLED_ON_CALENDAR)]


def withdrawn(event: CalendarItem, mapping: MappingId) -> Settlement:
    """Return the settlement that takes back an occurrence of ours that stands for no booking."""
    reason = Reason(Code.CANCELLED_ON_CALENDAR)
    return Settlement(mapping, None, None, (Step(Action.CANCEL, Side.CALENDAR, reason),), (reason,), calendar=event)
