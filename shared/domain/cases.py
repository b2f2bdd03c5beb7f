"""A case and its setting: one mapping with what a run saw of its two sides, and what all cases of the run share.

Nothing is decided here. A side that was not read is None, which is no report of anything.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from shared.domain.booking import (
    CalendarItem,
    Gone,
    Meeting,
    Occupancy,
    PlatformItem,
    occupancy,
)
from shared.domain.decisions import Reason
from shared.domain.ids import EventId, MappingId
from shared.domain.ledger import (
    Mapping,
    OpenStep,
    RoomRequest,
    WriteMode,
)
from shared.domain.plan import CalendarReport, PlatformReport, Settlement, Step
from shared.domain.policy import Policy


@dataclass(frozen=True)
class Case:
    """One mapping with what this run saw of its two sides; None means unchanged and not read."""

    mapping: Mapping
    calendar: CalendarReport | None
    platform: PlatformReport | None


@dataclass(frozen=True)
class Setting:
    """What the merge of every mapping of a run shares.

    ``permitted`` are mappings whose held steps a person approved; ``rejected`` are those whose time the
    platform itself refused, ``insisted`` those of them that it refused more than once; ``disputed`` are those of
    which an overlap is open, which are judged again whenever something changes; ``unsettled`` are those of which
    a run left something undone. ``mode`` is that of bookings made now; ``meetings`` are what this run read of
    requests to the room, ``waiting`` the open steps that wait for its answers, ``requests`` those by which a linked
    meeting can be moved in its organiser's mailbox. ``permissions`` are the digests of what was approved, by mapping;
    ``held`` are the steps that wait for a person. ``holds_requests`` tells that what needs a yes stands on the other
    side too. ``undoing`` are the steps by which a person takes back what a bulk plan created, ``foreseen`` the
    digests of what was shown in shadow and may happen, ``discarded`` the held steps that a person let go.
    ``policy_changed`` tells that what stands was agreed under another policy. ``unwritable`` says of meetings why
    their organiser's own event cannot be written. ``declined_series`` are the series in people's own mailboxes that
    the room declined as a whole. ``to_go`` are bookings whose removal was begun and failed.
    """

    policy: Policy
    key: bytes
    now: datetime
    permitted: frozenset[MappingId] = frozenset()
    rejected: frozenset[MappingId] = frozenset()
    disputed: frozenset[MappingId] = frozenset()
    unsettled: frozenset[MappingId] = frozenset()
    insisted: frozenset[MappingId] = frozenset()
    policy_changed: bool = False
    mode: WriteMode = WriteMode.ROOM
    meetings: MappingOf[MappingId, Meeting | Gone] = field(default_factory=dict)
    waiting: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    permissions: MappingOf[MappingId, str] = field(default_factory=dict)
    held: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    undoing: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    foreseen: frozenset[str] = frozenset()
    requests: MappingOf[MappingId, RoomRequest] = field(default_factory=dict)
    holds_requests: bool = False
    discarded: MappingOf[MappingId, OpenStep] = field(default_factory=dict)
    unwritable: MappingOf[MappingId, str] = field(default_factory=dict)
    declined_series: frozenset[EventId] = frozenset()
    to_go: frozenset[MappingId] = frozenset()

    @cached_property
    def milliseconds(self) -> int:
        """The time of the run as ids tell it: Unix time in milliseconds."""
        return int(self.now.timestamp() * 1000)


def is_gone(report: CalendarReport | PlatformReport | None, policy: Policy) -> bool:
    """Tell whether a report proves that the booking no longer takes place on its side."""
    if isinstance(report, Gone):
        return True
    if isinstance(report, CalendarItem):
        return occupancy(report, free_counts=policy.free_counts) is Occupancy.NOTHING
    return report is not None and report.booking.cancelled


def settled(
    case: Case,
    after: Mapping | None,
    steps: tuple[Step, ...] = (),
    decisions: tuple[Reason, ...] = (),
    open_step: OpenStep | None = None,
) -> Settlement:
    """Return the settlement that makes ``after`` of a case's mapping, with what was seen of both sides."""
    return Settlement(
        case.mapping.id,
        case.mapping,
        after,
        steps,
        decisions,
        open_step,
        calendar=case.calendar if isinstance(case.calendar, CalendarItem) else None,
        platform=case.platform if isinstance(case.platform, PlatformItem) else None,
    )
