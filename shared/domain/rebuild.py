"""A ledger that was lost, or restored from an earlier day, is found again by our marks and by pairing. Pure.

seen in a rebuild                                          decision
---------------------------------------------------------  ----------------------------------------------------------
both sides show the same booking                           tied; our mark on one of them tells which is the copy
a copy under a later mark of a booking that is known       that booking's copy, made after the ledger was written
a copy that carries our mark and belongs to nothing known  held: a person may let it be removed; it is never copied
anything else                                              as in a first read, but every write is held

The mark is the transaction under which we made a copy: a UUID of version 5, which nobody else leaves there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from shared.domain.booking import CalendarItem, Item, PlatformItem, Side
from shared.domain.cases import Case, Setting, is_gone
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId, TransactionId
from shared.domain.ledger import Cause, Mapping, MappingState, OpenStep
from shared.domain.plan import Action, Settlement, Step
from shared.domain.records import first_seen

_LATER = 3
"""So many copies may have been made of one booking since the ledger was written."""

LOST = "the ledger was lost or restored from an earlier day"


def mark_of(item: Item) -> TransactionId | None:
    """Return the mark that we left on an item; None on what somebody else made."""
    mark = item.transaction if isinstance(item, CalendarItem) else item.external
    ours = mark is not None and len(mark) == 36 and mark[14] == "5" and mark.count("-") == 4
    return mark if ours else None


def origin_of(event: CalendarItem, booking: PlatformItem) -> Side:
    """Return the side on which a booking was made that both sides show: the other one carries our mark, if any does."""
    if mark_of(booking) is not None:
        return Side.CALENDAR
    if mark_of(event) is not None:
        return Side.PLATFORM
    return Side.CALENDAR if event.created <= booking.created else Side.PLATFORM


def later_marks(mappings: Iterable[Mapping]) -> dict[TransactionId, MappingId]:
    """Return the marks of copies that may have been made of known bookings since the ledger was written."""
    return {mapping.mark(mapping.origin.other, later): mapping.id for mapping in mappings for later in range(_LATER)}


def orphaned(item: Item, known_as: MappingId, setting: Setting) -> Settlement:
    """Return the settlement of a copy whose original is not found: it waits for a person."""
    event = item if isinstance(item, CalendarItem) else None
    booking = item if isinstance(item, PlatformItem) else None
    side = Side.PLATFORM if event is None else Side.CALENDAR
    seen = replace(
        first_seen(known_as, item, side, setting),
        origin=side.other,
        state=MappingState.REFUSED,
        reason=Code.ORPHANED,
    )
    step = OpenStep(
        f"held-{known_as}",
        Cause.HELD,
        setting.now,
        mapping=known_as,
        reason=f"{LOST}, and what this is a copy of is not found",
        actions=(Action.CANCEL.value,),
    )
    reason = Reason(Code.ORPHANED, {"side": side})
    return Settlement(known_as, None, seen, (), (reason,), step, calendar=event, platform=booking)


def is_orphaned(mapping: Mapping) -> bool:
    """Tell whether a mapping stands for a copy whose original was not found."""
    return mapping.state is MappingState.REFUSED and mapping.reason == Code.ORPHANED


def settle_orphan(case: Case, setting: Setting) -> Settlement:
    """Remove a copy whose original was not found, once a person permits that; until then it stays."""
    mapping, copied = case.mapping, case.mapping.origin.other
    copy = case.calendar if copied is Side.CALENDAR else case.platform
    event = case.calendar if isinstance(case.calendar, CalendarItem) else None
    booking = case.platform if isinstance(case.platform, PlatformItem) else None
    if is_gone(copy, setting.policy):
        return Settlement(mapping.id, mapping, None, (), (Reason(Code.ENDED_ON_BOTH),))
    if mapping.id not in setting.permitted:
        return Settlement(mapping.id, mapping, mapping, calendar=event, platform=booking)
    reason = Reason(Code.ORPHANED, {"side": copied})
    step = Step(Action.CANCEL, copied, reason)
    return Settlement(mapping.id, mapping, None, (step,), (reason,), calendar=event, platform=booking)
