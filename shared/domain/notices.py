"""Who is to be told of what a settlement did to their booking, as values. Pure.

    what a run did                                     who is told
    -------------------------------------------------  --------------------------------------
    cancelled a booking that was made on the platform  its owner
    gave such a booking the time back it moved from    its owner
    left an overlap standing                           the owners of both bookings

Of a meeting organised in Outlook that its room declines, Exchange tells the organiser. What somebody cancelled
on the platform is known to whoever cancelled it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from shared.domain.booking import Side
from shared.domain.decisions import Code, Reason
from shared.domain.ids import MappingId
from shared.domain.plan import Action, Settlement


class NoticeKind(StrEnum):
    """What is told of a booking."""

    CANCELLED = "cancelled"
    KEPT_TIME = "kept_time"
    OVERLAP = "overlap"


@dataclass(frozen=True)
class Notice:
    """Somebody is to be told: the owner of ``mapping`` that ``kind`` befell it, because of ``reason``.

    ``settlement`` is what has to succeed first; it may be about the other of two bookings.
    """

    settlement: MappingId
    mapping: MappingId
    kind: NoticeKind
    reason: Reason


_LOSSES = (Code.LOST_TO_OTHER, Code.LOST_TO_BLOCK)
_NOBODYS = "block:"


def notices_of(settlement: Settlement) -> tuple[Notice, ...]:
    """Return whom the settlement concerns; nobody, where it tells nothing new."""
    return tuple(_of_owner(settlement)) + tuple(_of_overlap(settlement))


def other_of(notice: Notice) -> MappingId | None:
    """Return the other booking that a notice is about; None where a blocked time is."""
    named = notice.reason.facts.get("other", "")
    if notice.mapping != notice.settlement:
        return notice.settlement
    return MappingId(named) if named and named != Side.PLATFORM and not named.startswith(_NOBODYS) else None


def _of_owner(settlement: Settlement) -> Iterator[Notice]:
    if not _is_made_on_platform(settlement):
        return
    lost = next((reason for reason in settlement.decisions if reason.code in _LOSSES), None)
    for step in settlement.steps:
        if step.side is not Side.PLATFORM:
            continue
        if step.action is Action.CANCEL:
            yield Notice(settlement.id, settlement.id, NoticeKind.CANCELLED, lost or step.reason)
        elif step.reason.code is Code.PUT_BACK and lost is not None:
            yield Notice(settlement.id, settlement.id, NoticeKind.KEPT_TIME, lost)


def _of_overlap(settlement: Settlement) -> Iterator[Notice]:
    for reason in settlement.decisions:
        if reason.code is Code.OVERLAP_REPORTED:
            own = Notice(settlement.id, settlement.id, NoticeKind.OVERLAP, reason)
            yield own
            other = other_of(own)
            if other is not None:
                yield Notice(settlement.id, other, NoticeKind.OVERLAP, reason)


def _is_made_on_platform(settlement: Settlement) -> bool:
    mapping = settlement.base or settlement.after
    if mapping is None:
        return settlement.platform is not None and settlement.calendar is None
    return mapping.origin is Side.PLATFORM
