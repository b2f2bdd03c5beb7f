"""One booking that turned up new on both sides: an add-in, a person or another product wrote both. Pure.

    the other side has                       decision
    ---------------------------------------  -------------------------------------------------------------
    its twin, new as well                    both are tied to each other, nothing is written
    its twin, waiting for its copy           the new one is the copy, nothing is written
    its twin, and a copy of ours stands here  our copy is withdrawn, the new one takes its place; one that somebody
                                              edited stays, and the new one is a booking of its own

Twins have the same time, and of organiser and title what is known of both agrees, one of the two at least. The title
that Exchange put on the room's copy of a meeting is unknown. So a booking is never in conflict with itself. Where
several units may be booked at one time, two equal bookings are two; they are twins only if both are new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, replace
from typing import TypeVar

from shared.domain.booking import CalendarItem, Item, Occupancy, PlatformItem, Side, occupancy
from shared.domain.cases import Setting, is_gone
from shared.domain.decisions import Code, Reason
from shared.domain.discarding import is_discarded
from shared.domain.ids import MappingId
from shared.domain.ledger import Mapping, MappingState
from shared.domain.left_bookings import is_left
from shared.domain.plan import Action, CalendarReport, LedgerView, PlatformReport, Settlement, Step
from shared.domain.policy import Policy
from shared.domain.projection import is_private, to_platform
from shared.domain.records import calendar_record, edited_fields, platform_record
from shared.domain.spans import When

_PAIRED = Reason(Code.PAIRED)
_Item = TypeVar("_Item", CalendarItem, PlatformItem)


def is_same_booking(event: CalendarItem, booking: PlatformItem, policy: Policy) -> bool:
    """Tell whether both sides show one booking, as far as each of them tells."""
    if event.booking.when != booking.booking.when:
        return False
    if occupancy(event, free_counts=policy.free_counts) is not Occupancy.TAKES:
        return False
    agree = [
        answer
        for answer in (_same_organiser(event, booking), _same_title(event, booking, policy))
        if answer is not None
    ]
    return bool(agree) and all(agree)


def _same_organiser(event: CalendarItem, booking: PlatformItem) -> bool | None:
    organiser, owner = event.booking.organiser, booking.booking.organiser
    return organiser.is_same_as(owner) if organiser is not None and owner is not None else None


def _same_title(event: CalendarItem, booking: PlatformItem, policy: Policy) -> bool | None:
    title = _plain(booking.booking.title)
    if title and title == _plain(to_platform(event, policy).title):
        return True
    shown = "" if _is_rewritten(event) else _plain(event.booking.title)
    return shown == title if shown and title and not booking.booking.private else None


def _is_rewritten(event: CalendarItem) -> bool:
    """Tell whether Exchange put the organiser's name in place of a title, or in front of it."""
    name = event.booking.organiser.name if event.booking.organiser else ""
    return event.booking.private or (not event.is_organiser and bool(name) and event.booking.title.startswith(name))


def _plain(title: str) -> str:
    return " ".join(title.split()).casefold()


def may_be_twin(mapping: Mapping, item: Item) -> bool:
    """Tell whether a new item may be the twin of a mapping's booking, before the other side was looked at."""
    side = Side.CALENDAR if isinstance(item, CalendarItem) else Side.PLATFORM
    if mapping.origin is side or mapping.when != item.booking.when or mapping.request is not None:
        return False
    if mapping.record(side) is None:
        return mapping.state is MappingState.CREATING or is_left(mapping) or is_discarded(mapping)
    ours = mapping.calendar is not None and mapping.calendar.is_organiser
    return mapping.state is MappingState.LINKED and (side is Side.PLATFORM or ours)


@dataclass(frozen=True)
class Twins:
    """The settlements of the bookings whose twin is new, and the keys of the new ones."""

    settlements: tuple[Settlement, ...] = ()
    keys: frozenset[str] = frozenset()


def find_twins(
    new: Sequence[Item],
    ledger: LedgerView,
    events: MappingOf[MappingId, CalendarReport],
    bookings: MappingOf[MappingId, PlatformReport],
    setting: Setting,
) -> Twins:
    """Tie new items to the bookings of which they are the twin; ``events`` and ``bookings`` are what mappings show."""
    if not new or not ledger.mappings or setting.policy.units > 1:
        return Twins()
    by_time: dict[When, list[Mapping]] = {}
    for mapping in ledger.mappings:
        by_time.setdefault(mapping.when, []).append(mapping)
    settled: dict[MappingId, Settlement] = {}
    keys = set()
    for item in sorted(new, key=_key):
        for mapping in sorted(by_time.get(item.booking.when, ()), key=lambda each: each.id):
            found = next(_tied(item, mapping, events, bookings, ledger, setting), None)
            if found is not None and mapping.id not in settled:
                settled[mapping.id] = found
                keys.add(_key(item))
                break
    return Twins(tuple(settled.values()), frozenset(keys))


def _key(item: Item) -> str:
    return f"calendar {item.key}" if isinstance(item, CalendarItem) else f"platform {item.id}"


def without_twins(items: Sequence[_Item], twins: Twins) -> list[_Item]:
    """Return the items that are nobody's twin."""
    return [item for item in items if _key(item) not in twins.keys] if twins.keys else list(items)


def _tied(
    item: Item,
    mapping: Mapping,
    events: MappingOf[MappingId, CalendarReport],
    bookings: MappingOf[MappingId, PlatformReport],
    ledger: LedgerView,
    setting: Setting,
) -> Iterator[Settlement]:
    if not may_be_twin(mapping, item):
        return
    event, booking = events.get(mapping.id), bookings.get(mapping.id)
    copy: CalendarReport | PlatformReport | None
    if isinstance(item, PlatformItem):
        copy, booking = booking, item
    else:
        copy, event = event, item
    if not isinstance(event, CalendarItem) or not isinstance(booking, PlatformItem):
        return
    if is_gone(booking, setting.policy) or not is_same_booking(event, booking, setting.policy):
        return
    side = Side.PLATFORM if isinstance(item, PlatformItem) else Side.CALENDAR
    if mapping.record(side) is None and copy is not None:
        return  # our own copy was made and not remembered: it is adopted first
    stands = mapping.record(side) is not None and not is_gone(copy, setting.policy)
    if stands and (ledger.bulk or edited_fields(copy, mapping.record(side), setting.key)):
        return
    after = replace(
        mapping,
        state=MappingState.LINKED,
        reason="",
        calendar=calendar_record(event, setting.key),
        platform=platform_record(booking, setting.key),
        private=is_private(event) or is_private(booking),
    )
    steps = (Step(Action.CANCEL, side, _PAIRED, on_copy=True),) if stands else ()
    yield Settlement(mapping.id, mapping, after, steps, (_PAIRED,), calendar=event, platform=booking)
