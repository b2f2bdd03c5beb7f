"""The bookings of one series that stands in the calendar, and what a run settled of each. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass
from datetime import datetime

from shared.domain.asked_series import own_key
from shared.domain.booking import Booking, PlatformSeries, Side
from shared.domain.fingerprint import Field
from shared.domain.ids import MailboxId, MappingId, SeriesId
from shared.domain.ledger import Mapping
from shared.domain.plan import Action, LedgerView, Plan, Settlement
from shared.domain.projection import to_calendar
from shared.domain.standing import StandingSeries

CHANGE = [(Action.CHANGE, Side.CALENDAR)]
CANCEL = [(Action.CANCEL, Side.CALENDAR)]
CREATE = [(Action.CREATE, Side.CALENDAR)]
_OF_A_SERIES = frozenset({Field.TIME, Field.TITLE, Field.PRIVATE})


@dataclass(frozen=True)
class Kin:
    """The bookings of a standing series: of each the original start in the calendar, and what this run settled.

    ``changed``, ``ended`` and ``kept`` are those that stand, in their order; a kept one was reported and stays as it
    is. ``known`` are the original starts of all. ``gone`` are those that this run
    ends or saw ended, ``created`` are new ones of the platform's series.
    """

    standing: StandingSeries
    mappings: MappingOf[datetime, Mapping]
    changed: MappingOf[datetime, Settlement]
    ended: MappingOf[datetime, Settlement]
    kept: MappingOf[datetime, Settlement]
    gone: frozenset[datetime]
    created: tuple[Settlement, ...]
    series: frozenset[SeriesId]
    ledger: LedgerView
    now: datetime

    @classmethod
    def of(
        cls, plan: Plan, ledger: LedgerView, standing: StandingSeries, now: datetime, taken: Iterable[MappingId]
    ) -> Kin:
        """Return what a plan and the ledger hold of a standing series; ``taken`` belong to another one."""
        keys = ((own_key(mapping), mapping) for mapping in ledger.mappings)
        mappings = {
            key.original_start: mapping
            for key, mapping in keys
            if key is not None and key.event == standing.master and key.original_start is not None
        }
        found = {settlement.id: settlement for settlement in plan.settlements}
        settled = {start: found[mappings[start].id] for start in sorted(mappings) if mappings[start].id in found}
        series = {mapping.platform.series for mapping in mappings.values() if mapping.platform}
        series |= {each.platform.series.id for each in settled.values() if each.platform and each.platform.series}
        gone = set(taken)
        created = (each for each in plan.settlements if each.id not in gone and _is_new_of(each, series, now))
        return cls(
            standing,
            mappings,
            {start: each for start, each in settled.items() if _is_changed(each)},
            {start: each for start, each in settled.items() if actions_of(each) == CANCEL},
            {start: each for start, each in settled.items() if _is_kept(each)},
            frozenset(start for start, each in settled.items() if each.after is None),
            tuple(sorted(created, key=place_of)),
            frozenset(each for each in series if each is not None),
            ledger,
            now,
        )

    @property
    def mailbox(self) -> MailboxId | None:
        """Whose mailbox the series stands in, where the room is asked in a person's name."""
        asks = (mapping.request for mapping in self.mappings.values())
        return next((request.mailbox for request in asks if request), None)

    def ends_some_before(self, start: datetime | None) -> bool:
        """Tell whether an occurrence before a start (None: any) ends in this run; Exchange would have it back."""
        return any(start is None or each < start for each in self.gone)


def has_moved_on(plan: Plan, ledger: LedgerView, standing: StandingSeries) -> bool:
    """Tell whether this run saw copies of a series in another one: the half that a split made before it broke off."""
    members = {m.id for m in ledger.mappings if m.calendar is not None and m.calendar.key.event == standing.master}
    copies = (each.calendar for each in plan.settlements if each.id in members)
    return any(copy is not None and copy.key.event != standing.master for copy in copies)


def actions_of(settlement: Settlement) -> list[tuple[Action, Side]]:
    """Return what is done to which side, in order."""
    return [(step.action, step.side) for step in settlement.steps]


def _is_changed(settlement: Settlement) -> bool:
    item, after = settlement.platform, settlement.after
    ours = after is not None and after.in_series and _is_of_one(after)
    is_one = ours and item is not None and item.series is not None and actions_of(settlement) == CHANGE
    return is_one and settlement.steps[0].fields <= _OF_A_SERIES


def _is_of_one(mapping: Mapping) -> bool:
    """Tell whether a mapping's own event is an occurrence; one by which the room was asked alone is none."""
    return mapping.request is None or mapping.request.occurrence is not None


def _is_kept(settlement: Settlement) -> bool:
    item, after = settlement.platform, settlement.after
    is_settled = not settlement.steps and settlement.open is None and not settlement.decisions
    stands = after is not None and after.is_linked and after.in_series and _is_of_one(after)
    return is_settled and stands and item is not None and item.series is not None and not item.booking.cancelled


def _is_new_of(settlement: Settlement, series: Iterable[SeriesId | None], now: datetime) -> bool:
    item, after = settlement.platform, settlement.after
    if actions_of(settlement) != CREATE or after is None or after.request is not None or item is None:
        return False
    return item.series is not None and item.series.id in set(series) and item.series.original_start > now


def series_of(settlement: Settlement) -> PlatformSeries:
    """Return the occurrence of the platform's series that a booking is."""
    assert settlement.platform is not None
    assert settlement.platform.series is not None
    return settlement.platform.series


def place_of(settlement: Settlement) -> datetime:
    """Return where the platform's rule has a booking."""
    return series_of(settlement).original_start


def wanted_of(settlement: Settlement) -> Booking:
    """Return what the calendar is to show of a booking."""
    if settlement.steps and settlement.steps[0].wanted is not None:
        return settlement.steps[0].wanted
    assert settlement.platform is not None
    return to_calendar(settlement.platform)
